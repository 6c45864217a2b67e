"""Sliders of the world outside: which there are, what is refused, and what they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.validate.harbour import build

from qiantang.faults import StudyError
from qiantang.study import Study
from qiantang.travel.outside import afters, knobs_of

from .conftest import MEMBERS
from .offline import context, frame, opened
from .test_page import slider

pytestmark = pytest.mark.filterwarnings("ignore")  # of the browser's driver


def harbour(folder: Path, outside: str) -> Study:
    return build(folder, {"study.yaml": lambda text: f"{text}{outside}"})


def test_a_study_that_names_none_has_one_for_each_yearly_driver(tmp_path: Path) -> None:
    study = harbour(tmp_path, "")
    (knob,) = knobs_of(study, study.scenario("today"), 2022)
    assert (knob.name, knob.how, knob.low, knob.high) == ("world_trade", "growth", -5, 5)
    assert list(knob.ratio) == [2019, 2020, 2021, 2022]
    np.testing.assert_allclose(list(knob.ratio.values()), 1.03)
    assert knob.entry(-1.5)[2019] == "1.5 %"


def test_a_constant_is_taken_times_a_factor_from_the_date_of_the_plan(tmp_path: Path) -> None:
    study = harbour(tmp_path, "outside: {ships_a_km: [0.5, 2]}\n")
    (knob,) = knobs_of(study, study.scenario("today"), 2022)
    assert (knob.key, knob.rest, knob.date) == ("constants", 1.0, 2018.5)
    assert knob.entry(1.25) == {2018.5: "x 1.25"}


@pytest.mark.parametrize(
    ("outside", "said"),
    [
        ("{world_trad: [-5, 5]}", "no driver and no constant of the model (did you mean world_tr"),
        ("{world_trade: [1, 5]}", "1 to 5 leaves out 0, where the world stands"),
        ("{ships_a_km: [-1, 2]}", "got 'x -1.0', expected a value"),
        ("{ships_a_km: [0.5, 900]}", "900 is outside the limits, 0.1 to 100.0 kship"),
        ("{world_trade: [-150, 5]}", "got '-147.0 %', nothing falls by all or more"),
    ],
)
def test_a_slider_that_no_scenario_may_say_is_refused(
    tmp_path: Path, outside: str, said: str
) -> None:
    study = harbour(tmp_path, f"outside: {outside}\n")
    with pytest.raises(StudyError, match="outside") as found:
        knobs_of(study, study.scenario("today"), 2022)
    assert said in str(found.value)


def test_what_a_scenario_changes_or_another_driver_carries_has_no_slider(
    small_study: Study, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "title: Own\nquestion: Own?\nbase: pandemic_as_happened\n"
        "drivers: {national_fdi: {2019: 1 %, vintage: actual}}\nconstants: {slot_ceiling: "
        "{2019: x 2}}\n",
        encoding="utf-8",
    )
    names = {knob.name for knob in knobs_of(small_study, small_study.scenario(str(file)), 2020)}
    assert "national_exports" in names
    assert not names & {"national_fdi", "slot_ceiling", "added_us_tariff"}


def test_figures_are_those_that_the_drivers_are_drawn_from(small_study: Study) -> None:
    base = small_study.scenario("current_policy")
    knobs = knobs_of(small_study, base, 2020)
    drawn = small_study.drivers.draw({}, MEMBERS, np.random.default_rng(1))
    for knob in knobs:
        after = afters(small_study, base, knobs, MEMBERS, 1)[knob.name]
        if after.rows is None or after.times is None:
            continue
        path = drawn[knob.name]
        for member in range(MEMBERS):
            values = np.asarray(path.values)[member]
            left, middle, right = np.interp([2019.0, 2019.5, 2020.0], path.times, values)
            # The mean of a year is its figure: two straight lines that meet in its middle.
            assert (left + 2 * middle + right) / 4 == pytest.approx(after.rows[0, member], rel=1e-9)


def test_how_far_a_slider_would_have_to_go_is_where_the_odds_turn(
    offline: Any, page_file: Path
) -> None:
    page = opened(offline, page_file)
    number = page.locator(".qt-ask select option").evaluate_all(
        "(all) => all.map((one) => Number(one.value))"
    )[0]
    likely = frame(page)["probability"][number] >= 0.5
    page.locator('[data-act="needed"]').click()
    cells = page.locator(".qt-need")
    while set(cells.all_inner_texts()) & {"", "…"}:
        page.wait_for_timeout(200)
    shares = cells.evaluate_all("(all) => all.map((one) => one.dataset.share)")
    place = next(index for index, share in enumerate(shares) if share)
    handle = page.locator(".qt-outside input").nth(place)
    start, found = float(handle.input_value()), float(shares[place])
    nearer = round(found - 0.01 * np.sign(found - start), 2)
    for share, turned in ((found, True), (nearer, False)):
        handle.fill(str(share))
        assert (frame(page)["probability"][number] >= 0.5) == (likely != turned)
    assert set(cells.all_inner_texts()) == {""}, "an answer stands beside sliders that moved"
    assert offline.complaints == []


def test_a_finger_moves_a_slider(browser: Any, page_file: Path) -> None:
    size = {"width": 390, "height": 844}
    with context(browser, viewport=size, has_touch=True, is_mobile=True) as one:
        page = opened(one, page_file)
        before = frame(page)["interval"]
        handle = slider(page, "market_access")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
        assert 0.6 < float(handle.input_value()) < 0.9
        assert frame(page)["interval"] != before
        assert one.complaints == []


def test_what_levers_do_to_a_target_is_asked_of_levers_alone(page: Any, offline: Any) -> None:
    page.locator(".qt-choose").first.click()
    frame(page)
    of_levers = page.locator(".qt-levers .qt-effect").all_text_contents()
    assert all(of_levers)
    assert set(page.locator(".qt-outside .qt-effect").all_text_contents()) == {""}
    assert offline.complaints == []
