"""The study's model as a fit sees it: standard parameters and deviations to log figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.observed import Observed
from qiantang.engine import Path as EnginePath
from qiantang.evidence.drivers import ORIGIN
from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.study import TALLY_SUFFIX, Study

Array = NDArray[np.float64]

#: Series to log deviations on the grid, each of shape (1 or member, k).
Deviations = Mapping[str, Array]


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
        self, study: Study, observed: Observed, origin: float = ORIGIN, engine: str = "kernel"
    ) -> None:
        self.study = study
        self.observed = observed
        self.engine = engine
        self.runs = 0
        program = study.program
        #: Times at which deviations are told, the middle of each year. [Year]
        self.grid = np.arange(program.initial_time, program.final_time) + 0.5
        central = study.drivers.central({}, origin)
        self._drivers = {name: EnginePath(p.times, p.values[0]) for name, p in central.items()}
        self._outputs = headline_outputs(study, observed.figures)
        self._times = times_of(observed.figures, program.time_step)
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
        result = self.study.program.run(
            outputs=list(self._outputs), times=self._times,
            parameters=dict(self.study.priors.as_parameters(z)),
            paths={
                **self._drivers,
                **innovation_paths(self.study, self.grid, deviations),
                **levers_at_rest(self.study),
            },
            members=len(z), engine=self.engine,  # type: ignore[arg-type]
        )  # fmt: skip
        step = self.study.program.time_step
        figures = read_figures(
            self.observed.figures, result.values, result.names, result.times, step
        )
        figures[:, result.diverged] = np.nan
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


def innovation_paths(study: Study, grid: Array, deviations: Deviations) -> dict[str, EnginePath]:
    """Return the path of every innovation of the model; nought for a series that has none."""
    paths = {}
    for name, record in study.discrepancy.items():
        if record.innovation is None:
            continue
        if name in deviations:
            values = record.sign * deviations[name]
            paths[record.innovation] = EnginePath(grid, values[0] if len(values) == 1 else values)
        else:
            paths[record.innovation] = EnginePath(grid[:1], np.zeros(1))
    return paths


def levers_at_rest(study: Study) -> dict[str, EnginePath]:
    """Return the path of every lever at the model's own value: policy as of the base year."""
    start = np.array([study.program.initial_time])
    constants = study.program.constants
    return {
        lever: EnginePath(start, np.array([constants[lever]])) for lever in study.vocabulary.levers
    }


def headline_outputs(study: Study, figures: tuple[Figure, ...]) -> tuple[str, ...]:
    """Return the outputs of every other command and those of the figures.

    One compiled model serves them all.
    """
    start = study.program.initial_time
    tally = {name: name + TALLY_SUFFIX for name in study.headlines}
    names = [tally[name] if tally[name] in study.dictionary else name for name in study.headlines]
    return outputs_of([*(Figure(name, "dated", start) for name in names), *figures])
