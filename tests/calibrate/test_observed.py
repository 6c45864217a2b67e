"""The figures a fit may see: which, where they sit, and how sure they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qiantang.calibrate.observed import Observed, select_observed
from qiantang.study import Study


@pytest.fixture(scope="module")
def seen(study: Study) -> Observed:
    return select_observed(study.evidence, study.about.origin)


def test_nothing_after_the_origin_is_seen(study: Study, seen: Observed) -> None:
    assert max(figure.times[-1] for figure in seen.figures) <= study.about.origin
    assert {row.series for row in seen.rows} <= set(study.evidence.series)
    later = select_observed(study.evidence, 2026.0)
    assert len(later.rows) > len(seen.rows)


def test_only_rows_in_use_of_series_that_are_fitted(study: Study, seen: Observed) -> None:
    assert all(row.use for row in seen.rows)
    assert {study.evidence.series[name].role for name in seen.series} == {"fit"}
    expected = sum(
        row.year + {"dated": 0.0}.get(series.kind, 1.0) <= study.about.origin
        for series in study.evidence.series.values()
        if series.role == "fit"
        for row in series.used
    )
    assert len(seen.rows) == expected


def test_each_form_has_its_logs(study: Study, seen: Observed) -> None:
    forms = set()
    for place, row in enumerate(seen.rows):
        forms.add(row.form)
        value, low, high = seen.log_value[place], seen.lower[place], seen.upper[place]
        error = row.log_sd(study.evidence.grades)
        if row.form in ("exact", "rounded"):
            assert row.value is not None
            assert math.exp(value) == pytest.approx(row.value)
            assert (low, high) == (-math.inf, math.inf)
        else:
            assert math.exp(low) == pytest.approx(row.low or 0.0)
            assert math.exp(high) == pytest.approx(math.inf if row.high is None else row.high)
        if row.form == "interval":
            assert value == pytest.approx((low + high) / 2)
            assert seen.error[place] ** 2 == pytest.approx(error**2 + (high - low) ** 2 / 12)
        else:
            assert seen.error[place] == pytest.approx(error)
    assert len(forms) >= 3


def test_positions_of_a_series(seen: Observed) -> None:
    places = np.concatenate([seen.of(name) for name in seen.series])
    assert sorted(places) == list(range(len(seen.rows)))
    assert {seen.rows[place].series for place in seen.of("passengers")} == {"passengers"}
    assert len(seen.of("no such series")) == 0


def test_undocumented_figures_weigh_less_than_documented_ones(study: Study) -> None:
    grades = study.evidence.grades
    assert grades["undocumented"].log_sd > grades["documented"].log_sd
