"""The drifting deviation against the autoregression it is, and against scipy's normal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mistakes import Mistake, accepted, each_mistake, mistakes
from qiantang.calibrate.discrepancy import (
    DiscrepancyRecord,
    Residuals,
    condition,
    covariance,
    read_discrepancy,
)
from qiantang.study import Study

GRID = np.arange(2000.5, 2026.0)
SEEN = np.array([2003.5, 2007.5, 2008.5, 2012.0, 2017.5])


def record(
    yearly: tuple[float, float] = (0.03, 0.2), kept: tuple[float, float] = (0.2, 0.95)
) -> DiscrepancyRecord:
    return DiscrepancyRecord(
        innovation=None,
        sign=1,
        yearly_sd=yearly,
        persistence=kept,
        grade="judgement",
        known="2018-06",
    )


def moves(sd: float, persistence: float) -> np.ndarray:
    """Return how far a process of that standard deviation moves in a year."""
    return np.array(sd * np.sqrt(1 - persistence**2))


def residuals(members: int = 1, error: float = 0.02) -> Residuals:
    values = np.random.default_rng(9).normal(0, 0.2, (len(SEEN), members))
    return Residuals(SEEN, values, np.full(len(SEEN), error))


def autoregression(
    sd: float, persistence: float, length: int, members: int, seed: int
) -> np.ndarray:
    """Simulate x' = persistence x + noise, stationary from the start, shape (length, member)."""
    rng = np.random.default_rng(seed)
    path = np.empty((length, members))
    path[0] = sd * rng.standard_normal(members)
    for step in range(1, length):
        noise = sd * np.sqrt(1 - persistence**2) * rng.standard_normal(members)
        path[step] = persistence * path[step - 1] + noise
    return path


@each_mistake("discrepancy")
def test_each_bad_file_gives_its_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(read_discrepancy, tmp_path)


def test_the_text_that_is_edited_is_sound(tmp_path: Path) -> None:
    accepted("discrepancy", read_discrepancy, tmp_path)


def test_there_are_bad_files() -> None:
    assert len(mistakes("discrepancy")) >= 10


def test_the_study_names_series_and_innovations_that_exist(study: Study) -> None:
    for name, entry in study.discrepancy.items():
        assert name in study.evidence.series
        assert entry.innovation is None or entry.innovation in study.dictionary
    named = [entry.innovation for entry in study.discrepancy.values() if entry.innovation]
    assert len(named) == len(set(named))
    carried = {name for name in study.dictionary if name.endswith("_innovation")}
    assert set(named) == carried


def test_covariance_is_that_of_an_ornstein_uhlenbeck_process() -> None:
    sd, rate = 0.3, 0.25  # dx = -rate x dt + noise
    found = covariance(SEEN, GRID, moves(sd, np.exp(-rate)), np.array(np.exp(-rate)))
    by_hand = np.array([[sd**2 * np.exp(-rate * abs(s - t)) for t in GRID] for s in SEEN])
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)


def test_covariance_at_yearly_points_is_that_of_an_autoregression() -> None:
    path = autoregression(0.3, 0.8, 6, 200_000, seed=1)
    times = np.arange(6.0)
    found = covariance(times, times, moves(0.3, 0.8), np.array(0.8))
    np.testing.assert_allclose(np.cov(path), found, atol=0.0015)
    # Its inverse is tridiagonal: the process remembers one step only.
    inverse = np.linalg.inv(found)
    assert np.abs(np.triu(inverse, 2)).max() < 1e-9


def test_covariance_of_many_members_is_that_of_each() -> None:
    sd, persistence = np.array([0.1, 0.4]), np.array([0.5, 0.9])
    both = covariance(SEEN, GRID, sd, persistence)
    assert both.shape == (2, len(SEEN), len(GRID))
    for member in range(2):
        one = covariance(SEEN, GRID, sd[member : member + 1], persistence[member : member + 1])
        np.testing.assert_array_equal(both[member], one[0])


def test_the_conditioned_mean_and_covariance_are_those_of_the_joint_normal() -> None:
    sd, persistence = 0.25, 0.85
    data = residuals(error=0.05)
    joint_times = np.concatenate([SEEN, GRID])
    gap = np.abs(joint_times[:, None] - joint_times[None, :])
    joint = sd**2 * persistence**gap
    count = len(SEEN)
    joint[:count, :count] += 0.05**2 * np.eye(count)
    # From the inverse of the joint matrix, another road than the one of the code.
    precision = np.linalg.inv(joint + 1e-11 * np.eye(len(joint)))
    cov = np.linalg.inv(precision[count:, count:])
    mean = -cov @ precision[count:, :count] @ data.values[:, 0]

    members = len(GRID) + 1
    normals = np.vstack([np.zeros(len(GRID)), np.eye(len(GRID))])
    drawn = condition(
        Residuals(SEEN, np.repeat(data.values, members, axis=1), data.error),
        GRID, np.full(members, moves(sd, persistence)), np.full(members, persistence), normals,
    )  # fmt: skip
    np.testing.assert_allclose(drawn[0], mean, atol=1e-7)
    root = (drawn[1:] - drawn[0]).T
    np.testing.assert_allclose(root @ root.T, cov, atol=1e-7)


def test_draws_have_the_density_scipy_gives_them() -> None:
    sd, persistence, members = 0.25, 0.85, 20_000
    at = np.array([2017.5, 2018.5, 2020.5])
    data = residuals(error=0.05)
    drawn = condition(
        Residuals(SEEN, np.repeat(data.values, members, axis=1), data.error),
        at, np.full(members, moves(sd, persistence)), np.full(members, persistence),
        np.random.default_rng(2).standard_normal((members, 3)),
    )  # fmt: skip
    seen = covariance(SEEN, SEEN, moves(sd, persistence), np.array(persistence)) + 0.05**2 * np.eye(
        5
    )
    cross = covariance(at, SEEN, moves(sd, persistence), np.array(persistence))
    mean = cross @ np.linalg.solve(seen, data.values[:, 0])
    cov = covariance(
        at, at, moves(sd, persistence), np.array(persistence)
    ) - cross @ np.linalg.solve(seen, cross.T)
    # Squared Mahalanobis distances are chi-squared with three degrees of freedom.
    white = np.linalg.solve(np.linalg.cholesky(cov), (drawn - mean).T)
    assert stats.kstest(np.square(white).sum(axis=0), stats.chi2(3).cdf).statistic < 0.012
    normal = stats.multivariate_normal(mean, cov)
    assert normal.logpdf(drawn).mean() == pytest.approx(-normal.entropy(), abs=0.03)


def test_without_measurement_error_the_residuals_are_kept() -> None:
    members = 4
    data = residuals(members, error=0.0)
    drawn = condition(
        data, SEEN, np.full(members, 0.3), np.full(members, 0.9),
        np.random.default_rng(3).standard_normal((members, len(SEEN))),
    )  # fmt: skip
    np.testing.assert_allclose(drawn, data.values.T, atol=1e-4)


def test_a_large_measurement_error_leaves_the_prior() -> None:
    data = residuals(error=1e4)
    normals = np.random.default_rng(4).standard_normal((1, len(GRID)))
    given = (np.array([0.3]), np.array([0.9]), normals)
    np.testing.assert_allclose(
        condition(data, GRID, *given), condition(None, GRID, *given), atol=1e-6
    )


def test_far_from_the_data_the_prior_returns() -> None:
    members = 20_000
    far = np.array([2017.5, 2018.5, 2117.5])
    data = Residuals(np.array([2017.5]), np.full((1, members), 1.0), np.array([0.01]))
    drawn = condition(
        data, far, np.full(members, moves(0.3, 0.8)), np.full(members, 0.8),
        np.random.default_rng(5).standard_normal((members, 3)),
    )  # fmt: skip
    np.testing.assert_allclose(drawn.mean(axis=0), [1.0, 0.8, 0.0], atol=0.01)
    spread = [0.01, 0.3 * np.sqrt(1 - 0.8**2), 0.3]
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.03)


def test_the_interval_widens_with_the_horizon() -> None:
    members = 4000
    data = residuals(members)
    drawn = condition(
        data, GRID, np.full(members, 0.3), np.full(members, 0.9),
        np.random.default_rng(6).standard_normal((members, len(GRID))),
    )  # fmt: skip
    after = drawn[:, GRID >= 2017.5] - drawn[:, GRID >= 2017.5].mean(axis=0)
    assert (np.diff(after.std(axis=0)[:5]) > 0).all()


def test_the_same_normals_give_the_same_draw() -> None:
    normals = np.random.default_rng(7).standard_normal((3, len(GRID)))
    given = (residuals(3), GRID, np.full(3, 0.2), np.full(3, 0.9))
    np.testing.assert_array_equal(condition(*given, normals), condition(*given, normals.copy()))
    assert not np.array_equal(condition(*given, normals), condition(*given, -normals))


def test_a_year_of_the_process_moves_it_by_the_yearly_sd() -> None:
    times = np.array([2010.0, 2011.0])
    both = covariance(times, times, np.array(0.07), np.array(0.9))
    left = both[1, 1] - both[1, 0] ** 2 / both[0, 0]  # variance of a year on, the year before known
    assert np.sqrt(left) == pytest.approx(0.07)


def test_the_stated_percentiles_are_those_of_the_prior() -> None:
    entry = record((0.02, 0.15), (0.3, 0.9))
    edge = stats.norm.ppf([0.05, 0.5, 0.95])
    yearly, kept = entry.natural(np.column_stack([edge, edge]))
    np.testing.assert_allclose(yearly, [0.02, np.sqrt(0.02 * 0.15), 0.15])
    np.testing.assert_allclose(kept, stats.uniform(0.3, 0.6).ppf([0.05, 0.5, 0.95]))
    standard = np.random.default_rng(8).standard_normal((20_000, 2))
    yearly, kept = entry.natural(standard)
    scale = np.log(0.15 / 0.02) / (2 * edge[2])
    drawn = stats.lognorm(s=scale, scale=np.sqrt(0.02 * 0.15))
    assert stats.kstest(yearly, drawn.cdf).statistic < 0.012
    assert stats.kstest(kept, stats.uniform(0.3, 0.6).cdf).statistic < 0.012


def test_without_residuals_draws_have_the_covariance_of_the_process() -> None:
    times, members = np.array([2010.5, 2011.5, 2015.5]), 40_000
    drawn = condition(
        None, times, np.full(members, 0.1), np.full(members, 0.7),
        np.random.default_rng(10).standard_normal((members, 3)),
    )  # fmt: skip
    expected = 0.1**2 / (1 - 0.49) * 0.7 ** np.abs(times[:, None] - times[None, :])
    np.testing.assert_allclose(np.cov(drawn.T), expected, atol=0.0004)


def test_each_member_has_its_own_residuals_and_drift() -> None:
    data = residuals(3)
    yearly, kept = np.array([0.05, 0.1, 0.2]), np.array([0.5, 0.8, 0.95])
    normals = np.random.default_rng(11).standard_normal((3, len(GRID)))
    together = condition(data, GRID, yearly, kept, normals)
    for member in range(3):
        only = slice(member, member + 1)
        alone = condition(
            Residuals(SEEN, data.values[:, only], data.error),
            GRID, yearly[only], kept[only], normals[only],
        )  # fmt: skip
        np.testing.assert_allclose(together[only], alone, rtol=1e-9, atol=1e-12)
