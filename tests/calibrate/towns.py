"""A small town whose posterior is known, and copies of the study without its fits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy import stats

from qiantang.calibrate.discrepancy import DiscrepancyRecord
from qiantang.calibrate.observed import Observed
from qiantang.calibrate.runner import at_time
from qiantang.calibrate.target import Target
from qiantang.evidence.observations import Observation
from qiantang.model.figures import Figure
from qiantang.priors import Priors, read_priors
from qiantang.session import open_study
from qiantang.study import Study

GRID = np.arange(2000.5, 2026.0)
Solve = Callable[[np.ndarray], np.ndarray]
Feedback = Callable[[np.ndarray, Mapping[str, np.ndarray]], np.ndarray]


class TownRunner:
    """A model of log figures in closed form, in place of the study's."""

    def __init__(self, observed: Observed, solve: Solve, feedback: Feedback | None = None) -> None:
        self.observed, self.solve, self.feedback = observed, solve, feedback
        self.grid, self.runs = GRID, 0

    def plain(self, z: np.ndarray, deviations: Mapping[str, np.ndarray]) -> np.ndarray:
        self.runs += len(z)
        figures = np.array(self.solve(z), dtype=np.float64)
        return figures if self.feedback is None else figures + self.feedback(z, deviations)


def town_priors(folder: Path, size: int) -> Priors:
    """Return priors in which the parameter is z itself, without limits."""
    edge = 1.6448536269514722
    text = "".join(
        f"a{i}: {{unit: Dmnl, distribution: normal, central: 0.0, p05: {-edge}, p95: {edge}, "
        "grade: judgement, source: a test, known: 2018-06}\n"
        for i in range(size)
    )
    path = folder / "priors.yaml"
    path.write_text(text, encoding="utf-8")
    return read_priors(path, {f"a{i}": ("Dmnl", None, None) for i in range(size)})


def town_observed(
    values: Sequence[float] | np.ndarray,
    error: float | Sequence[float] | np.ndarray,
    series: Sequence[str] | None = None,
    forms: Sequence[str] | None = None,
    ends: Sequence[tuple[float, float]] | None = None,
    years: Sequence[float] | None = None,
) -> Observed:
    """Return figures of year ends, in logs; successive years unless told otherwise."""
    count = len(values)
    names = series or ["town"] * count
    forms = forms or ["exact"] * count
    years = years or [2000.0 + i for i in range(count)]
    low, high = np.array(ends or [(-np.inf, np.inf)] * count, dtype=np.float64).reshape(-1, 2).T
    rows = tuple(
        Observation(
            series=names[i], year=years[i], value=1.0, low=None, high=None, form=forms[i],
            unit="Dmnl", grade="documented", source="", reference="", note="", use=True,
            half_unit=0.0, line=1,
        )
        for i in range(count)
    )  # fmt: skip
    figures = tuple(Figure(names[i], "dated", years[i]) for i in range(count))
    errors = np.broadcast_to(np.asarray(error, dtype=np.float64), count).copy()
    return Observed(rows, figures, np.array(values, dtype=np.float64), errors, low, high)


def drifting(
    innovation: str | None = None,
    yearly_sd: tuple[float, float] = (0.05, 0.2),
    persistence: tuple[float, float] = (0.5, 0.95),
) -> DiscrepancyRecord:
    return DiscrepancyRecord(
        innovation=innovation, sign=1, yearly_sd=yearly_sd, persistence=persistence,
        grade="judgement", known="2018-06",
    )  # fmt: skip


def town_target(
    priors: Priors,
    observed: Observed,
    solve: Solve,
    discrepancy: Mapping[str, DiscrepancyRecord] | None = None,
    feedback: Feedback | None = None,
) -> Target:
    """Return the posterior of a model in closed form."""
    study = SimpleNamespace(priors=priors, discrepancy=dict(discrepancy or {}))
    runner = TownRunner(observed, solve, feedback)
    return Target(study, observed, runner, {})  # type: ignore[arg-type]


def linear(design: np.ndarray) -> Solve:
    """Log figures that are linear in the parameters; a row a figure, a column a parameter."""
    return lambda z: design @ z.T


def own_deviation(deviations: Mapping[str, np.ndarray], name: str, time: float) -> np.ndarray:
    return at_time(GRID, deviations[name], time)


def copy_of(study: Study, folder: Path) -> Study:
    """Copy a study, its fits left out."""
    leave = shutil.ignore_patterns("fits")
    shutil.copy(study.folder / "study.yaml", folder)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, folder / part, ignore=leave)
    return open_study(folder)


def unevenness(ranks: np.ndarray, bins: int) -> float:
    """Return the chance of ranks this uneven if they were uniform.

    Ranks of one trial hang together, so a chi-square over all of them would be wrong. The counts of
    each trial are one draw of a vector; the squared distance of their mean from evenness, measured
    by their own covariance between trials, is Hotelling's T-squared: the chi-square with the
    dependence within a trial taken in, and an F distribution for so few trials.

    Parameters
    ----------
    ranks : ndarray, shape (trial, coordinate)
    """
    counts = [np.histogram(row, bins=bins, range=(0.0, 1.0))[0] for row in ranks]
    shares = np.array(counts)[:, :-1] / ranks.shape[1]  # the last follows from the others
    trials, free = shares.shape
    gap = shares.mean(axis=0) - 1.0 / bins
    distance = trials * gap @ np.linalg.solve(np.cov(shares.T), gap)
    scaled = distance * (trials - free) / (free * (trials - 1))
    return float(stats.f(free, trials - free).sf(scaled))


def coverage_gap(ranks: np.ndarray, level: float) -> float:
    """Return the miss of an interval's coverage, in standard errors.

    The error is the binomial one, or that between trials where it is larger: coordinates of a
    trial hang together.
    """
    inside = np.abs(ranks - 0.5) < level / 2
    binomial = np.sqrt(level * (1 - level) / inside.size)
    between = inside.mean(axis=1).std(ddof=1) / np.sqrt(len(inside))
    return float(abs(inside.mean() - level) / max(binomial, between))
