from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from qiantang.evidence.drivers import DAMPING, Drivers, read_drivers
from qiantang.evidence.paths import LEAST_SD
from qiantang.faults import StudyError
from qiantang.studyfile import read_study

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "calibration" / "evidence"
ABOUT = read_study(ROOT)
STEPS = 256  # a year, for numerical integrals
HEADER = "driver,vintage,year,value,grade,source,reference,note"
REGISTER = """\
drivers:
  rain:
    title: Rain
    title_zh: 雨
    unit: mm/Year
    between: mid_year
    cycle: 0.5
    projection_2018:
      - {from: 2018, to: 2025, growth: 0.1, sd: 0.1, grade: assumption, source: s, reference: r}
    projection_actual:
      - {from: 2019, to: 2025, growth: 0.0, sd: 0.0, grade: assumption, source: s, reference: r}
  flood:
    title: Flood
    title_zh: 洪水
    unit: Dmnl
    between: step
    scheduled: true
    contained_in: [rain]
"""
SUN = """\
  sun:
    title: Sun
    title_zh: 太阳
    unit: h
    between: point
    projection_2018:
      - {from: 2018, to: 2025, growth: 0.1, sd: 0.1, grade: assumption, source: s, reference: r}
    projection_actual:
      - {from: 2018, to: 2025, growth: 0.0, sd: 0.0, grade: assumption, source: s, reference: r}
"""
ROWS = (
    "rain,actual,2000,100,documented,s,r,",
    "rain,actual,2016,400,documented,s,r,",
    "rain,actual,2018,900,documented,s,r,",
    "rain,2018,2017,300,documented,s,r,",
    "flood,actual,2000,0,assumption,s,r,",
    "flood,actual,2018.5,0.2,assumption,s,r,",
)
SUN_ROWS = ("sun,actual,2000.5,10,documented,s,r,", "sun,actual,2018.0,20,documented,s,r,")


def _study(folder: Path, register: str = REGISTER, rows: tuple[str, ...] = ROWS) -> Drivers:
    folder.mkdir(exist_ok=True)
    (folder / "drivers.yaml").write_text(register, encoding="utf-8")
    (folder / "drivers.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return read_drivers(folder, ABOUT)


def _yearly(drivers: Drivers, name: str, vintage: str) -> dict[int, float]:
    """Integrate the central path over each year."""
    knots = drivers.knots(name, vintage)
    grid = 2000 + (np.arange(26 * STEPS) + 0.5) / STEPS
    means = np.interp(grid, knots.times, knots.values).reshape(26, STEPS).mean(axis=1)
    return dict(zip(range(2000, 2026), means.tolist(), strict=True))


@pytest.fixture(scope="module")
def drivers() -> Drivers:
    return read_drivers(FOLDER, ABOUT)


def test_every_driver_covers_the_run_in_both_vintages(drivers: Drivers) -> None:
    for name in drivers.names:
        for vintage in ("2018", "actual"):
            knots = drivers.knots(name, vintage)
            assert np.all(np.diff(knots.times) > 0)
            assert knots.times[-1] >= 2026
            assert np.all(np.isfinite(knots.values))
            assert np.all(knots.values >= 0)
            assert knots.values.shape == knots.times.shape == knots.log_sd_increment.shape


@pytest.mark.parametrize("vintage", ["2018", "actual"])
def test_the_path_keeps_every_yearly_figure(drivers: Drivers, vintage: str) -> None:
    for name, definition in drivers.definitions.items():
        if definition.between == "mid_year":
            means = _yearly(drivers, name, vintage)
            for figure in drivers.history(name, vintage):
                if figure.year < 2026:
                    assert means[int(figure.year)] == pytest.approx(figure.value, rel=2e-4), name


def test_nothing_after_2017_is_known_in_vintage_2018(drivers: Drivers) -> None:
    for name, definition in drivers.definitions.items():
        if not definition.scheduled:
            assert all(figure.year <= 2018 for figure in drivers.history(name, "2018"))
    assert drivers.knots("added_us_tariff", "2018").values.max() == 0
    assert _yearly(drivers, "mega_event", "2018")[2022] == pytest.approx(1, abs=1e-3)
    assert _yearly(drivers, "mega_event", "actual")[2022] == pytest.approx(0, abs=1e-3)


def test_published_forecasts_are_applied(drivers: Drivers) -> None:
    gdp = _yearly(drivers, "national_gdp", "2018")
    assert gdp[2018] / gdp[2017] == pytest.approx(1.066, rel=1e-4)
    assert gdp[2019] / gdp[2018] == pytest.approx(1.064, rel=1e-4)
    passengers = _yearly(drivers, "national_passengers", "2018")
    assert passengers[2020] / passengers[2017] == pytest.approx(1.11 * 1.085**2, rel=1e-3)


def test_the_pandemic_is_in_the_actual_vintage_alone(drivers: Drivers) -> None:
    assert _yearly(drivers, "national_passengers", "actual")[2020] == pytest.approx(
        857.16, rel=1e-4
    )
    assert _yearly(drivers, "national_passengers", "2018")[2020] > 1400
    knots = drivers.knots("national_passengers", "actual")
    before, after = np.interp([2019.9, 2020.1], knots.times, knots.values)
    assert after < 0.75 * before  # a jump, not a slope through 2019


def test_the_tariff_is_left_out_where_national_exports_carry_it(drivers: Drivers) -> None:
    alone = drivers.central({"added_us_tariff": "actual"})
    both = drivers.central({"added_us_tariff": "actual", "national_exports": "actual"})
    assert alone["added_us_tariff"].values.max() == pytest.approx(0.179)
    assert both["added_us_tariff"].values.max() == 0


def test_draws_are_certain_in_history_and_centred_after_it(drivers: Drivers) -> None:
    drawn = drivers.draw({}, 4000, np.random.default_rng(1))
    for name, paths in drawn.items():
        knots = drivers.knots(name, "2018")
        history = knots.times < 2015
        assert np.ptp(paths.values[:, history], axis=0).max() == 0
        middle = np.median(paths.values, axis=0)
        spread = np.std(np.log(paths.values[:, -1] + 1e-9))
        assert middle == pytest.approx(knots.values, rel=0.08 * spread + 1e-9), name


def test_the_spread_is_that_of_the_file(tmp_path: Path) -> None:
    drivers = _study(tmp_path)
    paths = drivers.draw({}, 20000, np.random.default_rng(2))["rain"]
    start, middle, end = (
        paths.values[:, np.searchsorted(paths.times, t)] for t in (2020, 2020.5, 2021)
    )
    mean_of_2020 = np.log((start + 2 * middle + end) / 4)
    assert mean_of_2020.std() == pytest.approx(0.1 * math.sqrt(3), rel=0.05)


def test_the_same_generator_gives_the_same_paths(drivers: Drivers) -> None:
    one = drivers.draw({}, 5, np.random.default_rng(3))
    two = drivers.draw({}, 5, np.random.default_rng(3))
    other = drivers.draw({}, 5, np.random.default_rng(4))
    assert all(np.array_equal(one[name].values, two[name].values) for name in drivers.names)
    assert not np.array_equal(one["national_gdp"].values, other["national_gdp"].values)


def test_one_more_driver_changes_no_other(tmp_path: Path) -> None:
    few = _study(tmp_path / "few")
    more = _study(tmp_path / "more", REGISTER + SUN, ROWS + SUN_ROWS)
    one = few.draw({}, 8, np.random.default_rng(5))["rain"]
    two = more.draw({}, 8, np.random.default_rng(5))["rain"]
    assert np.array_equal(one.values, two.values)


def test_world_trade_moves_exports_and_imports_together(drivers: Drivers) -> None:
    drawn = drivers.draw({}, 4000, np.random.default_rng(6))
    columns = [
        np.searchsorted(drawn[n].times, 2018.5) for n in ("national_exports", "national_fdi")
    ]
    exports = drawn["national_exports"].values[:, columns[0]]
    imports = drawn["national_imports"].values[:, columns[0]]
    population = drawn["national_population"].values[:, columns[0]]
    assert np.corrcoef(np.log(exports), np.log(imports))[0, 1] == pytest.approx(0.64, abs=0.05)
    assert abs(np.corrcoef(np.log(exports), np.log(population))[0, 1]) < 0.05


def test_gaps_are_filled_in_logs_and_a_vintage_may_differ(tmp_path: Path) -> None:
    drivers = _study(tmp_path)
    assert _yearly(drivers, "rain", "actual")[2008] == pytest.approx(200, rel=1e-3)
    assert _yearly(drivers, "rain", "actual")[2017] == pytest.approx(600, rel=1e-3)
    assert _yearly(drivers, "rain", "2018")[2017] == pytest.approx(300, rel=1e-3)
    assert _yearly(drivers, "rain", "2018")[2018] == pytest.approx(330, rel=1e-3)


def test_dated_figures_stand_on_their_dates(tmp_path: Path) -> None:
    drivers = _study(tmp_path, REGISTER + SUN, ROWS + SUN_ROWS)
    knots = drivers.knots("sun", "2018")
    assert np.interp([2000.5, 2018.0, 2019.0], knots.times, knots.values) == pytest.approx(
        [10, 20, 22]
    )
    sd = dict(zip(knots.times.tolist(), knots.log_sd_increment.tolist(), strict=True))
    assert sd[2018.0] == 0
    assert sd[2019.0] == 0.1


def test_the_lookup_text_reads_back_as_the_knots(drivers: Drivers) -> None:
    for name in drivers.names:
        pairs = [
            tuple(float(part) for part in pair.split(","))
            for pair in drivers.lookup_text(name)[1:-1].split("),(")
        ]
        knots = drivers.knots(name, "2018")
        assert [time for time, _ in pairs] == pytest.approx(knots.times, abs=1e-8)
        assert [value for _, value in pairs] == pytest.approx(knots.values, rel=1e-5)


def test_an_unknown_driver_or_vintage_is_refused(drivers: Drivers) -> None:
    with pytest.raises(StudyError, match=r"did you mean national_gdp\?"):
        drivers.knots("national_gpd", "2018")
    with pytest.raises(StudyError, match="unknown vintage '2019'"):
        drivers.draw({"national_gdp": "2019"}, 1, np.random.default_rng(0))


GROWING = tuple(
    f"rain,actual,{year},{100 * 1.1 ** (year - 2000):.12g},documented,s,r,"
    for year in range(2000, 2018)
)
REST = (ROWS[2], *ROWS[4:])  # the figure of 2018 and the floods


def test_an_earlier_origin_carries_recent_growth_on_damped(tmp_path: Path) -> None:
    yearly = _study(tmp_path, rows=GROWING + REST)._yearly("rain", "2018", 2010.0)
    known = yearly.dates < 2010
    assert (yearly.sd[known] == 0).all()
    np.testing.assert_allclose(yearly.values[known][-1], 100 * 1.1**9)
    # By hand: each year has 0.8 of the growth in logs of the year before.
    growth = np.diff(np.log(yearly.values[yearly.dates >= 2009]))
    by_hand = math.log(1.1) * np.cumprod(np.full(len(growth), DAMPING))
    np.testing.assert_allclose(growth, by_hand)
    # Steady growth leaves no spread but the least one.
    np.testing.assert_allclose(yearly.sd[~known], LEAST_SD)


def test_growth_and_spread_are_those_of_the_last_five_years(tmp_path: Path) -> None:
    steps = [0.3, -0.2, 0.4, 0.05, 0.15, 0.02, 0.1, 0.08]  # growth in logs into 2002 and on
    levels = 100 * np.exp(np.cumsum([0.0, *steps]))
    rows = tuple(
        f"rain,actual,{2001 + place},{level:.12g},documented,s,r,"
        for place, level in enumerate(levels)
    )
    yearly = _study(tmp_path, rows=(*rows, ROWS[3], *REST))._yearly("rain", "2018", 2010.0)
    last = steps[-5:]
    np.testing.assert_allclose(
        np.log(yearly.values[yearly.dates == 2010] / levels[-1]), 0.8 * np.mean(last)
    )
    np.testing.assert_allclose(yearly.sd[yearly.dates == 2010], np.std(last, ddof=1))


def test_a_single_figure_has_the_growth_of_the_file(tmp_path: Path) -> None:
    rows = ("rain,actual,2005,100,documented,s,r,", ROWS[3], *REST)
    yearly = _study(tmp_path, rows=rows)._yearly("rain", "2018", 2008.0)
    np.testing.assert_allclose(yearly.values[:3], [100, 110, 121])
    assert yearly.sd[1] == 0.1


@pytest.mark.parametrize("origin", [2009.0, 2013.0, 2017.0])
def test_nothing_after_an_earlier_origin_is_used(drivers: Drivers, origin: float) -> None:
    def later(figure_of: str, year: float) -> bool:
        dated = drivers.definitions[figure_of].between == "point"
        return year > origin if dated else year >= origin

    changed = tuple(
        dataclasses.replace(figure, value=2.5 * figure.value)
        if later(figure.driver, figure.year)
        and not (drivers.definitions[figure.driver].scheduled and figure.vintage == "2018")
        else figure
        for figure in drivers.figures
    )
    assert changed != drivers.figures
    other = dataclasses.replace(drivers, figures=changed)
    one = drivers.draw({}, 3, np.random.default_rng(1), origin)
    two = other.draw({}, 3, np.random.default_rng(1), origin)
    for name in drivers.names:
        np.testing.assert_array_equal(one[name].values, two[name].values, err_msg=name)
        assert np.isfinite(one[name].values).all()
    now = other.draw({}, 3, np.random.default_rng(1), ABOUT.origin)
    then = drivers.draw({}, 3, np.random.default_rng(1), ABOUT.origin)
    assert not np.array_equal(now["national_gdp"].values, then["national_gdp"].values)


def test_a_figure_before_the_origin_does_move_the_projection(tmp_path: Path) -> None:
    paths = []
    for folder, value in (("one", 200.0), ("two", 300.0)):
        rows = (*GROWING[:9], f"rain,actual,2009,{value},documented,s,r,", *GROWING[10:], *REST)
        paths.append(_yearly_at(_study(tmp_path / folder, rows=rows), 2010.0))
    assert paths[1][2015] > 1.2 * paths[0][2015]


def _yearly_at(drivers: Drivers, origin: float) -> dict[float, float]:
    yearly = drivers._yearly("rain", "2018", origin)
    return dict(zip(yearly.dates.tolist(), yearly.values.tolist(), strict=True))


def test_from_2018_the_published_projections_stand(tmp_path: Path) -> None:
    yearly = _yearly_at(_study(tmp_path), ABOUT.origin)
    assert yearly[2019] / yearly[2018] == pytest.approx(1.1)


RAIN = "rain,actual,2001,100,documented,s,r,"
BAD_ROWS = {
    "unknown driver": (RAIN.replace("rain", "rian"), "did you mean rain?"),
    "vintage": (RAIN.replace("actual", "2019"), "unknown vintage '2019'"),
    "year": (RAIN.replace("2001", "1800"), "'1800' is not a year from 1999 to 2026"),
    "part of a year": (RAIN.replace("2001", "2001.5"), "2001.5 is not a whole year"),
    "text": (RAIN.replace("100", "many"), "'many' is not a number"),
    "NaN": (RAIN.replace("100", "NaN"), "'NaN' is not a number"),
    "zero": (RAIN.replace("100", "0"), "0 is not above 0"),
    "grade": (RAIN.replace("documented", "sure"), "unknown grade 'sure'"),
    "source": (RAIN.replace(",s,", ",,"), "rain.source: is empty"),
    "twice": (ROWS[0], "the same driver, vintage and year as line 2"),
    "cells": (RAIN + ",", "the row has 9 cells, expected 8"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    row, expected = BAD_ROWS[name]
    with pytest.raises(StudyError) as caught:
        _study(tmp_path, rows=(*ROWS, row))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].line == len(ROWS) + 2
    assert expected in str(caught.value)


RUN = "{from: 2018, to: 2025, growth: 0.1, sd: 0.1, grade: assumption, source: s, reference: r}"
BAD_REGISTERS = {
    "unknown key": ("cycle: 0.5", "cyclic: 0.5", "unknown key"),
    "cycle above one": ("cycle: 0.5", "cycle: 1.5", "less than or equal to 1"),
    "unknown join": ("between: mid_year", "between: spline", "rain.between"),
    "contained in nothing": ("[rain]", "[rian]", "unknown driver rian (did you mean rain?)"),
    "step without schedule": ("    scheduled: true\n", "", "a schedule has between: step"),
    "late projection": ("from: 2018", "from: 2019", "begins in 2019, expected 2018"),
    "short projection": (RUN, RUN.replace("2025", "2020"), "ends in 2020, expected 2025"),
    "run backwards": (RUN, RUN.replace("2018", "2026"), "ends in 2025, before it begins in 2026"),
    "negative sd": ("sd: 0.1", "sd: -0.1", "greater than or equal to 0"),
    "fall below nothing": ("growth: 0.1", "growth: -1.5", "greater than -1"),
    "no driver left": ("contained_in: [rain]", "cycle: 0.0", None),
}


@pytest.mark.parametrize("name", BAD_REGISTERS)
def test_a_bad_register_is_refused(tmp_path: Path, name: str) -> None:
    old, new, expected = BAD_REGISTERS[name]
    register = REGISTER.replace(old, new, 1)
    assert register != REGISTER
    if expected is None:  # the counterpart: a harmless change passes
        assert _study(tmp_path, register).names == ("rain", "flood")
        return
    with pytest.raises(StudyError) as caught:
        _study(tmp_path, register)
    assert expected in str(caught.value)
    assert all(fault.line is not None for fault in caught.value.faults)


def test_a_driver_without_a_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        StudyError, match=r"drivers\.sun: drivers\.csv has no figure of vintage 2018"
    ):
        _study(tmp_path, REGISTER + SUN)


def test_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="file not found"):
        read_drivers(tmp_path, ABOUT)
    (tmp_path / "drivers.yaml").write_text(REGISTER, encoding="utf-8")
    with pytest.raises(StudyError, match=r"drivers\.csv: file not found"):
        read_drivers(tmp_path, ABOUT)
