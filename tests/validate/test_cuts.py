"""A cut link: exact where it is open, held where it is cut, chosen where it harms least."""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.engine import Path as Course
from qiantang.model.loops import Loop
from qiantang.study import Study
from qiantang.validate import boundary
from qiantang.validate.cuts import choose_link, with_cuts
from qiantang.validate.ground import Ground
from qiantang.validate.loops import Without, cut_each

TIMES = np.arange(2000.0, 2027.0)


def test_an_open_switch_changes_no_bit(sound: Study) -> None:
    program, _ = with_cuts(sound.program, [("name", "ships_wanted"), ("quay", "limit")])
    names = ["ships", "quay", "name"]
    plain = sound.program.run(names, TIMES, engine="numpy").values
    assert program.run(names, TIMES, engine="numpy").values.tobytes() == plain.tobytes()


def test_a_cut_link_holds_its_source(sound: Study) -> None:
    program, cuts = with_cuts(sound.program, [("quay", "limit")])
    cut = cuts["quay", "limit"]
    given = {cut.switch: 1.0, cut.held: 7.0}
    result = program.run(["limit", "quay"], TIMES, parameters=given, engine="numpy")
    limit, quay = result.values[:, :, 0]
    assert limit == pytest.approx(7.0)
    assert quay[-1] > quay[0]


def test_a_link_is_cut_from_a_date_on(sound: Study) -> None:
    program, cuts = with_cuts(sound.program, [("quay", "limit")])
    cut = cuts["quay", "limit"]
    path = {cut.switch: Course([2010.0 - 1e-6, 2010.0], [0.0, 1.0])}
    result = program.run(
        ["limit"], TIMES, parameters={cut.held: 7.0}, paths=path, engine="numpy"
    ).values[0, :, 0]
    assert result[9] != pytest.approx(7.0)
    assert result[10:] == pytest.approx(7.0)


def test_a_link_into_a_stock_is_cut_in_its_rate(sound: Study) -> None:
    program, cuts = with_cuts(sound.program, [("building", "quay")])
    cut = cuts["building", "quay"]
    result = program.run(["quay"], TIMES, parameters={cut.switch: 1.0}, engine="numpy")
    assert np.all(np.diff(result.values[0, :, 0]) < 0)


def test_the_link_shared_with_fewest_loops_is_cut(sound: Study) -> None:
    def loop(id: str, *path: str) -> Loop:
        return Loop(id=id, title=id, title_zh=id, polarity="reinforcing", path=path)

    one = loop("R1", "name", "ships_wanted", "ships", "name_change")
    two = loop("R2", "ships_wanted", "ships", "name_change")
    link = choose_link(sound.program, one, [one, two])
    assert link in {("name", "ships_wanted"), ("name_change", "name")}


def test_a_loop_without_a_direct_link_is_not_judged(
    sound: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiantang.validate.loops.choose_link", lambda *_: None)
    findings = boundary.anomaly(Ground(sound))
    assert {f.id: f.verdict for f in findings} == {"loops_matter": "fail", "uncut": "not judged"}


def test_every_loop_is_cut_since_the_start_and_since_the_plan(sound: Study) -> None:
    cuts = cut_each(Ground(sound))
    assert [(cut.loop.id, cut.since) for cut in cuts] == [
        ("R1", "start"), ("R1", "plan"), ("B1", "start"), ("B1", "plan"),
    ]  # fmt: skip
    assert all(isinstance(cut, Without) and cut.diverged == 0 for cut in cuts)
    moved = {(cut.loop.id, cut.since): abs(cut.most_moved[1]) for cut in cuts}
    assert moved["R1", "start"] > moved["R1", "plan"] > 0
