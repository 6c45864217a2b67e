"""A robust search in the deck: its folder read, its packages told, sliders with a date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fronts import FIGURES, LEVERS, made_front, written_front

from qiantang.faults import StudyError
from qiantang.robust.folder import FRONT, MANIFEST
from qiantang.robust.front import read_front
from qiantang.study import Study


@pytest.fixture
def folder(small_study: Study, tmp_path: Path) -> Path:
    return written_front(small_study, tmp_path / "robust")


@pytest.fixture
def own(small_study: Study, folder: Path) -> Any:
    return small_study.deck(members=12, folder=folder.parent, robust=folder)


def test_a_front_is_read_as_it_was_written(small_study: Study, folder: Path) -> None:
    read, made = read_front(folder, small_study), made_front(small_study)
    assert read.packages.equals(made.packages)
    assert read.design.levers == made.design.levers
    assert read.picked["pick"].tolist() == [
        "best_effort", "balanced", "best_superquantile_passengers",
    ]  # fmt: skip


def test_the_deck_is_told_axes_and_packages(own: Any, small_study: Study) -> None:
    told = own._plan["front"]
    assert (told["title"], told["title_zh"], told["fresh"]) == (
        "Airport or trade",
        "机场还是外贸",
        6,
    )
    assert [axis["up"] for axis in told["axes"]] == [True, True, False]
    assert [axis["share"] for axis in told["axes"]] == [True, False, False]
    assert [list(row) for row in zip(*(axis["values"] for axis in told["axes"]), strict=True)] == [
        list(row) for row in FIGURES
    ]
    assert told["axes"][1]["words"]["zh"] == {"factor": 100.0, "short": "万人次"}
    assert told["packages"][3]["title"] == "balanced"
    assert told["packages"][1]["title"] == told["packages"][1]["title_zh"] == ""
    places = [own.controls.index(c) for c in own.controls if c.lever == "air_routes"]
    assert [one["levers"][places[0]] for one in told["packages"]] == [row[1] for row in LEVERS]
    assert [one["late"][places[0]] for one in told["packages"]] == [row[4] for row in LEVERS]
    assert json.loads(json.dumps(told)) == told
    assert small_study.deck(members=3, folder=None)._plan["front"] is None


def test_a_lever_that_is_late_moves_the_numbers_to_those_of_its_scenario(own: Any) -> None:
    own.set(airport_capacity=0.3, market_access=1)
    at_once = own._frame
    own.delays = [1.0 * (c.lever == "airport_capacity") for c in own.controls]
    assert own._frame != at_once
    assert repr(own).endswith("airport_capacity 0.3 (+1 y), market_access 1)")
    assert own.late == {"airport_capacity": 1.0}
    scenario = own.scenario()
    assert scenario.path("airport_capacity").times[0] == 2019.5
    assert scenario.path("market_access").times[0] == 2018.5
    found = np.frombuffer(own._frame, dtype="<f4")[1:10]
    wanted = np.array([row.probability for row in own.run().reach().rows])
    told = ~np.isnan(wanted)
    assert found[told].tolist() == pytest.approx(wanted[told].tolist())


def test_a_package_saved_from_the_deck_keeps_its_dates(own: Any, small_study: Study) -> None:
    own.set(air_routes=0.4)
    own.delays = [0.25 * (c.lever == "air_routes") for c in own.controls]
    saved = small_study.scenario(str(own.save(own.folder / "routes.yaml")))
    assert saved.sha256 == own.scenario().sha256
    assert saved.path("air_routes").times.tolist() == [2018.75, 2019.25]
    assert "along the timing of the plan, later by 0.25 y" in str(saved.levers["air_routes"].note)


def test_bad_delays_leave_the_sliders_where_they_stood(own: Any) -> None:
    own.set(airport_capacity=0.5)
    for late in ([1.0], [99.0] * len(own.controls), [float("nan")] * len(own.controls)):
        with pytest.raises(StudyError, match="expected 19 delays from 0 to 10 years"):
            own.delays = late
        assert own.late == {}
    with pytest.raises(StudyError, match="intensity is 2, expected a share from 0 to 1"):
        own.intensities = [2.0] * len(own.controls)
    own.set(air_routes=0.25)
    moved = {name: value for name, value in own.levers.items() if value}
    assert moved == {"airport_capacity": 0.5, "air_routes": 0.25}


@pytest.mark.parametrize("late", [[0.0], [-1.0] * 19, [11.0] * 19, [float("nan")] * 19, 3, "x"])
def test_bad_delays_are_answered_with_a_sentence(
    own: Any, monkeypatch: pytest.MonkeyPatch, late: Any
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(type(own), "send", lambda _, content, buffers=None: heard.append(content))
    own._hear(own, {"kind": "frame", "view": "v", "levers": [0.0] * 19, "late": late}, [])
    assert heard[0]["kind"] == "fault"
    assert "expected 19 delays from 0 to 10 years" in heard[0]["text"] or late == "x"


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (MANIFEST, None, "holds no robust search, expected robust.json in it"),
        (MANIFEST, lambda _: "{", "is no manifest of a search"),
        (MANIFEST, lambda text: text.replace('"model": "', '"model": "0'),
         "was found with another model; search again in an empty folder"),
        (FRONT, None, "has no front.csv yet"),
        (FRONT, lambda text: text.replace("holds", "held", 1),
         "front.csv:1: holds: no such column"),
        (FRONT, lambda text: text.replace("balanced,0.5", "balanced,x", 1),
         "front.csv:5: expected figures"),
        (FRONT, lambda text: text.split("\n")[0] + "\n", "has 0 packages, expected 1 to 150"),
        (FRONT, lambda _: "", "cannot be read as a table"),
    ],
)  # fmt: skip
def test_bad_folders_are_one_sentence(
    small_study: Study, folder: Path, name: str, change: Any, said: str
) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    if change is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(change(text), encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        small_study.deck(members=12, folder=None, robust=folder)
    assert said in str(raised.value)
    assert len(raised.value.faults) == 1


def test_packages_of_other_ends_are_refused(small_study: Study) -> None:
    front = made_front(small_study)
    with pytest.raises(StudyError, match="lie between current_policy and plan_in_full"):
        small_study.deck(members=12, folder=None, robust=front, plan="slow_start")
