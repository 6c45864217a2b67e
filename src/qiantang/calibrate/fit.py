"""The first calibration: fit, draw members, start every forecast from the observed state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.discrepancy import condition
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import Posterior, fit_posterior, residuals_of
from qiantang.calibrate.report import report_texts
from qiantang.engine import Path as EnginePath
from qiantang.evidence.drivers import ORIGIN
from qiantang.fits import Fit, FitRecord, refuse_existing, save_fit, text_digest
from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.study import TALLY_SUFFIX, Study

Array = NDArray[np.float64]
Say = Callable[[str], None]

#: Rounds of conditioning: the deviations feed back on the model, so it is run again with them.
FEEDBACK_ROUNDS = 20
#: Part of the way to the new deviations that a round goes, so that coupled series do not overshoot.
RELAXATION = 0.5
#: One spare candidate for so many members, in place of those that do not settle.
SPARE = 10
#: Largest change of a deviation in the last round that still counts as settled.
SETTLED = 0.02
METHOD = "penalised likelihood, normal approximation, Ornstein-Uhlenbeck deviations"


def calibrate(
    study: Study,
    version: str,
    *,
    members: int = 1000,
    seed: int = 1,
    engine: str = "kernel",
    progress: Say = lambda _: None,
) -> Fit:
    """Fit the study's model to its evidence up to the origin and save the fit.

    Parameters
    ----------
    study : Study
    version : str
        Name of the new folder under ``calibration/fits``.
    members : int
        Draws to keep.
    seed : int
    engine : {"kernel", "numpy"}
    progress : callable
        Told one line at a time.

    Raises
    ------
    StudyError
        If the version exists, or a file of the study has a fault.
    """
    folder = study.folder / "calibration" / "fits" / version
    refuse_existing(folder)  # before the work, not after it
    observed = select_observed(study.evidence, ORIGIN)
    model = _Model(study, observed, engine)
    progress(f"{len(observed.rows)} figures of {len(observed.series)} series up to {ORIGIN:g}")
    posterior = fit_posterior(
        model.log_figures, observed, study.priors, study.discrepancy, progress
    )
    rng = np.random.default_rng(seed)
    z = posterior.draw(study.priors, members + members // SPARE, rng)
    progress(f"{len(z)} members drawn, deviations conditioned on the figures")
    times, innovations, sound = _innovations(study, observed, posterior, model, z, rng)
    progress(f"{int(sound.sum())} members settled, {members} kept")
    sound = sound & (np.cumsum(sound) <= members)
    parameters = {name: values[sound] for name, values in study.priors.as_parameters(z).items()}
    innovations = {name: paths[sound] for name, paths in innovations.items()}
    record = FitRecord(
        version=version, method=METHOD, members=int(sound.sum()), seed=seed, sees_until=ORIGIN,
        model=text_digest(study.model_file), inputs=_inputs(study),
        drift={name: _spread(spread.mean()) for name, spread in posterior.spreads.items()},
        cost=round(posterior.cost, 6), runs=posterior.evaluations + model.extra_runs, files={},
    )  # fmt: skip
    texts = report_texts(study, observed, posterior, record)
    return save_fit(folder, record, parameters, times, innovations, texts)


class _Model:
    """The study's model as the fit sees it: standard parameters to log figures."""

    def __init__(self, study: Study, observed: Observed, engine: str) -> None:
        self.study = study
        self.observed = observed
        self.engine = engine
        self.extra_runs = 0
        central = study.drivers.central({})
        self.paths = {name: EnginePath(p.times, p.values[0]) for name, p in central.items()}
        program = study.program
        # The outputs of every other command, so that one compiled model serves them all.
        self.figures = list(observed.figures)
        headline = [
            Figure(name, "dated", program.initial_time) for name in _headline_outputs(study)
        ]
        self.outputs = outputs_of([*headline, *self.figures])
        self.times = times_of(self.figures, program.time_step)

    def log_figures(self, z: Array) -> Array:
        """Run members without deviations, shape (n, member)."""
        return self.run(z, {})

    def run(self, z: Array, innovations: dict[str, EnginePath]) -> Array:
        """Run members with deviations, shape (n, member)."""
        zero = np.zeros(1)
        resting = {
            record.innovation: EnginePath(np.array([ORIGIN]), zero)
            for record in self.study.discrepancy.values()
            if record.innovation is not None
        }
        result = self.study.program.run(
            outputs=list(self.outputs), times=self.times,
            parameters=dict(self.study.priors.as_parameters(z)),
            paths={**self.paths, **resting, **innovations, **_levers_at_rest(self.study)},
            members=len(z), engine=self.engine,  # type: ignore[arg-type]
        )  # fmt: skip
        step = self.study.program.time_step
        figures = read_figures(self.figures, result.values, result.names, result.times, step)
        figures[:, result.diverged] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.log(figures))


def _innovations(
    study: Study,
    observed: Observed,
    posterior: Posterior,
    model: _Model,
    z: Array,
    rng: np.random.Generator,
) -> tuple[Array, dict[str, Array], NDArray[np.bool_]]:
    """Draw the deviations of every member given the figures.

    The deviation that a residual asks for is what the model would need without feedback; running
    the model with the deviations and asking again takes the feedback in.
    """
    members = len(z)
    program = study.program
    grid = np.arange(program.initial_time, program.final_time) + 0.5
    draws = {}
    for name in study.discrepancy:
        scale, persistence = posterior.spreads[name].draw(members, rng)
        draws[name] = (scale, persistence, rng.standard_normal((members, len(grid))))
    paths: dict[str, Array] = {}
    carried: dict[str, Array] = {}
    sound = np.ones(members, dtype=bool)
    for turn in range(FEEDBACK_ROUNDS):
        innovations = {name: EnginePath(grid, values) for name, values in paths.items()}
        log_figures = model.run(z, innovations)
        model.extra_runs += members
        sound = np.asarray(np.isfinite(log_figures).all(axis=0), dtype=np.bool_)
        log_figures = np.where(sound, log_figures, observed.log_value[:, None])
        for name, record in study.discrepancy.items():
            if record.innovation is None:
                continue
            plain = _without(log_figures, observed, name, carried.get(name), grid)
            residuals = residuals_of(name, observed, plain)
            drawn = condition(residuals, grid, *draws[name])
            before = carried.get(name, np.zeros_like(drawn))
            step = RELAXATION * (drawn - before)
            sound &= np.abs(step).max(axis=1) < SETTLED if turn == FEEDBACK_ROUNDS - 1 else True
            carried[name] = before + step
            paths[record.innovation] = record.sign * carried[name]
    return grid, paths, sound


def _without(
    log_figures: Array, observed: Observed, name: str, deviation: Array | None, grid: Array
) -> Array:
    """Take a series' own deviation out of the model's figures again."""
    if deviation is None:
        return log_figures
    plain = log_figures.copy()
    for row in observed.of(name):
        at = observed.centres[row]
        plain[row] -= np.array([np.interp(at, grid, path) for path in deviation])
    return plain


def _headline_outputs(study: Study) -> list[str]:
    tally = {name: name + TALLY_SUFFIX for name in study.headlines}
    return [tally[name] if tally[name] in study.dictionary else name for name in study.headlines]


def _levers_at_rest(study: Study) -> dict[str, EnginePath]:
    start = np.array([study.program.initial_time])
    constants = study.program.constants
    return {
        lever: EnginePath(start, np.array([constants[lever]])) for lever in study.vocabulary.levers
    }


def _inputs(study: Study) -> dict[str, str]:
    folder = study.folder / "calibration"
    names = ("priors.yaml", "discrepancy.yaml", "evidence/observations.csv", "evidence/drivers.csv",
             "evidence/drivers.yaml", "evidence/series.yaml", "evidence/grades.yaml")  # fmt: skip
    return {name: text_digest(folder / name) for name in names}


def _spread(mean: tuple[float, float]) -> dict[str, float]:
    return {"sd": round(mean[0], 4), "persistence": round(mean[1], 4)}
