from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qiantang.evidence.observations import Observation, Series
from qiantang.skill.history import figure_year, history, known_figures, truth
from qiantang.skill.settings import asked_years
from qiantang.study import Study


def test_no_figure_of_the_origin_or_later_is_known(study: Study) -> None:
    for origin in study.about.hindcasts.origins:
        for name in study.evidence.series:
            figures = known_figures(study.evidence, name, origin)
            assert all(year < origin for year in figures)
    assert 2017 in known_figures(study.evidence, "fdi_used", 2018.0)


def test_scores_use_stated_figures_and_narrow_intervals_only(study: Study) -> None:
    rows = {row.year: row for row in study.evidence.series["goods_exports"].used}
    found = truth(study.evidence, "goods_exports")
    wide = [year for year, row in rows.items() if row.form == "interval"
            and row.high / row.low > np.exp(0.05)]  # fmt: skip
    narrow = [year for year, row in rows.items() if row.form == "interval" and year not in wide]
    assert wide
    assert narrow
    assert not set(wide) & set(found)
    assert set(narrow) <= set(found)
    assert all(found[year] == rows[year].value for year in narrow)


def test_bounds_are_neither_scored_nor_known(study: Study) -> None:
    assert min(truth(study.evidence, "fdi_used")) == 2003
    assert min(known_figures(study.evidence, "fdi_used", 2018.0)) == 2003


def test_one_missing_year_is_filled_in_logs() -> None:
    found = history({2000: 1.0, 2001: 2.0, 2003: 8.0, 2004: 16.0}, 2005.0)
    assert found is not None
    assert np.exp(found.logs) == pytest.approx([1.0, 2.0, 4.0, 8.0, 16.0])
    assert found.known.tolist() == [True, True, False, True, True]
    assert found.figures == 4


def test_a_long_gap_cuts_the_history() -> None:
    figures = {1995: 1.0, 2001: 5.0, 2002: 6.0, 2003: 7.0, 2004: 8.0}
    found = history(figures, 2005.0)
    assert found is not None
    assert found.years.tolist() == [2001, 2002, 2003, 2004]


@pytest.mark.parametrize(
    ("figures", "origin"),
    [
        ({2001: 1.0, 2002: 1.0, 2003: 1.0}, 2004.0),  # too few
        ({2001: 1.0, 2002: 1.0, 2003: 1.0, 2004: 1.0}, 2007.0),  # stale
        ({2001: 1.0, 2002: 1.0, 2003: 1.0, 2004: 1.0}, 2004.0),  # the last is not known yet
        ({}, 2004.0),
    ],
)
def test_a_short_or_stale_history_is_none(figures: dict[int, float], origin: float) -> None:
    assert history(figures, origin) is None


@pytest.mark.parametrize(("date", "year"), [(2014.96, 2014), (2017.13, 2016), (2012.5, None)])
def test_a_dated_stock_stands_for_the_year_that_ends_there(
    study: Study, date: float, year: int | None
) -> None:
    series: Series = study.evidence.series["destinations"]
    row: Observation = replace(series.observations[0], year=date)
    assert figure_year(row, series) == year


def test_the_pandemic_year_is_asked_apart(study: Study) -> None:
    for origin in study.about.hindcasts.origins:
        for setting in study.about.settings:
            years = asked_years(study.about, origin, setting)
            assert (2020 in years) == (origin == 2018.0 and setting.startswith("pandemic"))
            assert all(origin <= year < origin + 3 for year in years)
