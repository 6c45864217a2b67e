"""A frame holds what a run of the same scenario holds, in few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
import pytest

from qiantang.deck.frames import QUANTILES, Frame, Frames
from qiantang.deck.panels import target_panels
from qiantang.ensemble.reach import Row
from qiantang.faults import StudyError
from qiantang.session.runs import run_read
from qiantang.study import Study


@pytest.fixture(scope="module")
def frames(small_study: Study) -> Frames:
    return Frames(small_study, target_panels(small_study, 2008, 2022), 2008, 2022, 12, 3)


def told(chances: list[float], rows: Sequence[Row]) -> list[float]:
    """Return the chances of the rows that have one: without a series a row has none."""
    return [chance for chance, row in zip(chances, rows, strict=True) if not isnan(row.probability)]


@pytest.mark.parametrize("name", ["current_policy", "push_airport", "pandemic_as_happened"])
def test_frame_equals_the_run_of_the_scenario(
    small_study: Study, frames: Frames, name: str
) -> None:
    frame = frames.frame(small_study.scenario(name))
    runs = run_read(small_study, [small_study.scenario(name)], members=12, seed=3)
    rows = runs.reach().rows
    assert told(frame.probability.tolist(), rows) == told([r.probability for r in rows], rows)
    wanted = [(row.p05, row.median, row.p95) for row in rows]
    np.testing.assert_allclose(frame.interval, wanted, rtol=1e-9)
    passengers = runs["passengers"].sel(scenario=name, time=slice(2008, 2022)).to_numpy()
    place = [panel.target for panel in frames.panels].index("passengers")
    fan = np.quantile(passengers, QUANTILES, axis=0)
    np.testing.assert_allclose(frame.fans[place], fan, rtol=1e-9)


def test_levers_alone_make_the_difference(small_study: Study, frames: Frames) -> None:
    base = small_study.scenario("current_policy")
    first, again = frames.frame(base), frames.frame(base)
    assert first.fans.tobytes() == again.fans.tobytes()
    moved = frames.frame(small_study.scenario("push_airport"))
    before = [year < 2018 for year in frames.years]
    np.testing.assert_array_equal(first.fans[:, :, before], moved.fans[:, :, before])
    assert not np.array_equal(first.fans, moved.fans)


def test_vintage_of_the_deck_goes_before_that_of_the_scenario(small_study: Study) -> None:
    panels = target_panels(small_study, 2008, 2022)
    actual = Frames(small_study, panels, 2008, 2022, 12, 3, "actual")
    runs = run_read(
        small_study, [small_study.scenario("plan_in_full")], members=12, seed=3, vintage="actual"
    )
    frame = actual.frame(small_study.scenario("plan_in_full"))
    rows = runs.reach().rows
    assert told(frame.probability.tolist(), rows) == told([r.probability for r in rows], rows)


def test_packed_frame_is_small_and_can_be_read_back(frames: Frames, small_study: Study) -> None:
    frame = frames.frame(small_study.scenario("current_policy"))
    packed = np.frombuffer(frame.pack(), dtype="<f4")
    count, years = len(frames.panels), len(frames.years)
    told = small_study.outcomes
    assert told is not None
    cells = len(told.outcomes) * len(told.years)
    assert len(packed) == 1 + count * (1 + 3 + 5 * years) + 3 * cells
    assert len(frame.pack()) < 4608
    assert packed[0] == frame.sound == 12
    np.testing.assert_allclose(packed[1 : 1 + count], frame.probability, rtol=1e-6)
    rest = np.concatenate([frame.fans.ravel(), frame.outcomes.ravel()])
    np.testing.assert_allclose(packed[1 + 4 * count :], rest, rtol=1e-6)


def test_diverged_members_are_left_out(
    frames: Frames, small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = small_study.program
    run = type(program).run

    def some(*args: Any, **options: Any) -> Any:
        result = run(*args, **options)
        result.diverged[[2, 5]] = True
        result.values[:, :, [2, 5]] = np.nan
        return result

    scenario = small_study.scenario("current_policy")
    whole = frames.frame(scenario)
    monkeypatch.setattr(type(program), "run", some)
    frame = frames.frame(scenario)
    assert (whole.sound, frame.sound) == (12, 10)
    assert np.isfinite(frame.fans).all()
    assert np.isfinite(frame.probability).all()

    def all_(*args: Any, **options: Any) -> Any:
        result = run(*args, **options)
        result.diverged[:] = True
        return result

    monkeypatch.setattr(type(program), "run", all_)
    empty = frames.frame(scenario)
    assert empty.sound == 0
    assert np.isnan(empty.probability).all()
    assert isinstance(empty, Frame)
    assert len(empty.pack()) == len(whole.pack())


def test_more_members_than_the_fit_holds_are_refused(small_study: Study) -> None:
    with pytest.raises(StudyError, match="between 1 and 12"):
        Frames(small_study, target_panels(small_study, 2008, 2022), 2008, 2022, 13, 1)


def test_outcomes_are_those_of_the_second_table(small_study: Study, frames: Frames) -> None:
    from qiantang.ensemble.outcomes import outcome_rows

    plan = small_study.scenario("plan_in_full")
    rows = outcome_rows(small_study, [plan], members=12, seed=3)
    wanted = [(row.p05, row.median, row.p95) for row in rows]
    np.testing.assert_allclose(frames.frame(plan).outcomes.reshape(-1, 3), wanted, rtol=1e-9)
