"""The airport: the answer for 46 million follows from capacity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of
from qiantang.ensemble.runs import Runs
from qiantang.model.figures import Figure
from qiantang.study import Study

ALL = 12  # members of the small study's fit


@pytest.fixture(scope="module")
def instants(small_study: Study) -> Callable[[str], dict[str, np.ndarray]]:
    """Return a function from a scenario to values at every eighth of a year, (time, member)."""
    names = ("passengers", "air_travel_demand", "slot_limit", "terminal_limit", "terminal_capacity")
    times = np.arange(2010.0, 2025.01, 0.125)

    def run(scenario: str) -> dict[str, np.ndarray]:
        members = choose_members(small_study, ALL, 1)
        figures = [Figure(name, "dated", time) for name in names for time in times]
        readout = readout_of(small_study, figures, alone=True)
        batch = ensemble_of(small_study, members, 1, readout).batch(
            case_of(small_study, small_study.scenario(scenario))
        )
        result = batch.run(small_study.program, readout, engine="numpy")
        return {"time": times} | dict(zip(result.names, result.values, strict=True))

    return run


@pytest.mark.parametrize("scenario", ["current_policy", "plan_in_full"])
def test_passengers_never_exceed_slots_terminals_or_demand(
    instants: Callable[[str], dict[str, np.ndarray]], scenario: str
) -> None:
    at = instants(scenario)
    for limit in ("slot_limit", "terminal_limit", "air_travel_demand"):
        assert (at["passengers"] <= at[limit] * (1 + 1e-9)).all(), limit
    # And it is they that bind by 2020, not something hidden: the smallest of the three is met.
    late = at["time"] >= 2020
    least = np.minimum.reduce(
        [at[name][late] for name in ("slot_limit", "terminal_limit", "air_travel_demand")]
    )
    assert (at["passengers"][late] >= 0.95 * least).all()


def test_by_2020_slots_hold_passengers_back_and_terminals_do_not(small_study: Study) -> None:
    """At central values and without a pandemic: more slots, more passengers; a larger T4, none."""
    program = small_study.program
    middle = small_study.priors.as_parameters(np.zeros(len(small_study.priors.names)))
    central = {name: float(values[0]) for name, values in middle.items()}
    drivers = small_study.drivers.central({}).items()
    paths = dict(drivers)
    names = ["passengers", "slot_limit", "slots_granted", "passengers_per_flight"]

    def at_2020(**changes: float) -> np.ndarray:
        parameters = central | changes
        return program.run(
            names, [2020.5], parameters=parameters, paths=paths, engine="scalar"
        ).values[:, 0, 0]

    passengers, limit, slots, load = at_2020()
    stretch = central.get("load_stretch", program.constants["load_stretch"])
    assert limit == pytest.approx(slots * load * (1 + stretch))
    assert passengers < 46.0
    ceiling = central.get("slot_ceiling", program.constants["slot_ceiling"])
    assert at_2020(slot_ceiling=ceiling + 0.05)[0] > 1.03 * passengers
    assert at_2020(terminal_four_capacity=100.0)[0] == passengers


def test_the_total_of_2020_is_below_the_limits_at_either_end_of_the_year(both: Runs) -> None:
    """To a per cent: a member's passengers per flight may rise and fall again within the year."""
    ends = both.dataset.sel(time=[2019, 2020])
    limit = np.minimum(ends.slot_limit, ends.terminal_limit).max("time")
    assert (both.dataset.sel(time=2020).passengers[0] <= 1.01 * limit[0]).all()


@pytest.mark.parametrize("scenario", ["current_policy", "plan_in_full"])
def test_terminal_four_adds_nothing_before_2022(
    instants: Callable[[str], dict[str, np.ndarray]], scenario: str
) -> None:
    at = instants(scenario)
    before = (at["time"] > 2013.1) & (at["time"] <= 2022.0)
    np.testing.assert_allclose(at["terminal_capacity"][before], 33.0, rtol=1e-12)
    assert (at["terminal_capacity"][at["time"] == 2025.0] >= 83.0 - 1e-9).any()


def test_no_prior_lets_terminal_four_open_before_2022(small_study: Study) -> None:
    entry = small_study.dictionary["construction_time"]
    start = small_study.program.constants["terminal_four_start"]
    assert entry.limits[0] is not None
    assert start + entry.limits[0] >= 2022.0
    assert "terminal_four_start" not in small_study.priors.names
