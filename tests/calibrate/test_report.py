"""The report: Theil's shares by hand, statistics by series, tables that say what they hold."""

from __future__ import annotations

import csv
import io
import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qiantang.calibrate.chains import Sample
from qiantang.calibrate.diagnostics import diagnose
from qiantang.calibrate.figure import draw_fit
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import Posterior
from qiantang.calibrate.report import (
    MOVED,
    chain_table,
    parameter_table,
    report_texts,
    series_fit,
    theil,
)
from qiantang.calibrate.runner import Runner
from qiantang.calibrate.target import Target
from qiantang.fits import FitRecord
from qiantang.study import Study

numbers = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12)


def test_theil_of_a_worked_example() -> None:
    # Simulated 2, 4, 6, 8 (mean 5, variance 5); data 1, 2, 3, 6 (mean 3, variance 3.5).
    # Errors 1, 2, 3, 2: mean square 4.5. Bias 2^2 = 4; (sqrt 5 - sqrt 3.5)^2 = 0.13340.
    um, us, uc = theil(np.array([2.0, 4.0, 6.0, 8.0]), np.array([1.0, 2.0, 3.0, 6.0]))
    assert um == pytest.approx(4 / 4.5)
    assert us == pytest.approx((math.sqrt(5) - math.sqrt(3.5)) ** 2 / 4.5)
    # The rest is 2 (1 - r) s_a s_s, with the covariance of 4 by hand.
    assert uc == pytest.approx(2 * (math.sqrt(5 * 3.5) - 4.0) / 4.5)


def test_theil_of_pure_errors() -> None:
    data = np.array([1.0, 3.0, 2.0, 6.0])
    assert theil(data + 2.0, data) == pytest.approx((1, 0, 0))
    assert theil(3.0 * (data - data.mean()) + data.mean(), data) == pytest.approx((0, 1, 0))
    assert theil(data[::-1], data) == pytest.approx((0, 0, 1))


def test_theil_without_error_is_not_a_number() -> None:
    data = np.array([1.0, 2.0])
    assert all(math.isnan(share) for share in theil(data, data))


@given(numbers, st.integers(0, 2**31))
def test_theils_shares_add_to_one_and_are_not_negative(values: list[float], seed: int) -> None:
    data = np.array(values)
    simulated = data + np.random.default_rng(seed).normal(0, 10, len(data))
    assume(np.ptp(simulated - data) > 1e-3)
    um, us, uc = theil(simulated, data)
    assert um + us + uc == pytest.approx(1.0)
    covariance = np.mean((simulated - simulated.mean()) * (data - data.mean()))
    rest = 2 * (simulated.std() * data.std() - covariance) / np.mean((simulated - data) ** 2)
    assert uc == pytest.approx(rest, abs=1e-6)
    assert min(um, us, uc) >= -1e-9


#: The coordinate that the data moved, the one it hangs together with, and one left to its prior.
MOVED_ONE, PARTNER, SILENT = 3, 5, 7
MEMBERS = 300


@pytest.fixture(scope="module")
def target(study: Study) -> Target:
    seen = select_observed(study.evidence, study.about.origin)
    made = Target(study, seen, Runner(study, seen), {})
    made.active = np.ones(len(made.names), dtype=np.bool_)
    made.active[SILENT] = False
    return made


@pytest.fixture(scope="module")
def seen(target: Target) -> Observed:
    return target.observed


@pytest.fixture(scope="module")
def posterior(target: Target) -> Posterior:
    """Return a posterior whose model says a tenth too much of every figure, give or take."""
    rng = np.random.default_rng(1)
    names = [name for name, on in zip(target.names, target.active, strict=True) if on]
    draws = rng.standard_normal((4, MEMBERS // 4, len(names)))
    draws -= draws.mean(axis=(0, 1))
    draws /= draws.std(axis=(0, 1))
    draws[:, :, PARTNER] = 0.8 * draws[:, :, MOVED_ONE] + 0.6 * draws[:, :, PARTNER]
    draws[:, :, MOVED_ONE] = 0.25 * draws[:, :, MOVED_ONE] - 1.5
    sample = Sample(draws, np.zeros(draws.shape[:2]), np.full(4, 0.3))
    x = target.complete(draws.reshape(-1, len(names)), rng)
    around = rng.permuted(np.linspace(-0.05, 0.05, MEMBERS + 1))[None]
    figures = target.observed.log_value[:, None] + math.log(1.1) + around
    return Posterior(target, sample, diagnose(sample, names, 2), x, figures)


def test_statistics_of_a_model_that_says_a_tenth_too_much(
    seen: Observed, posterior: Posterior
) -> None:
    rows = series_fit(posterior)
    assert [row["series"] for row in rows] == list(seen.series)
    for row in rows:
        stated = seen.is_point[seen.of(row["series"])]
        assert (row["figures"], row["bounded"]) == (stated.sum(), (~stated).sum())
        if row["figures"]:
            assert row["mape_percent"] == pytest.approx(10.0)
        else:
            assert "mape_percent" not in row
        if row["figures"] > 2:
            assert row["um"] + row["us"] + row["uc"] == pytest.approx(1.0)
            # All values stretched alike: nothing is left for covariation.
            assert row["uc"] == pytest.approx(0.0, abs=1e-9)


def test_the_drift_of_a_series_is_its_members_mean(posterior: Posterior, target: Target) -> None:
    for row in series_fit(posterior):
        assert ("yearly_sd" in row) == (row["series"] in target.series)
        if "yearly_sd" in row:
            low, high = target.study.discrepancy[row["series"]].persistence
            yearly, kept = target.spread(posterior.x, row["series"])
            assert row["yearly_sd"] == pytest.approx(np.mean(yearly))
            assert row["persistence"] == pytest.approx(np.mean(kept))
            assert low < row["persistence"] < high


def test_parameters_stand_the_most_moved_first(study: Study, posterior: Posterior) -> None:
    table = parameter_table(study, posterior)
    assert [row["parameter"] for row in table] != list(study.priors.names)
    assert {row["parameter"] for row in table} == set(study.priors.names)
    first, record = table[0], study.priors.records[MOVED_ONE]
    assert first["parameter"] == study.priors.names[MOVED_ONE]
    assert first["sampled"] == "from the posterior"
    assert first["sd_ratio"] == pytest.approx(0.25)
    assert first["shift_in_prior_sd"] == pytest.approx(-1.5)
    assert first["prior"] == record.central
    assert first["posterior_p05"] < first["posterior"] < first["posterior_p95"]
    z = study.priors.within(posterior.x[:, : len(study.priors.names)])
    natural = study.priors.natural(z)[:, MOVED_ONE]
    assert first["posterior"] == pytest.approx(np.median(natural))
    # What it cannot be told from, and how much.
    assert first["correlated_with"] == posterior.diagnostics.names[PARTNER]
    assert first["correlation"] == pytest.approx(0.8, abs=0.1)


def test_a_silent_parameter_is_told_as_drawn_from_its_prior(
    study: Study, posterior: Posterior
) -> None:
    (row,) = (r for r in parameter_table(study, posterior) if r["sampled"] == "from its prior")
    assert row["parameter"] == study.priors.names[SILENT]
    assert (row["sd_ratio"], row["shift_in_prior_sd"]) == (1.0, 0.0)
    assert "rhat" not in row


def test_the_chains_of_every_coordinate_are_told(posterior: Posterior, target: Target) -> None:
    table = chain_table(posterior)
    assert [row["coordinate"] for row in table] == list(posterior.diagnostics.names)
    assert len(table) == len(target.names) - 1
    np.testing.assert_array_equal([row["rhat"] for row in table], posterior.diagnostics.rhat)


def record_of(posterior: Posterior) -> FitRecord:
    return FitRecord(
        version="2018-06-test", method="by hand", members=4, seed=9, sees_until=2018.0, model="m",
        inputs={}, plan={}, drift={}, diagnostics=posterior.diagnostics.worst(), runs=99, files={},
    )  # fmt: skip


def test_the_files_of_a_report(study: Study, seen: Observed, posterior: Posterior) -> None:
    record = record_of(posterior)
    texts = report_texts(study, posterior, record)
    assert set(texts) == {
        "series.csv", "parameters.csv", "diagnostics.csv", "fit.svg", "report.md",
    }  # fmt: skip
    series = list(csv.DictReader(io.StringIO(texts["series.csv"])))
    assert [row["series"] for row in series] == list(seen.series)
    parameters = list(csv.DictReader(io.StringIO(texts["parameters.csv"])))
    assert float(parameters[0]["sd_ratio"]) == 0.25
    page = texts["report.md"]
    assert page.startswith("# Fit 2018-06-test\n")
    assert "99 runs" in page
    assert "2 of the draws run as a probe diverged" in page
    assert f"worst R-hat {record.diagnostics['worst_rhat']}" in page
    assert (
        f"1 of {len(study.priors.names)} parameters have a posterior spread below {MOVED}" in page
    )
    assert all(f"| {name} |" in page for name in seen.series)
    assert texts == report_texts(study, posterior, record)


@pytest.mark.parametrize("passed", [True, False])
def test_the_page_says_whether_the_bars_are_met(
    study: Study, posterior: Posterior, passed: bool
) -> None:
    record = record_of(posterior)
    record.diagnostics["passed"] = passed
    page = report_texts(study, posterior, record)["report.md"]
    assert ("are NOT met" in page) is not passed


def test_the_figure_has_a_panel_for_each_series_and_names_no_date(
    study: Study, seen: Observed, posterior: Posterior
) -> None:
    drawn = draw_fit(study, posterior)
    assert drawn.startswith("<?xml")
    assert len(re.findall(r'id="axes_\d+"', drawn)) >= len(seen.series)
    assert "<dc:date>" not in drawn
    assert draw_fit(study, posterior) == drawn
