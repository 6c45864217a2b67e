"""Every check of the Hangzhou model passes, and fails once the thing it guards is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qiantang.model.checks import Check, covered_stocks, read_checks, run_checks
from qiantang.model.mdl import read_dictionary

MODEL = Path(__file__).parents[2] / "model"
HANGZHOU = MODEL / "hangzhou.mdl"
DICTIONARY = read_dictionary(HANGZHOU)
CHECKS = {check.id: check for check in read_checks(MODEL / "checks.yaml", DICTIONARY)}

# Check, variable whose equation is broken, what stands there, what is put in its place, and the
# case that shows it where the check has several.
BROKEN: list[tuple[str, str, str, str, str]] = [
    ("no_national_investment", "New commitments", "National FDI", "130", ""),
    ("no_national_exports", "Goods exports", "* National exports", "* 2000", ""),
    (
        "no_mobility",
        "Deaths of destinations",
        "MAX(0, Destinations settled - Supported destinations)",
        "0",
        "",
    ),
    ("closed_terminal", "Airport limit", "Terminal limit * (", "Slot limit + 0 * (", ""),
    ("no_execution", "Indicated execution", "MAX(0, MIN(1,", "(MIN(1,", ""),
    ("no_levers", "Customs facilitation", "0.0", "0.3", ""),
    ("more_slots", "Flight growth ceiling", "Slot ceiling +", "0.06 - Slot ceiling +", ""),
    ("tariff", "Tariff effect", "EXP(-", "EXP(", ""),
    ("longer_clearance", "Clearance effect", "EXP(", "EXP(-", ""),
    ("airport_limits", "Passengers", "Air travel demand * (", "Air travel demand + 0 * (", ""),
    ("terminal_four", "Scheduled openings", "start + Construction time", "start + 1", ""),
    ("shares", "Adoption", "(Trading firms - Online firms)", "Trading firms", "adopted_share"),
    ("part_of_the_nation", "Talent inflow", "Talent draw *", "", "talent_inflow"),
    ("dear_housing", "Talent pull", "(-Talent to housing)", "Talent to housing", ""),
    ("earlier_start", "Desired destinations", "1 + Route", "1 - Route", "air_routes"),
    (
        "talent_helps",
        "Export capability",
        "Relative talent^Exports to talent",
        "Relative talent^(-3 * Exports to talent)",
        "",
    ),
    (
        "overseas_talent_helps",
        "Export capability",
        "Relative overseas talent^Exports to overseas talent",
        "Relative overseas talent^(-3 * Exports to overseas talent)",
        "",
    ),
    ("trade_helps", "Cargo demand", "^Cargo to trade", "^(-Cargo to trade)", ""),
    ("product_helps", "Cargo demand", "^Cargo to product", "^(-Cargo to product)", ""),
    (
        "destinations_help",
        "Export capability",
        "^Exports to connectivity",
        "^(-9 * Exports to connectivity)",
        "",
    ),
    ("ground_links_help", "Border demand", "1 + Ground", "1 - 9 * Ground", ""),
    ("terminal_four_matters", "Change of service", "-Crowding brake", "-0 * Crowding brake", ""),
    (
        "tariffs_cost_income",
        "Indicated product share",
        "^Product to trade",
        "^(0 * Product to trade)",
        "",
    ),
    ("talent_below_half", "Room for talent", "MAX(0,", "(9 +", ""),
    ("counts_stand", "Sister cities", "Signed before", "0 * Signed before", ""),
    (
        "nothing_below_zero",
        "Returned investment",
        "funds / Return time",
        "raising * 2",
        "offshore_funds",
    ),
    ("nothing_lost_under_construction", "Scheduled starts", "Terminal four capacity", "0", ""),
    (
        "drivers_a_tenth",
        "Relative trade",
        "/ Trade share reference",
        "- 0.3",
        "national_exports",
    ),
    ("drivers_tenfold", "Airport limit", "Terminal limit * (", "Slot limit + 0 * (", ""),
    ("policy_delivery", "Delivered market access", "- Delivered market access", "", ""),
    ("adjustment", "House price", "/ Price adjustment time", "/ 3", "house_price"),
    ("capital", "Investment pipeline", "- Cancellation", "", ""),
    ("airport", "Terminal capacity", "Expansion openings", "Expansion starts", ""),
    ("people_and_knowledge", "Talent", "- Talent outflow", "", ""),
    (
        "house_price_reference",
        "Price over income of 2010",
        "INTEG(Taking",
        "INTEG(2 * Taking",
        "",
    ),
    ("counts", "Signed before", "Signed this year", "One pair", ""),
    ("yearly_totals", "Passengers sum", "(Passengers", "(Air travel demand", "passengers"),
]


def broken(text: str, variable: str, old: str, new: str) -> str:
    """Replace something in the equation of one variable."""
    entry = re.search(rf"^{re.escape(variable)}=[^~]*", text, re.MULTILINE)
    assert entry is not None, variable
    equation = " ".join(entry[0].replace("\\\n", " ").split())
    assert equation.count(old) == 1, equation
    return text[: entry.start()] + equation.replace(old, new) + "\n\t" + text[entry.end() :]


def coarse(text: str) -> str:
    """Take steps of an eighth of a year: enough to show a fault, and eight times as fast."""
    text, replaced = re.subn(r"(^TIME STEP=\s*)[\d.]+", r"\g<1>0.125", text, flags=re.MULTILINE)
    assert replaced == 1
    return text


def cheaper(check: Check, case: str) -> Check:
    """Keep the one case that shows the fault, and no more lever settings than show it."""
    cases = [item for item in check.cases if case in item.values()] if case else check.cases
    over = [part for part in check.over if part != "each_lever_at_limits"]
    data: dict[str, Any] = check.model_dump(by_alias=True)
    return Check.model_validate(data | {"cases": cases, "over": over})


@pytest.mark.parametrize("step", [pytest.param("as_shipped", marks=pytest.mark.slow), "coarse"])
def test_every_check_of_the_study_holds(
    step: str, load: Callable[[Path], Any], tmp_path: Path
) -> None:
    file = HANGZHOU
    if step == "coarse":
        file = tmp_path / "coarse.mdl"
        file.write_text(coarse(HANGZHOU.read_text(encoding="utf-8")), encoding="utf-8")
    runner, grid = load(file)
    results = run_checks(runner, CHECKS.values(), grid, DICTIONARY)
    assert [f"{result.id}: {result.detail}" for result in results if not result.passed] == []


def test_conservation_is_stated_for_every_stock() -> None:
    stocks = {name for name, item in DICTIONARY.items() if item.equation.startswith("INTEG")}
    assert stocks - covered_stocks(CHECKS.values()) == set()


def test_every_check_has_a_fault_it_must_find() -> None:
    assert [row[0] for row in BROKEN] == list(CHECKS)


@pytest.mark.parametrize(
    ("name", "variable", "old", "new", "case"), BROKEN, ids=[row[0] for row in BROKEN]
)
def test_a_check_fails_when_what_it_guards_is_broken(
    name: str,
    variable: str,
    old: str,
    new: str,
    case: str,
    load: Callable[[Path], Any],
    tmp_path: Path,
) -> None:
    file = tmp_path / "broken.mdl"
    text = broken(HANGZHOU.read_text(encoding="utf-8"), variable, old, new)
    file.write_text(coarse(text), encoding="utf-8")
    runner, grid = load(file)
    with np.errstate(all="ignore"):
        (result,) = run_checks(runner, [cheaper(CHECKS[name], case)], grid, read_dictionary(file))
    assert not result.passed
    assert result.detail
