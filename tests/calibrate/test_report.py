"""The report: Theil's shares by hand, statistics by series, tables that say what they hold."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import Posterior
from qiantang.calibrate.report import (
    MOVED,
    parameter_table,
    report_texts,
    series_fit,
    theil,
)
from qiantang.evidence.drivers import ORIGIN
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


@pytest.fixture(scope="module")
def seen(study: Study) -> Observed:
    return select_observed(study.evidence, ORIGIN)


def posterior_of(study: Study, seen: Observed, factor: float) -> Posterior:
    """Return a posterior whose model says `factor` times every figure."""
    size = len(study.priors.names)
    root = np.eye(size)
    root[3, 3] = 0.25
    mode = np.zeros(size)
    mode[3] = -1.6448536269514722
    return Posterior(mode, root, {}, seen.log_value + math.log(factor), 12.5, 99)


def test_statistics_of_a_model_that_says_a_tenth_too_much(study: Study, seen: Observed) -> None:
    rows = series_fit(seen, posterior_of(study, seen, 1.1))
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


def test_parameters_stand_the_most_moved_first(study: Study, seen: Observed) -> None:
    table = parameter_table(study, posterior_of(study, seen, 1.0))
    assert len(table) == len(study.priors.names)
    first = table[0]
    record = study.priors.records[3]
    assert first["parameter"] == study.priors.names[3]
    assert first["sd_ratio"] == pytest.approx(0.25)
    assert first["posterior"] == pytest.approx(record.p05)
    assert first["prior"] == record.central
    assert table[-1]["sd_ratio"] == pytest.approx(1.0)


def test_the_files_of_a_report(study: Study, seen: Observed) -> None:
    record = FitRecord(
        version="2018-06-test", method="by hand", members=4, seed=9, sees_until=2018.0, model="m",
        inputs={}, drift={}, cost=12.5, runs=99, files={},
    )  # fmt: skip
    posterior = posterior_of(study, seen, 1.1)
    texts = report_texts(study, seen, posterior, record)
    assert set(texts) == {"series.csv", "parameters.csv", "fit.svg", "report.md"}
    series = list(csv.DictReader(io.StringIO(texts["series.csv"])))
    assert [row["series"] for row in series] == list(seen.series)
    parameters = list(csv.DictReader(io.StringIO(texts["parameters.csv"])))
    assert float(parameters[0]["sd_ratio"]) == 0.25
    page = texts["report.md"]
    assert page.startswith("# Fit 2018-06-test\n")
    assert "99 runs" in page
    assert (
        f"1 of {len(study.priors.names)} parameters have a posterior spread below {MOVED}" in page
    )
    assert all(f"| {name} |" in page for name in seen.series)
    assert texts == report_texts(study, seen, posterior, record)


def test_the_figure_has_a_panel_for_each_series_and_names_no_date(
    study: Study, seen: Observed, tmp_path: Path
) -> None:
    from qiantang.calibrate.figure import draw_fit

    drawn = draw_fit(study, seen, posterior_of(study, seen, 1.1))
    assert drawn.startswith("<?xml")
    assert len(re.findall(r'id="axes_\d+"', drawn)) >= len(seen.series)
    assert "<dc:date>" not in drawn
    few = dataclasses.replace(seen)
    assert draw_fit(study, few, posterior_of(study, seen, 1.1)) == drawn
