"""The study's model as a fit sees it: standard parameters and deviations to log figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.counts import NEVER
from qiantang.calibrate.observed import Observed
from qiantang.ensemble.case import Case
from qiantang.ensemble.ensemble import Ensemble, levers_of
from qiantang.ensemble.members import Members
from qiantang.ensemble.readout import readout_of
from qiantang.study import Study

Array = NDArray[np.float64]

#: Series to log deviations on the grid, each of shape (1 or member, k).
Deviations = Mapping[str, Array]
#: No lever moves; the drivers are those that are given.
AT_REST = Case({}, ())


class Runner:
    """Runs members of a study up to the last observed figure, levers at rest.

    Parameters
    ----------
    study : Study
    observed : Observed
        The figures that the model must say.
    origin : float
        What is known of the drivers ends here. [Year]
    engine : {"kernel", "numpy"}
    """

    def __init__(
        self, study: Study, observed: Observed, origin: float | None = None, engine: str = "kernel"
    ) -> None:
        self.study = study
        self.observed = observed
        self.engine = engine
        self.runs = 0
        program = study.program
        #: Times at which deviations are told, the middle of each year. [Year]
        self.grid = np.arange(program.initial_time, program.final_time) + 0.5
        self.origin = study.about.origin if origin is None else origin
        self._drivers = study.drivers.central({}, origin)
        self._readout = readout_of(study, observed.figures)
        self._levers = levers_of(study)
        place = self._readout.place
        self._order = [place[figure] for figure in observed.figures]
        self._rows = {
            name: observed.of(name)
            for name, record in study.discrepancy.items()
            if record.innovation is not None and len(observed.of(name))
        }

    def log_figures(self, z: Array, deviations: Deviations) -> Array:
        """Run members, shape (n, member); a diverged member is NaN.

        Parameters
        ----------
        z : ndarray, shape (member, P)
            Parameters on the standard scale of the priors.
        deviations : mapping
        """
        self.runs += len(z)
        members = deviating(self.study, z, self.grid, deviations, self.origin)
        ensemble = Ensemble(
            self.study.program, self._levers, members, self._drivers, 0, self._readout,
            engine=self.engine,
        )  # fmt: skip
        figures = ensemble.run_one(AT_REST).read[self._order]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.log(figures))

    def plain(self, z: Array, deviations: Deviations) -> Array:
        """Run members with deviations and take each series' own out of its figures again.

        What is left of the deviations is what they did through the rest of the model.
        """
        figures = self.log_figures(z, deviations)
        for name, rows in self._rows.items():
            if name in deviations:
                for row in rows:
                    at = self.observed.centres[row]
                    figures[row] -= at_time(self.grid, deviations[name], at)
        return figures


def at_time(grid: Array, paths: Array, time: float) -> Array:
    """Interpolate paths, shape (member, k), at a time; level outside. Shape (member,)."""
    right = int(np.clip(np.searchsorted(grid, time), 1, len(grid) - 1))
    share = np.clip((time - grid[right - 1]) / (grid[right] - grid[right - 1]), 0.0, 1.0)
    return np.asarray(paths[:, right - 1] * (1.0 - share) + paths[:, right] * share)


def deviating(
    study: Study, z: Array, grid: Array, deviations: Deviations, origin: float
) -> Members:
    """Return members of some parameters whose deviations are the model's innovations.

    Parameters
    ----------
    z : ndarray, shape (member, P)
        Parameters on the standard scale of the priors.
    grid : ndarray, shape (k,)
        [Year]
    deviations : mapping
        A series that has none carries nought.
    origin : float
        A count whose last figure came later never begins. [Year]
    """
    innovations = {
        record.innovation: record.sign * deviations[name]
        if name in deviations
        else np.zeros((1, len(grid)))
        for name, record in study.discrepancy.items()
        if record.innovation is not None
    }
    later = {
        record.start: np.full(len(z), NEVER)
        for record in study.counts.values()
        if float(study.dictionary[record.start].equation) > origin
    }
    return Members(dict(study.priors.as_parameters(z)) | later, grid, innovations, len(z))
