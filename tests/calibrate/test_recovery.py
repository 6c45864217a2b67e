"""Simulation-based calibration: a sound fit recovers what it was not told, a wrong one not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from towns import TownRunner, coverage_gap, drifting, town_observed, town_priors, unevenness

from qiantang.calibrate import recovery
from qiantang.calibrate.chains import Plan
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.recovery import BINS, LEVELS, Recovery, recover
from qiantang.calibrate.runner import Runner
from qiantang.calibrate.target import TAIL, Target
from qiantang.study import Study

#: Standard errors that a coverage may miss by: one sound run in fifteen thousand would.
SURE = 4.0
YEARS = [2000.0 + i for i in range(10)] * 2
DESIGN = np.random.default_rng(5).normal(0.0, 0.4, (20, 4))


def solve(z: np.ndarray) -> np.ndarray:
    """Log figures that bend with the parameters; the last parameter moves nothing."""
    bent: np.ndarray = DESIGN @ z[:, :4].T
    return bent + 0.1 * np.square(bent)


def errors_times(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fit take the measurement errors for what they are not."""
    made = recovery._made

    def wrong(target: Target, rng: np.random.Generator) -> tuple[np.ndarray, Observed]:
        truth, seen = made(target, rng)
        return truth, replace(seen, error=factor * seen.error)

    monkeypatch.setattr("qiantang.calibrate.recovery._made", wrong)


def p_values(ranks: np.ndarray) -> np.ndarray:
    """Return for each coordinate the chance of ranks this uneven if they were uniform."""
    counts = np.array([np.histogram(column, bins=5, range=(0, 1))[0] for column in ranks.T])
    return np.asarray(stats.chisquare(counts, axis=1).pvalue)


@pytest.fixture(scope="module")
def town_study(tmp_path_factory: pytest.TempPathFactory) -> Any:
    priors = town_priors(tmp_path_factory.mktemp("five"), 5)
    # One series drifts, the other does not.
    return SimpleNamespace(
        priors=priors,
        discrepancy={"town": drifting()},
        evidence=None,
        about=SimpleNamespace(origin=2018.5),
    )


def recover_town(study: Any, trials: int, seed: int, patch: pytest.MonkeyPatch) -> Recovery:
    seen = town_observed(np.zeros(20), 0.15, ["town"] * 10 + ["port"] * 10, years=YEARS)
    patch.setattr("qiantang.calibrate.recovery.select_observed", lambda *_: seen)
    patch.setattr("qiantang.calibrate.recovery.Runner", lambda _, given: TownRunner(given, solve))
    patch.setattr("qiantang.calibrate.recovery.PLAN", Plan(16, (60,), 12, 10))
    patch.setattr("qiantang.calibrate.laplace.ROUNDS", 2)
    return recover(study, trials, seed)


def test_a_sound_fit_recovers_the_truth(town_study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = recover_town(town_study, 40, 1, monkeypatch)
    assert found.names == ("a0", "a1", "a2", "a3", "town yearly sd", "town persistence")
    assert found.ranks.shape == (40, 6)
    assert unevenness(found.ranks, 5) > 0.001
    assert all(coverage_gap(found.ranks, level) < SURE for level in LEVELS)
    assert (p_values(found.ranks) > 0.001 / 6).all()


@pytest.mark.slow
def test_a_likelihood_with_halved_errors_is_found_out(
    town_study: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors_times(0.5, monkeypatch)
    found = recover_town(town_study, 80, 1, monkeypatch)
    assert unevenness(found.ranks, 5) < 0.001
    assert any(coverage_gap(found.ranks, level) > SURE for level in LEVELS)


def test_uniform_ranks_pass_and_dependent_ones_too() -> None:
    rng = np.random.default_rng(2)
    even = rng.random((60, 40))
    assert unevenness(even, BINS) > 0.01
    assert unevenness(even**1.3, BINS) < 0.001
    right, pooled = [], []
    for _ in range(100):  # the coordinates of a trial nearly alike
        alike = 0.9 * rng.standard_normal((60, 1)) + np.sqrt(0.19) * rng.standard_normal((60, 40))
        ranks = stats.norm.cdf(alike)
        right.append(unevenness(ranks, 5))
        pooled.append(stats.chisquare(np.histogram(ranks, bins=5, range=(0, 1))[0]).pvalue)
    assert stats.kstest(right, stats.uniform.cdf).pvalue > 0.001
    assert np.mean(np.array(pooled) < 0.001) > 0.3  # a plain chi-square would refuse a sound fit


def test_figures_of_a_recovery_by_hand() -> None:
    ranks = np.array([[0.05, 0.52], [0.21, 0.96], [0.33, 0.63], [0.77, 0.74]])
    found = Recovery(("a", "b"), ranks)
    assert found.coverage(0.5) == 4 / 8
    assert found.coverage(0.9) == 6 / 8
    np.testing.assert_array_equal(found.histogram(), [1, 0, 1, 1, 0, 1, 1, 2, 0, 1])


def test_made_figures_have_the_errors_that_the_likelihood_assumes(study: Study) -> None:
    seen = select_observed(study.evidence, study.about.origin)
    target = Target(study, seen, Runner(study, seen), {})
    white = []
    for seed in range(6):
        truth, made = recovery._made(target, np.random.default_rng(seed))
        assert made.is_point.all()
        assert not np.isin(made.log_value, seen.log_value).any()
        gaps = made.log_value - target.figures(truth[None])[:, 0]
        for name in seen.series:
            rows = seen.of(name)
            matrix = np.diag(np.square(seen.error[rows]))
            if name in target.series:
                yearly, kept = (float(part[0]) for part in target.spread(truth[None], name))
                gap = np.abs(np.subtract.outer(seen.centres[rows], seen.centres[rows]))
                matrix = matrix + yearly**2 / (1 - kept**2) * kept**gap
            white.append(np.linalg.solve(np.linalg.cholesky(matrix), gaps[rows]))
    assert stats.kstest(np.concatenate(white), stats.t(TAIL).cdf).pvalue > 0.001


def test_the_study_is_fitted_to_made_figures(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qiantang.calibrate.recovery.PLAN", Plan(8, (4,), 4, 2))
    monkeypatch.setattr("qiantang.calibrate.laplace.ROUNDS", 1)
    told: list[str] = []
    found = recover(study, 1, 3, told.append)
    assert found.ranks.shape == (1, len(found.names))
    assert ((found.ranks >= 0) & (found.ranks <= 1)).all()
    assert told[0].startswith("trial 1 of 1: ")
    assert {name for name in found.names if name.endswith(" yearly sd")} == {
        f"{name} yearly sd"
        for name in select_observed(study.evidence, study.about.origin).series
        if name in study.discrepancy
    }


@pytest.mark.slow
def test_the_fit_of_the_study_recovers_the_truth(study: Study) -> None:
    found = recover(study, 60)
    assert unevenness(found.ranks, BINS) > 0.001
    assert all(coverage_gap(found.ranks, level) < SURE for level in LEVELS)


@pytest.mark.slow
def test_a_fit_of_the_study_with_halved_errors_is_found_out(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drift is halved with the errors: alone, it would make up for some of them."""
    errors_times(0.5, monkeypatch)
    halved = {
        name: record.model_copy(update={"yearly_sd": tuple(s / 2 for s in record.yearly_sd)})
        for name, record in study.discrepancy.items()
    }
    sound = dict(study.discrepancy)
    made = recovery._made

    def wrong(target: Target, rng: np.random.Generator) -> tuple[np.ndarray, Observed]:
        study.discrepancy.update(sound)
        try:
            return made(target, rng)
        finally:
            study.discrepancy.update(halved)

    monkeypatch.setattr("qiantang.calibrate.recovery._made", wrong)
    try:
        found = recover(study, 20)
    finally:
        study.discrepancy.update(sound)
    assert any(coverage_gap(found.ranks, level) > SURE for level in LEVELS)
