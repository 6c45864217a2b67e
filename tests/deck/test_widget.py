"""The widget: what it sends, what it answers, what it refuses."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charts.gallery import made_review
from qiantang.deck import open_deck
from qiantang.faults import StudyError
from qiantang.study import Study


@pytest.fixture
def own(small_study: Study, tmp_path: Path) -> Any:
    return small_study.deck(members=12, folder=tmp_path)


@pytest.fixture
def heard(own: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], Any]]:
    messages: list[tuple[dict[str, Any], Any]] = []
    monkeypatch.setattr(
        type(own), "send", lambda _, content, buffers=None: messages.append((content, buffers))
    )
    return messages


def test_frame_of_a_message_is_that_of_the_levers(own: Any, heard: Any) -> None:
    levers = [0.0] * 19
    levers[2] = 0.5
    own._hear(own, {"kind": "frame", "view": "v", "id": 7, "levers": levers}, [])
    ((content, buffers),) = heard
    assert (content["kind"], content["view"], content["id"]) == ("frame", "v", 7)
    assert content["milliseconds"] > 0
    own.intensities = levers
    assert buffers[0] == own._frame


def test_the_odds_of_a_review_stand_in_the_deck(small_study: Study, own: Any) -> None:
    assert own._plan["reviews"] is None
    found = made_review(small_study)
    told = small_study.deck(members=3, folder=None, review=found)._plan["reviews"]
    assert told["days"] == [stand.day for stand in found.odds]
    assert told["scenario"]["title"] == found.tracker.scenario.title
    for target, row in zip(found.belief.targets, told["rows"], strict=True):
        assert row["title"] == target.title
        assert row["chances"] == [stand.chance.get(target.id) for stand in found.odds]


def test_state_at_rest_is_kept_for_a_saved_notebook(own: Any) -> None:
    before = own._frame
    own.set(investment_promotion=1)
    assert own._frame != before
    own.set(investment_promotion=0)
    assert own._frame == before
    assert repr(own) == "Deck(current_policy, 12 members: no lever moved)"
    own.set(city_brand=0.25)
    assert repr(own) == "Deck(current_policy, 12 members: city_brand 0.25)"
    assert own.levers["city_brand"] == 0.25


def test_deck_and_run_say_the_same(own: Any) -> None:
    own.set(airport_capacity=1, air_routes=0.5)
    found = np.frombuffer(own._frame, dtype="<f4")[1:10]
    wanted = np.array([row.probability for row in own.run().reach().rows])
    told = ~np.isnan(wanted)  # without a series a row has no probability
    assert told.sum() == len(wanted) - 1
    assert found[told].tolist() == pytest.approx(wanted[told].tolist())


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"kind": "frame", "levers": [0.0]}, "expected 19 intensities"),
        ({"kind": "frame", "levers": "x"}, "expected 19 intensities"),
        ({"kind": "frame", "levers": [2.0] * 19}, "expected a share from 0 to 1"),
        ({"kind": "frame", "levers": [float("nan")] * 19}, "expected a share from 0 to 1"),
        ({"kind": "frame", "levers": ["x"] * 19}, "could not convert"),
        ({"kind": "pin", "scenario": "plan_in_ful"}, "did you mean plan_in_full"),
        ({"kind": "save", "name": "../x", "levers": [0.0] * 19}, "small letters"),
        ({"kind": "save", "name": "Big", "levers": [0.0] * 19}, "small letters"),
    ],
)
def test_bad_message_is_answered_with_a_sentence(
    own: Any, heard: Any, message: dict[str, Any], words: str
) -> None:
    own._hear(own, message | {"view": "v"}, [])
    ((content, _),) = heard
    assert content["kind"] == "fault"
    assert words in content["text"]


def test_message_of_another_kind_is_let_pass(own: Any, heard: Any) -> None:
    own._hear(own, {"kind": "dance"}, [])
    assert heard == []


def test_save_writes_beside_the_notebook_and_sends_the_text(
    own: Any, heard: Any, tmp_path: Path
) -> None:
    message = {"kind": "save", "view": "v", "name": "mine", "title": "我的", "levers": [0.5] * 19}
    own._hear(own, message, [])
    ((content, _),) = heard
    assert content["kind"] == "saved"
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == content["text"]
    own._hear(own, message, [])
    assert heard[1][0]["kind"] == "fault"
    assert "is kept" in heard[1][0]["text"]


def test_deck_without_folder_saves_nothing(
    small_study: Study, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    deck = small_study.deck(members=12, folder=None)
    sent: list[Any] = []
    monkeypatch.setattr(type(deck), "send", lambda _, content, buffers=None: sent.append(content))
    deck._hear(deck, {"kind": "save", "name": "mine", "levers": [0.5] * 19}, [])
    assert sent[0]["path"] == ""
    assert "air_routes" in sent[0]["text"]
    assert list(tmp_path.iterdir()) == []


def test_pin_holds_a_scenario_or_the_sliders(own: Any) -> None:
    own.pin("plan_in_full")
    full = own._pin_frame
    assert own._pin["title_zh"] == "实施意见全面落实"
    own.set(**dict.fromkeys(own.levers, 1))
    assert own._frame == full
    own.pin()
    assert own._pin_frame == full
    assert own._pin["name"] == ""
    own.unpin()
    assert own._pin == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"years": (2008, 2019)}, "the last year of the targets, 2020"),
        ({"years": (2022, 2008)}, "years that rise"),
        ({"years": (1990, 2022)}, "from 2000 to 2025"),
        ({"language": "fr"}, "got 'fr', expected zh or en"),
        ({"vintage": "2019"}, "got '2019', expected 2018 or actual"),
        ({"members": 0}, "0 members asked for"),
        ({"base": "nothing"}, "no such scenario"),
        ({"plan": "current_policy"}, "moves no lever"),
    ],
)
def test_bad_option_is_refused_with_a_sentence(
    small_study: Study, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(StudyError, match=words):
        small_study.deck(**({"members": 12} | options))


def test_unknown_lever_is_refused(own: Any) -> None:
    with pytest.raises(StudyError, match="did you mean air_routes"):
        own.set(air_route=1)
    with pytest.raises(StudyError, match="expected a share from 0 to 1"):
        own.set(air_routes=1.5)


def test_front_end_asks_nothing_of_the_network(own: Any) -> None:
    for text in (own._esm, own._css):
        assert "http" not in text
        assert "import " not in text.replace("important", "")
        assert "innerHTML" not in text


def test_missing_widget_library_is_said_in_one_sentence(
    small_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name.split(".")[0] == "anywidget":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **options)

    monkeypatch.delitem(sys.modules, "qiantang.deck.widget", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'qiantang\[notebook\]'"):
        open_deck(small_study)


def test_package_and_command_line_load_no_widget_library() -> None:
    program = (
        "import sys, qiantang, qiantang.cli, qiantang.study; print('anywidget' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
