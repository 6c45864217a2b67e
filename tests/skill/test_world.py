from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qiantang.skill.settings import SeriesRecord
from qiantang.skill.world import driver_world
from qiantang.study import Study

PAX = SeriesRecord(drivers=("national_passengers",))
BORDER = SeriesRecord(drivers=("national_border_passengers",))  # with years not found
TRADE = SeriesRecord(drivers=("national_exports", "national_imports"), times=("exchange_rate",))


def actual(study: Study, name: str) -> dict[int, float]:
    return {int(row.year): row.value for row in study.drivers.history(name, "actual")}


def test_true_drivers_are_the_figures(study: Study) -> None:
    world = driver_world(study.drivers, PAX, 2018.0, "pandemic_known", (2018, 2019, 2020), 50, 1)
    figures = actual(study, "national_passengers")
    for year in (2018, 2019, 2020):
        assert np.exp(world.future[year]) == pytest.approx([figures[year]])


def test_several_drivers_are_added_and_multiplied(study: Study) -> None:
    world = driver_world(study.drivers, TRADE, 2014.0, "conditional", (2014,), 50, 1)
    exports, imports, rate = (actual(study, name) for name in (*TRADE.drivers, *TRADE.times))
    assert np.exp(world.past[2013]) == pytest.approx((exports[2013] + imports[2013]) * rate[2013])


@pytest.mark.parametrize("origin", [2010.0, 2014.0, 2018.0])
@pytest.mark.parametrize("record", [PAX, BORDER, TRADE])
def test_ex_ante_knows_nothing_of_later_years(
    study: Study, record: SeriesRecord, origin: float
) -> None:
    """Doubling every later actual figure changes no forecast of the drivers."""
    later = tuple(
        replace(figure, value=2 * figure.value)
        if figure.vintage == "actual" and figure.year + 1 > origin
        else figure
        for figure in study.drivers.figures
    )
    other = replace(study.drivers, figures=later)
    years = tuple(int(origin) + ahead for ahead in range(3))
    mine, theirs = (
        driver_world(drivers, record, origin, "ex_ante", years, 200, 1)
        for drivers in (study.drivers, other)
    )
    assert mine.past == theirs.past
    assert max(mine.past) < origin
    for year in years:
        assert np.array_equal(mine.future[year], theirs.future[year])
    true = driver_world(other, record, origin, "conditional", years, 200, 1)
    assert true.future[years[0]][0] != pytest.approx(np.median(mine.future[years[0]]), abs=0.2)


def test_an_extrapolated_driver_grows_as_in_the_last_five_years(study: Study) -> None:
    world = driver_world(study.drivers, PAX, 2014.0, "ex_ante", (2014, 2015, 2016), 20000, 1)
    growth = (world.past[2013] - world.past[2008]) / 5
    for ahead, year in enumerate((2014, 2015, 2016), start=1):
        assert np.median(world.future[year]) == pytest.approx(world.past[2013] + ahead * growth,
                                                              abs=0.005)  # fmt: skip
    spread = [world.future[year].std() for year in (2014, 2015, 2016)]
    assert spread == sorted(spread)


def test_same_seed_same_draws(study: Study) -> None:
    one, two, other = (
        driver_world(study.drivers, PAX, 2014.0, "ex_ante", (2014,), 50, seed).future[2014]
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
