"""A review: odds, news that add up, and members that the figures move."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.ensemble.case import case_of
from qiantang.ensemble.readout import readout_of, yearly
from qiantang.faults import StudyError
from qiantang.naming import find_target
from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.moved import moved
from qiantang.review.needs import expected_move
from qiantang.review.news import items_between
from qiantang.review.readings import Known, Reading
from qiantang.review.restore import delayed, packages_from
from qiantang.review.review import Review
from qiantang.session import OpenStudy
from review.conftest import MEMBERS


@pytest.fixture(scope="module")
def after(tracker: Filter) -> Belief:
    return tracker.at(2019.25)


def test_a_review_needs_no_other_compiled_model_than_a_run(
    reviewed_study: OpenStudy, tracker: Filter
) -> None:
    assert tracker.readout.outputs == readout_of(reviewed_study, ()).outputs


def test_before_any_figure_a_review_is_the_plain_run(
    reviewed_study: OpenStudy, tracker: Filter
) -> None:
    drawn = reviewed_study.drivers.draw({}, MEMBERS, np.random.default_rng(1))
    belief = tracker.given(Known(2018.5, ()), drawn)
    runs = reviewed_study.run("current_policy", members=MEMBERS)
    for name in ("passengers", "cargo", "goods_trade"):
        plain = runs[name].sel(time=2020).to_numpy()[0]
        np.testing.assert_array_equal(
            belief.figure(yearly(reviewed_study, name, 2020.0)), plain, err_msg=name
        )
    assert belief.effective == pytest.approx(MEMBERS)
    assert belief.refusal == ""


def test_figures_narrow_what_they_speak_of(tracker: Filter, after: Belief) -> None:
    before = tracker.at(2018.5)
    for reading in after.known.readings:
        if reading.series not in ("passengers", "fdi_used", "border_passengers"):
            continue
        now, then = (
            float(np.ptp(np.log(b.quantiles(b.figure(reading.figure), (0.05, 0.95)))))
            for b in (after, before)
        )
        assert now < 0.6 * then, reading.key
        middle = float(after.quantiles(after.figure(reading.figure), (0.5,))[0])
        assert np.log(middle) == pytest.approx(reading.log_value, abs=3 * reading.error)


def test_the_same_seed_gives_the_same_bits(tracker: Filter, after: Belief) -> None:
    again = tracker.at(2019.25)
    np.testing.assert_array_equal(again.read, after.read)
    np.testing.assert_array_equal(again.log_weights, after.log_weights)


def test_members_that_the_figures_exclude_say_nothing(tracker: Filter, after: Belief) -> None:
    far = tuple(
        replace(r, log_value=r.log_value + 0.5) if r.series in ("passengers", "gdp") else r
        for r in after.known.readings
    )
    belief = tracker.given(replace(after.known, readings=far), tracker.world.at(2019.25))
    assert belief.effective < after.effective
    weights = np.full(MEMBERS, -50.0)
    weights[:3] = 0.0
    few = replace(after, log_weights=weights)
    assert "are worth 3 given the figures" in few.refusal


def test_a_quantile_of_a_count_is_whole(after: Belief) -> None:
    counts = np.arange(MEMBERS, dtype=np.float64) % 7
    found = after.quantiles(counts, (0.05, 0.33, 0.5, 0.95))
    np.testing.assert_array_equal(found, np.rint(found))
    shifted = after.quantiles(counts + 0.25, (0.05, 0.33, 0.5, 0.95))
    np.testing.assert_allclose(shifted - 0.25, found, atol=0.5)


def test_a_heavy_tail_is_refused(after: Belief) -> None:
    rng = np.random.default_rng(1)
    heavy = replace(after, log_weights=np.log(rng.pareto(0.9, MEMBERS) + 1.0))
    assert "a tail of shape" in heavy.refusal or "are worth" in heavy.refusal


def test_news_adds_up_to_the_change(review: Review) -> None:
    first, last = review.odds[-2].chance, review.odds[-1].chance
    assert review.news
    for target in review.belief.targets:
        parts = sum(one.change[target.id] for one in review.news)
        assert parts == pytest.approx(last[target.id] - first[target.id], abs=1e-12)


def test_a_revision_is_news_of_its_own(tracker: Filter) -> None:
    known = tracker.known(2019.75)
    first = next(reading for reading in known.readings if not reading.side)
    again = replace(first, log_value=first.log_value + 0.02, published=2019.7)
    later = replace(known, readings=tuple(again if r is first else r for r in known.readings))
    (item,) = items_between(tracker, known, later)
    assert (item.key, item.gained, item.lost) == (f"{first.key} revised", (again,), (first,))


def test_odds_are_probabilities_at_every_quarter(review: Review) -> None:
    days = ["2018-06-30", "2018-09-30", "2018-12-31", "2019-03-31"]
    assert [stand.day for stand in review.odds] == days
    for stand in review.odds:
        assert all(0.0 <= value <= 1.0 for value in stand.chance.values())


def test_assumed_targets_are_left_out(review: Review) -> None:
    grades = {t.id: t.grounds.grade for t in review.study.plan.targets.targets if t.grounds}
    assert {t.id for t in review.belief.targets} == {k for k, v in grades.items() if v != "assumed"}


def test_moved_members_say_what_the_weighted_ones_say(tracker: Filter, after: Belief) -> None:
    found = moved(tracker, after, 7)
    error = np.sqrt(0.25 / after.effective + 0.25 / MEMBERS)
    measures = tracker.readout.measures(found.run(), after.targets)
    for target in after.targets:
        share = target.is_reached(measures[target.id]).mean()
        assert share == pytest.approx(after.chance(target), abs=3 * error), target.id
    kept = {tuple(path) for path in found.members.innovations["air_travel_innovation"]}
    assert len(kept) == MEMBERS


def test_moved_members_hear_a_figure_of_two_series_together(tracker: Filter) -> None:
    """Trade has no deviation of its own: those of exports and imports answer for it together."""
    assert "goods_trade" not in tracker.deviations
    plain = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    figure = yearly(tracker.study, "goods_trade", 2019.0)
    said = np.log(plain.figure(figure))
    told = float(np.quantile(said, 0.85))
    known = Known(
        2018.5, (Reading("goods_trade 2019", "goods_trade", figure, told, 0.02, 0, 2018.4),)
    )
    belief = tracker.given(known, tracker.world.at(2018.5))
    expected = float(belief.weights @ np.log(belief.figure(figure)))
    found = moved(tracker, belief, 5)
    row = tracker.readout.place[figure]
    logs = np.log(found.run()[row])
    assert abs(expected - told) < 0.2 * said.std()
    assert logs.mean() == pytest.approx(expected, abs=0.2 * said.std())
    assert logs.std() < 0.5 * said.std()


def test_a_moved_member_goes_on_as_one_other_did_in_all_series(tracker: Filter) -> None:
    """Deviations share a shock of the year, which a draw of each series alone would lose."""
    belief = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    found = moved(tracker, belief, 3).members
    others = []
    for name in ("goods_exports", "goods_imports", "passengers"):
        one = tracker.deviations[name]
        mine = one.sign * found.innovations[one.innovation][:, one.free] - one.mean[:, 0]
        theirs = one.paths[:, one.free] - one.mean[:, 0]
        others.append(np.abs(mine[:, None] - theirs).argmin(axis=1))
    np.testing.assert_array_equal(others[0], others[1])
    np.testing.assert_array_equal(others[0], others[2])
    assert (others[0] != np.arange(MEMBERS)).mean() > 0.9


def test_until_the_review_a_package_is_what_is_done(review: Review) -> None:
    packages = packages_from(review)
    for name in packages.levers:
        full = packages.full.path(name)
        start = review.study.program.constants[name]
        assert full.at(np.array([2019.25]))[0] == pytest.approx(start)
        assert full.at(np.array([2020.5]))[0] > start


def test_a_late_plan_keeps_what_was_done(review: Review) -> None:
    plan = review.study.scenario("plan_in_full")
    again = delayed(plan, plan, 2018.5, 2019.5)
    for name in plan.levers:
        times = np.linspace(2018.0, 2021.0, 13)
        np.testing.assert_allclose(again.path(name).at(times), plan.path(name).at(times))


def test_a_figure_that_decides_moves_and_noise_does_not() -> None:
    rng = np.random.default_rng(2)
    weights, seen = np.full(4000, 1 / 4000), rng.standard_normal(4000)
    assert expected_move(weights, (seen > 0).astype(float), seen) == pytest.approx(0.5, abs=0.02)
    noise = rng.standard_normal(4000)
    assert expected_move(weights, (seen > 0).astype(float), noise) < 0.05


def test_a_belief_without_figures_is_asked_for_nothing(tracker: Filter) -> None:
    belief = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    assert np.ptp(belief.log_weights) == 0.0


class InterruptedReviewError(Exception):
    """Somebody pulls the plug."""


@pytest.mark.parametrize("method", ["weights", "smoother"])
def test_what_was_interrupted_goes_on_with_the_same_bits(
    method: str, reviewed_study: OpenStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    true = Filter.given

    def counted(self: Filter, known: Known, *rest: Any) -> Belief:
        given.append(known.as_of)
        return true(self, known, *rest)

    def stop(sentence: str) -> None:
        if sentence == "reviewing 2019-03-31":
            raise InterruptedReviewError

    monkeypatch.setattr(Filter, "given", counted)
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "other"))
    asked = {"since": "2018-12-31", "members": 60, "method": method}
    whole = reviewed_study.as_of("2019-03-31", **asked).record()
    assert [date for date in given if date <= 2018.5] == [2018.5]
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InterruptedReviewError):
        reviewed_study.as_of("2019-03-31", **asked, progress=stop)
    given.clear()
    again = reviewed_study.as_of("2019-03-31", **asked)
    assert min(given) == 2018.75  # of the news alone: the dates before were kept
    assert json.dumps(again.record()) == json.dumps(whole)
    kept = sorted((tmp_path / "cache" / "reviews").iterdir())
    for file in kept:
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    given.clear()
    assert reviewed_study.as_of("2019-03-31", **asked).record() == whole
    assert min(given) == 2018.5  # what is damaged is made anew


def test_an_unknown_target_and_a_late_since_are_refused(reviewed_study: OpenStudy) -> None:
    with pytest.raises(StudyError, match="no such target"):
        find_target(reviewed_study, "passenger")
    with pytest.raises(StudyError, match="lies after"):
        reviewed_study.as_of("2018-12-31", since="2019-06-30", members=MEMBERS)


def test_the_command_says_what_the_library_says(reviewed_study: OpenStudy, review: Review) -> None:
    words = ["review", "--as-of", "2019-03-31", "--members", str(MEMBERS)]
    words += ["--study", str(reviewed_study.folder)]
    told = CliRunner().invoke(program, [*words, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output) == json.loads(json.dumps(review.record()))
    words[2], words[4] = "2018-09-30", str(MEMBERS // 2)
    shown = CliRunner().invoke(program, words)
    assert "News since 2018-06-30" in shown.output
    assert "What the next year must bring" in shown.output


def test_the_chart_names_the_target_that_moved_most(review: Review) -> None:
    for lang in ("en", "zh"):
        chart = review.chart(lang)  # type: ignore[attr-defined]
        assert len(chart.data) == len(review.odds) * len(review.belief.targets)
        assert chart.finding


def test_a_plan_that_never_begins_is_the_scenario_itself(review: Review) -> None:
    base = review.tracker.scenario
    ours = moved(review.tracker, review.belief, 2)
    never = delayed(review.study.scenario("plan_in_full"), base, 2018.5, 2025.0)
    case = replace(case_of(review.study, never), vintages=())
    np.testing.assert_array_equal(ours.run(case), ours.run())


def test_a_smoother_says_what_the_weights_say(tracker: Filter, after: Belief) -> None:
    other = replace(tracker, method="smoother").at(2019.25)
    assert other.effective == pytest.approx(MEMBERS)
    for reading in after.known.readings:
        ours, theirs = (
            b.quantiles(np.log(b.figure(reading.figure)), (0.05, 0.5, 0.95)) for b in (after, other)
        )
        assert ours[1] == pytest.approx(theirs[1], abs=0.6 * np.ptp(ours)), reading.key
        assert 0.5 < np.ptp(theirs) / np.ptp(ours) < 2.0, reading.key
    for target in after.targets:
        assert after.chance(target) == pytest.approx(other.chance(target), abs=0.2), target.id


def test_what_the_smoother_moves_stays_within_the_priors(tracker: Filter) -> None:
    other = replace(tracker, method="smoother").at(2019.25)
    priors = tracker.study.priors
    natural = np.column_stack([other.members.parameters[name] for name in priors.names])
    z = priors.standard(natural)
    assert (z >= priors.lower - 1e-9).all()
    assert (z <= priors.upper + 1e-9).all()
    before = np.column_stack([tracker.members.parameters[name] for name in priors.names])
    assert (natural != before).any()
