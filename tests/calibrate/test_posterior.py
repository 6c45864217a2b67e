"""The fit against regressions with a known answer, and against itself on made-up evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from qiantang.calibrate.discrepancy import DiscrepancyRecord
from qiantang.calibrate.fit import _Model
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import (
    TAIL,
    LogModel,
    Posterior,
    fit_posterior,
    residuals_of,
)
from qiantang.evidence.drivers import ORIGIN
from qiantang.evidence.observations import Observation
from qiantang.measures import Figure
from qiantang.priors import Priors, read_priors
from qiantang.study import Study

#: Weight of a small residual under the Student t, relative to a Gaussian of the same scale.
CENTRE = (TAIL + 1) / TAIL
IDENTIFIED = ("talent_draw", "desired_foreign_capital_share", "domestic_to_national_traffic")


def standard_priors(folder: Path, size: int, limits: tuple[float | None, float | None]) -> Priors:
    """Return priors in which the parameter is z itself."""
    edge = 1.6448536269514722
    text = "".join(
        f"a{i}: {{unit: Dmnl, distribution: normal, central: 0.0, p05: {-edge}, p95: {edge}, "
        "grade: judgement, source: a test}\n"
        for i in range(size)
    )
    path = folder / "priors.yaml"
    path.write_text(text, encoding="utf-8")
    return read_priors(path, {f"a{i}": ("Dmnl", *limits) for i in range(size)})


@pytest.fixture
def three(tmp_path: Path) -> Priors:
    return standard_priors(tmp_path, 3, (None, None))


def row(series: str, year: float, form: str) -> Observation:
    return Observation(
        series=series, year=year, value=1.0, low=None, high=None, form=form, unit="Dmnl",
        grade="documented", source="", reference="", note="", use=True, half_unit=0.0, line=1,
    )  # fmt: skip


def observed(
    values: Sequence[float],
    error: float,
    forms: Sequence[str] | None = None,
    ends: Sequence[tuple[float, float]] | None = None,
    series: Sequence[str] | None = None,
) -> Observed:
    """Return figures of successive years, in logs."""
    count = len(values)
    forms = forms or ["exact"] * count
    names = series or ["town"] * count
    low, high = np.array(ends or [(-np.inf, np.inf)] * count).T
    return Observed(
        tuple(row(names[i], 2000.0 + i, forms[i]) for i in range(count)),
        tuple(Figure("town", "year_end", 2000.0 + i) for i in range(count)),
        np.array(values, dtype=np.float64), np.full(count, error), low, high,
    )  # fmt: skip


def linear(design: np.ndarray, offset: float = 0.0) -> LogModel:
    return lambda z: design @ np.atleast_2d(z).T + offset


def ridge(
    design: np.ndarray, y: np.ndarray, precision: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bayesian linear regression with standard normal priors: mean and covariance."""
    covariance = np.linalg.inv(design.T @ precision @ design + np.eye(design.shape[1]))
    return covariance @ design.T @ precision @ y, covariance


DESIGN = np.column_stack([np.ones(12), np.linspace(-1, 1, 12), np.zeros(12)])
TRUTH = np.array([0.4, -0.7, 0.0])


def test_a_linear_model_has_the_posterior_of_a_regression(three: Priors) -> None:
    error = 0.5
    # Data on the line of the regression itself, so that the tails are not felt.
    y = DESIGN @ TRUTH
    found = fit_posterior(linear(DESIGN, 3.0), observed(y + 3.0, error), three, {})
    mean, covariance = ridge(DESIGN, y, CENTRE / error**2 * np.eye(12))
    np.testing.assert_allclose(found.mode, mean, atol=0.005)
    np.testing.assert_allclose(found.root @ found.root.T, covariance, rtol=0.02, atol=2e-4)
    assert covariance[0, 0] < 0.03  # the data do speak here
    np.testing.assert_allclose(found.log_model, DESIGN @ found.mode + 3.0, atol=1e-12)


def test_a_parameter_without_influence_keeps_its_prior_exactly(three: Priors) -> None:
    found = fit_posterior(linear(DESIGN), observed(DESIGN @ TRUTH, 0.1), three, {})
    assert found.mode[2] == pytest.approx(0.0, abs=1e-9)
    assert found.ratio()[2] == pytest.approx(1.0, abs=1e-9)
    assert (found.ratio()[:2] < 0.3).all()


def test_drift_weighs_the_figures_as_generalised_least_squares_does(three: Priors) -> None:
    # One (scale, persistence) only: a prior so narrow that the data cannot move it.
    record = DiscrepancyRecord(
        innovation=None, sign=1, scale=0.3, persistence=(0.8, 0.8001), grade="judgement"
    )
    y = DESIGN @ TRUTH
    found = fit_posterior(linear(DESIGN), observed(y, 0.1), three, {"town": record})
    scale, persistence = found.spreads["town"].mean()
    gap = np.abs(np.subtract.outer(np.arange(12.0), np.arange(12.0)))
    matrix = scale**2 * persistence**gap + 0.1**2 * np.eye(12)
    mean, covariance = ridge(DESIGN, y, CENTRE * np.linalg.inv(matrix))
    np.testing.assert_allclose(found.mode, mean, atol=0.01)
    np.testing.assert_allclose(found.root @ found.root.T, covariance, rtol=0.05, atol=1e-3)
    # Neighbouring years that drift together say less than independent ones.
    alone = fit_posterior(linear(DESIGN), observed(y, np.hypot(0.1, scale)), three, {})
    assert found.ratio()[0] > 1.2 * alone.ratio()[0]


def test_one_gross_figure_hardly_moves_the_mode(three: Priors) -> None:
    error = 0.05
    y = DESIGN @ TRUTH
    y[0] += 20 * error
    found = fit_posterior(linear(DESIGN), observed(y, error), three, {})
    gaussian, _ = ridge(DESIGN, y, np.eye(12) / error**2)
    assert np.abs(found.mode - TRUTH).max() < 0.35 * np.abs(gaussian - TRUTH).max()


def test_each_series_is_weighed_apart(three: Priors) -> None:
    """A drift in one series does not weaken the figures of another."""
    record = DiscrepancyRecord(
        innovation=None, sign=1, scale=1.0, persistence=(0.9, 0.95), grade="judgement"
    )
    design = np.zeros((12, 3))
    design[:6, 0] = design[6:, 1] = 1.0
    names = ["drifting"] * 6 + ["steady"] * 6
    data = observed(design @ TRUTH, 0.1, series=names)
    found = fit_posterior(linear(design), data, three, {"drifting": record})
    assert found.ratio()[1] == pytest.approx((1 + CENTRE * 6 / 0.1**2) ** -0.5, rel=0.02)
    assert found.ratio()[0] > 1.3 * found.ratio()[1]


@pytest.mark.parametrize(
    ("form", "ends", "expected"),
    [
        ("interval", (1.0, 1.2), (0.98, 1.2)),
        ("interval", (-1.2, -1.0), (-1.2, -0.98)),
        ("lower_bound", (0.5, np.inf), (0.48, 0.6)),
        ("upper_bound", (-np.inf, -0.5), (-0.6, -0.48)),
        ("lower_bound", (-2.0, np.inf), (-1e-6, 1e-6)),
        ("interval", (-2.0, 2.0), (-1e-6, 1e-6)),
    ],
)
def test_intervals_and_bounds_pull_inside_and_no_further(
    tmp_path: Path, form: str, ends: tuple[float, float], expected: tuple[float, float]
) -> None:
    priors = standard_priors(tmp_path, 1, (None, None))
    data = observed([0.0], 0.0, [form], [ends])
    mode = fit_posterior(linear(np.ones((1, 1))), data, priors, {}).mode[0]
    assert expected[0] <= mode <= expected[1]


@pytest.mark.parametrize("error", [0.02, 0.3, 2.0])
def test_a_bound_is_as_sharp_as_its_grade(tmp_path: Path, error: float) -> None:
    priors = standard_priors(tmp_path, 1, (None, None))
    data = observed([1.0], error, ["lower_bound"], [(1.0, np.inf)])
    mode = fit_posterior(linear(np.ones((1, 1))), data, priors, {}).mode[0]
    # The slope of the normal prior meets that of the log probability to lie above the bound.

    def slope(z: float) -> float:
        at = (z - 1.0) / error
        ratio = np.exp(stats.norm.logpdf(at) - stats.norm.logcdf(at))
        return z - float(ratio) / error

    assert mode == pytest.approx(optimize.brentq(slope, 0.0, 3.0), abs=0.005)


def test_the_error_of_an_intervals_ends_leaves_its_width_out() -> None:
    ends = [(0.0, 0.6), (0.0, np.inf), (-np.inf, np.inf)]
    error = np.array([np.hypot(0.1, 0.6 / np.sqrt(12)), 0.2, 0.3])
    data = dataclasses.replace(
        observed([0.3, 0.0, 0.0], 0.0, ["interval", "lower_bound", "exact"], ends), error=error
    )
    np.testing.assert_allclose(data.end_error, [0.1, 0.2, 0.3])


def test_residuals_leave_bounds_out() -> None:
    data = observed([1.0, 2.0, 3.0], 0.1, ["exact", "lower_bound", "interval"],
                    [(-np.inf, np.inf), (2.0, np.inf), (2.9, 3.1)])  # fmt: skip
    found = residuals_of("town", data, np.full((3, 2), 0.5))
    assert found is not None
    np.testing.assert_array_equal(found.values, [[0.5, 0.5], [2.5, 2.5]])
    np.testing.assert_array_equal(found.times, [2001.0, 2003.0])
    assert residuals_of("village", data, np.zeros((3, 1))) is None


def test_the_mode_stays_within_the_limits(tmp_path: Path) -> None:
    priors = standard_priors(tmp_path, 1, (-1.8, 1.8))
    data = observed([3.0] * 4, 0.05)
    assert fit_posterior(linear(np.ones((4, 1))), data, priors, {}).mode[0] == pytest.approx(
        1.8, abs=1e-3
    )


def test_the_search_turns_back_where_the_model_diverges(tmp_path: Path) -> None:
    priors = standard_priors(tmp_path, 1, (None, None))

    def model(z: np.ndarray) -> np.ndarray:
        figures = np.repeat(z.T, 4, axis=0)
        figures[:, z[:, 0] > 1.0] = np.nan
        return figures

    found = fit_posterior(model, observed([1.4] * 4, 0.2), priors, {})
    assert 0.3 < found.mode[0] <= 1.0
    assert np.isfinite(found.log_model).all()


def test_the_fit_is_the_same_each_time_and_says_what_it_cost(three: Priors) -> None:
    lines: list[str] = []
    y = DESIGN @ TRUTH + 0.1 * np.random.default_rng(1).standard_normal(12)
    first = fit_posterior(linear(DESIGN), observed(y, 0.1), three, {}, lines.append)
    again = fit_posterior(linear(DESIGN), observed(y, 0.1), three, {})
    np.testing.assert_array_equal(first.mode, again.mode)
    np.testing.assert_array_equal(first.root, again.root)
    assert first.evaluations == again.evaluations > 0
    assert len(lines) == 3
    white = (y - first.log_model) / 0.1
    by_hand = 0.5 * ((TAIL + 1) * np.log1p(white**2 / TAIL).sum() + np.square(first.mode).sum())
    assert first.cost == pytest.approx(by_hand, rel=1e-9)


def test_draws_have_the_mode_and_covariance_and_keep_the_limits(tmp_path: Path) -> None:
    priors = standard_priors(tmp_path, 2, (-5.0, 5.0))
    root = np.array([[0.5, 0.0], [0.3, 0.2]])
    posterior = Posterior(np.array([1.0, -1.0]), root, {}, np.zeros(0), 0.0, 0)
    drawn = posterior.draw(priors, 50_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), [1.0, -1.0], atol=0.01)
    np.testing.assert_allclose(np.cov(drawn.T), root @ root.T, atol=0.004)
    np.testing.assert_allclose(posterior.ratio(), drawn.std(axis=0), rtol=0.02)
    narrow = standard_priors(tmp_path, 2, (-1.7, 1.7))
    cut = posterior.draw(narrow, 5000, np.random.default_rng(1))
    assert (cut >= narrow.lower).all()
    assert (cut <= narrow.upper).all()
    # Drawn again, not piled up at the edge.
    assert np.isclose(np.abs(cut), 1.7, atol=1e-9).sum() == 0


def recovered(study: Study, seed: int) -> tuple[Priors, np.ndarray, Posterior]:
    """Draw a truth from the prior, make its figures, fit them; discrepancy none, error known."""
    real = select_observed(study.evidence, ORIGIN)
    model = _Model(study, real, "kernel")
    rng = np.random.default_rng(seed)
    truth = study.priors.draw(1, rng)
    exact = model.log_figures(truth)[:, 0]
    assert np.isfinite(exact).all()
    error = 0.03
    noisy = exact + error * rng.standard_normal(len(exact))
    made = dataclasses.replace(
        real,
        log_value=np.where(real.is_point, noisy, exact),
        error=np.full(len(exact), error),
        lower=np.where(np.isfinite(real.lower), exact - 0.1, -np.inf),
        upper=np.where(np.isfinite(real.upper), exact + 0.1, np.inf),
    )
    none: Mapping[str, DiscrepancyRecord] = {}
    return study.priors, truth[0], fit_posterior(model.log_figures, made, study.priors, none)


def test_parameters_are_found_again_in_made_up_evidence(study: Study) -> None:
    priors, truth, found = recovered(study, seed=1)
    off = (found.mode - truth) / found.ratio()
    for name in IDENTIFIED:
        place = priors.names.index(name)
        assert found.ratio()[place] < 0.75, name
        assert abs(off[place]) < 2.5, name
    # Over all parameters the errors are as large as the posterior says.
    assert np.sqrt(np.mean(np.square(off))) == pytest.approx(1.0, abs=0.25)


@pytest.mark.slow
def test_the_posterior_is_as_wide_as_its_errors_over_many_truths(study: Study) -> None:
    found = []
    for seed in range(2, 10):
        _, truth, posterior = recovered(study, seed)
        sharp = posterior.ratio() < 0.6
        found.append(((posterior.mode - truth) / posterior.ratio())[sharp])
    off = np.concatenate(found)
    assert len(off) > 50
    assert 0.6 < np.sqrt(np.mean(np.square(off))) < 1.4
    assert np.mean(np.abs(off) < 1.645) > 0.8
