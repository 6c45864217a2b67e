"""Drivers that a scenario changes: the vintage before, the user's numbers from there on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qiantang.changes import Change, change_of
from qiantang.engine.path import Path as TimePath
from qiantang.evidence.drivers import Drivers, read_drivers
from qiantang.faults import StudyError
from qiantang.studyfile import read_study

ROOT = Path(__file__).parents[2]
STEPS, MEMBERS = 256, 40
EXPORTS, TARIFF, TALENT = "national_exports", "added_us_tariff", "national_talent"


@pytest.fixture(scope="module")
def drivers() -> Drivers:
    return read_drivers(ROOT / "calibration" / "evidence", read_study(ROOT))


def drawn(drivers: Drivers, name: str, vintage: str, change: Change | None = None) -> TimePath:
    """Return the members' paths of one driver, the others as known."""
    changes = () if change is None else ((name, change),)
    rng = np.random.default_rng(3)
    return drivers.draw({name: vintage}, MEMBERS, rng, changes=changes)[name]


def at(path: TimePath, times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([np.interp(times, path.times, row) for row in np.atleast_2d(path.values)])


def mean(path: TimePath, year: int) -> NDArray[np.float64]:
    """Integrate the members' paths over a year."""
    return at(path, year + (np.arange(STEPS) + 0.5) / STEPS).mean(axis=1)


@pytest.mark.parametrize("vintage", ["2018", "actual"])
@pytest.mark.parametrize("name", [EXPORTS, TALENT])
def test_before_the_first_year_named_nothing_changes(
    drivers: Drivers, name: str, vintage: str
) -> None:
    plain = drawn(drivers, name, vintage)
    changed = drawn(drivers, name, vintage, change_of({2020: "-50 %"}))
    past = np.linspace(2000.0, 2019.999, 4000)
    np.testing.assert_allclose(at(changed, past), at(plain, past), rtol=1e-12)
    later = np.array([2021.5])
    assert (at(changed, later) < at(plain, later)).all()


@pytest.mark.parametrize("vintage", ["2018", "actual"])
def test_growth_is_on_the_year_before_and_stays(drivers: Drivers, vintage: str) -> None:
    plain = drawn(drivers, EXPORTS, vintage)
    sure = drawn(drivers, EXPORTS, vintage, change_of({2020: "-5 %"}, spread=0.0))
    ratio = mean(sure, 2020) / mean(sure, 2019)
    np.testing.assert_allclose(ratio, 0.95, rtol=2e-4)
    later = (mean(sure, 2023) / mean(sure, 2022)) / (mean(plain, 2023) / mean(plain, 2022))
    np.testing.assert_allclose(later, 1.0, rtol=2e-4)  # as the vintage grows


def test_a_kept_spread_is_that_of_the_vintage(drivers: Drivers) -> None:
    plain = drawn(drivers, EXPORTS, "2018")
    kept = drawn(drivers, EXPORTS, "2018", change_of({2020: "x 0.9"}))
    np.testing.assert_allclose(mean(kept, 2020) / mean(plain, 2020), 0.9, rtol=2e-4)
    np.testing.assert_allclose(mean(kept, 2022) / mean(plain, 2022), 0.9, rtol=2e-4)


def test_a_factor_of_one_brings_the_vintage_back(drivers: Drivers) -> None:
    plain = drawn(drivers, EXPORTS, "actual")
    back = drawn(drivers, EXPORTS, "actual", change_of({2020: "x 0.5", 2021: "x 1"}))
    np.testing.assert_allclose(mean(back, 2022), mean(plain, 2022), rtol=2e-4)


def test_values_hold_and_what_lies_between_is_filled_in_logs(drivers: Drivers) -> None:
    path = drawn(drivers, EXPORTS, "2018", change_of({2019: 2000, 2021: 3380}, spread=0.0))
    for year, value in ((2019, 2000.0), (2020, 2600.0), (2021, 3380.0)):
        np.testing.assert_allclose(mean(path, year), value, rtol=2e-4)


def test_a_narrowed_spread_is_a_share_of_it(drivers: Drivers) -> None:
    spread = {
        share: np.log(mean(drawn(drivers, EXPORTS, "2018", change_of({2020: 2500}, share)), 2020))
        for share in (0.0, 0.5, 1.0)
    }
    assert np.ptp(spread[0.0]) < 1e-6
    assert spread[0.5].std() == pytest.approx(spread[1.0].std() / 2, rel=0.02)


def test_a_dated_figure_is_that_of_the_years_end(drivers: Drivers) -> None:
    path = drawn(drivers, TALENT, "2018", change_of({2019: 250_000}, spread=0.0))
    np.testing.assert_allclose(at(path, np.array([2020.0])), 250_000, rtol=1e-9)
    plain = drawn(drivers, TALENT, "2018")
    np.testing.assert_allclose(at(path, np.array([2019.0])), at(plain, np.array([2019.0])))


def test_a_schedule_holds_from_its_date(drivers: Drivers) -> None:
    path = drawn(drivers, TARIFF, "2018", change_of({2019: 0.15, 2020.5: 0.3}))
    times = np.array([2018.9, 2019.1, 2020.4, 2020.6, 2025.0])
    np.testing.assert_allclose(at(path, times), [[0, 0.15, 0.15, 0.3, 0.3]] * MEMBERS)


def test_a_factor_on_a_schedule_follows_the_schedule(drivers: Drivers) -> None:
    plain, half = drawn(drivers, TARIFF, "actual"), drawn(
        drivers, TARIFF, "actual", change_of({2019: "x 0.5"})
    )  # fmt: skip
    times = np.array([2018.9, 2019.1, 2019.9, 2022.0])
    share = np.array([1.0, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(at(half, times), share * at(plain, times))
    assert at(plain, times).max() > 0


def test_no_other_driver_moves(drivers: Drivers) -> None:
    changes = ((EXPORTS, change_of({2019: 1.0})),)
    plain = drivers.draw({}, MEMBERS, np.random.default_rng(3))
    changed = drivers.draw({}, MEMBERS, np.random.default_rng(3), changes=changes)
    for name in drivers.names:
        same = np.array_equal(plain[name].values, changed[name].values)
        assert same == (name != EXPORTS)


def test_what_another_driver_carries_already_is_refused(drivers: Drivers) -> None:
    change = ((TARIFF, change_of({2019: 0.15})),)
    with pytest.raises(StudyError, match="national_exports as it happened carries it already"):
        drivers.draw({EXPORTS: "actual"}, 2, np.random.default_rng(1), changes=change)
