"""Everything that the runs of a sweep share, sent whole to a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.case import Case
from qiantang.ensemble.ensemble import Ensemble, ensemble_of
from qiantang.ensemble.members import Members
from qiantang.ensemble.readout import readout_of
from qiantang.sweep.columns import Column, columns_of, read_columns

if TYPE_CHECKING:
    from qiantang.study import Study
    from qiantang.sweep.designfile import Design

Array = NDArray[np.float64]

FEW = 3
"""Cases from which on their common years are worth running once for each worker."""


@dataclass(frozen=True)
class World:
    """The members, ready for the cases of a sweep, and what is kept of a run.

    Parameters
    ----------
    ensemble : Ensemble
    columns : tuple of Column
    """

    ensemble: Ensemble
    columns: tuple[Column, ...]

    @property
    def members(self) -> Members:
        """What every case is run over."""
        return self.ensemble.members

    def run(
        self,
        cases: Sequence[Case],
        *,
        threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
    ) -> Iterator[tuple[int, Array, NDArray[np.bool_]]]:
        """Run cases over all members; the options are those of the ensemble's run.

        Yields
        ------
        place : int
            Of the case in the sequence.
        values : ndarray, shape (column, member)
            NaN where the member diverged.
        diverged : ndarray of bool, shape (member,)
        """
        outcomes = self.ensemble.run(cases, threads=threads, on_compile=on_compile)
        for place, outcome in enumerate(outcomes):
            values = read_columns(self.columns, self.ensemble.readout, outcome.read)
            yield place, values, outcome.diverged


def world_of(study: Study, design: Design, members: Members, cases: Sequence[Case]) -> World:
    """Gather what the cases of a sweep share."""
    columns = columns_of(design, study)
    readout = readout_of(study, [figure for column in columns for figure in column.figures])
    ensemble = ensemble_of(study, members, design.file.seed, readout)
    return World(ensemble.sharing(cases, fewest=FEW), columns)
