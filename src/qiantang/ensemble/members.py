"""Members: draws of parameters and innovations, the same in every case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.counts import NEVER
from qiantang.engine.path import Path
from qiantang.faults import Fault, StudyError
from qiantang.fits import DRAWS, INNOVATIONS, Fit
from qiantang.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Members:
    """Uncertainties of an ensemble, the same for every case (common random numbers).

    Parameters
    ----------
    parameters : mapping
        Name to values, each of shape (member,), in the model's units.
    times : ndarray, shape (k,)
        Knots of the innovations. [Year]
    innovations : mapping
        Innovation to paths, each of shape (member, k), or (1, k) where all members share one.
    size : int
    counted : frozenset of str
        Innovations that are draws of counts: without them a count would not move.
    """

    parameters: Mapping[str, Array]
    times: Array
    innovations: Mapping[str, Array]
    size: int
    counted: frozenset[str] = frozenset()

    @property
    def paths(self) -> dict[str, Path]:
        """The path of every innovation."""
        return {
            name: Path(self.times, values[0] if len(values) == 1 < self.size else values)
            for name, values in self.innovations.items()
        }

    def part(self, places: slice) -> Members:
        """Return some of the members."""
        parameters = {name: values[places] for name, values in self.parameters.items()}
        paths = {name: values if len(values) == 1 < self.size else values[places]
                 for name, values in self.innovations.items()}  # fmt: skip
        return replace(self, parameters=parameters, innovations=paths,
                       size=len(range(self.size)[places]))  # fmt: skip

    def still(self) -> Members:
        """Return the same members with no deviation: the structure alone, its counts drawn."""
        nothing = np.zeros((1, len(self.times)))
        still = {
            name: path if name in self.counted else nothing
            for name, path in self.innovations.items()
        }
        return replace(self, innovations=still)

    def uncounted(self, study: Study) -> Members:
        """Return the same members in which no count ever begins: what moves continuously."""
        never = {record.start: np.full(self.size, NEVER) for record in study.counts.values()}
        return replace(self, parameters={**self.parameters, **never})


#: Members that are run unless told otherwise; of a fit that holds fewer, all of them.
USUAL = 1000


def choose_members(study: Study, members: int, seed: int, *, exact: bool = False) -> Members:
    """Take members of the newest fit, in an order set by the seed.

    Parameters
    ----------
    study : Study
    members : int
        The usual number takes what a smaller fit holds.
    seed : int
    exact : bool
        Refuse the usual number too where the fit holds fewer.

    Raises
    ------
    StudyError
        If the fit was made with another model file, or holds fewer members.
    """
    fit = study.fit
    place = fit.folder / "fit.yaml"
    if fit.record.model != study.model_meaning:
        what = "made with another model, run: qiantang calibrate"
        raise StudyError([Fault(place, None, "model", what)])
    if members == USUAL and not exact:
        members = min(members, fit.record.members)
    if not 1 <= members <= fit.record.members:
        what = f"{members} members asked for, between 1 and {fit.record.members} are in the fit"
        raise StudyError([Fault(place, None, "members", what)])
    refuse_strangers(study, fit)
    order = np.random.default_rng(seed).permutation(fit.record.members)[:members]
    times, paths = fit.innovations
    return Members(
        {name: values[order] for name, values in fit.parameters.items()},
        times,
        {name: values[order] for name, values in paths.items()},
        members,
        frozenset(study.counts),
    )


def refuse_strangers(study: Study, fit: Fit) -> None:
    """Refuse a fit whose columns are not those of the model.

    Raises
    ------
    StudyError
        Each name that is no constant, or no innovation, of the model.
    """
    faults = [
        Fault(fit.folder / table, None, name, f"no {kind} of the model")
        for table, kind, names, known in (
            (DRAWS, "constant", fit.parameters, study.program.constants),
            (INNOVATIONS, "variable", fit.innovations[1], study.dictionary),
        )
        for name in names
        if name not in known
    ]
    if faults:
        raise StudyError(faults)
