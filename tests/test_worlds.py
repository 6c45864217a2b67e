"""Scenarios that change the world: read, refused, run, named in whatever is shown of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mistakes import Mistake, accepted, each_mistake, sound
from qiantang.changes import Changes, amount, change_of, constant_change
from qiantang.cli import program
from qiantang.compare import compare
from qiantang.ensemble.case import Case, case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.outside import dated
from qiantang.ensemble.provenance import changes_of, vintages_of
from qiantang.ensemble.readout import readout_of, yearly
from qiantang.faults import StudyError
from qiantang.memo import template
from qiantang.memo.compose import _facts
from qiantang.memo.slips import NAMES
from qiantang.memo.teller import Teller
from qiantang.memo.worlds import read_scenarios, run_worlds
from qiantang.scenario import Scenario
from qiantang.session import OpenStudy
from qiantang.skill.saved import Saved, newest, refuse_changed
from qiantang.study import Study
from qiantang.wording import Wording
from qiantang.wording.changed import changes_said


@pytest.fixture(scope="module")
def mine(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("worlds") / "mine.yaml"
    path.write_text(sound("worlds")["world"], encoding="utf-8")
    return path


@each_mistake("worlds")
def test_a_bad_world_gives_its_one_line(mistake: Mistake, study: Study, tmp_path: Path) -> None:
    mistake.refused(lambda file: study.scenario(str(file)), tmp_path)


def test_the_text_that_is_edited_is_sound(study: Study, tmp_path: Path) -> None:
    accepted("worlds", lambda file: study.scenario(str(file)), tmp_path)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (17.5, ("value", 17.5)),
        ("-5 %", ("growth", -0.05)),
        ("\N{MINUS SIGN}5%", ("growth", -0.05)),
        ("+2.5 %", ("growth", 0.025)),
        ("x 0.9", ("factor", 0.9)),
        ("\N{MULTIPLICATION SIGN}1.1", ("factor", 1.1)),
        ("0.9", None),
        ("five", None),
        (True, None),
    ],
)
def test_a_number_is_a_value_a_change_or_a_factor(given: object, read: object) -> None:
    found = amount(given)
    assert found == read if read is None else found == pytest.approx(read)


def test_a_record_tells_all_that_is_changed() -> None:
    changes = Changes(
        (("rain", change_of({2019: "-5 %", 2020: 3.5, 2021: "x 0.9"}, 0.5)),),
        (("drain", constant_change({2019.5: "+10 %"})),),
    )
    assert Changes.of_record(json.loads(json.dumps(changes.record()))) == changes


def test_a_changed_world_moves_the_digest_and_no_other_does(study: Study, mine: Path) -> None:
    changed = study.scenario(str(mine))
    assert changed.sha256 != changed.unchanged().sha256
    assert changed.drivers == {"national_population": "actual"}
    assert [name for name, _ in changed.changes.drivers] == ["added_us_tariff", "national_exports"]


def test_a_constant_keeps_what_the_members_differ_by() -> None:
    own = np.array([1.0, 2.0])
    path = dated(own, constant_change({2019: "x 1.5", 2020: 7.0}))
    at = [np.interp([2018.0, 2019.5, 2021.0], path.times, row) for row in path.values]
    np.testing.assert_allclose(at, [[1.0, 1.5, 7.0], [2.0, 3.0, 7.0]])


def _figures(study: Study, scenarios: list[Scenario], *, shared: bool) -> list[np.ndarray]:
    """Return movements of 2015 to 2022, shape (year, member), by scenario."""
    figures = [yearly(study, "movements", year) for year in range(2015, 2023)]
    readout = readout_of(study, figures, alone=True)
    ensemble = ensemble_of(study, choose_members(study, 4, 1), 1, readout, "numpy")
    cases: list[Case] = [case_of(study, one) for one in scenarios]
    ensemble = ensemble.sharing(cases) if shared else ensemble
    return [outcome.read for outcome in ensemble.run(cases)]


def test_more_slots_are_flown_from_their_date_on(small_study: Study, tmp_path: Path) -> None:
    text = "title: t\nquestion: q\nbase: plan_in_full\nconstants:\n  slot_ceiling: {2019: x 3}\n"
    path = tmp_path / "slots.yaml"
    path.write_text(text, encoding="utf-8")
    scenarios = [small_study.scenario(name) for name in ("plan_in_full", str(path))]
    plain, more = _figures(small_study, scenarios, shared=False)
    np.testing.assert_array_equal(plain[:4], more[:4])
    assert (more[5:] > plain[5:]).any()
    again = _figures(small_study, scenarios, shared=True)
    np.testing.assert_array_equal(again[1], more)


def test_a_run_says_whose_world_it_is(small_study: OpenStudy, mine: Path) -> None:
    runs = small_study.run(["current_policy", str(mine)], members=3, engine="numpy")
    assert vintages_of(runs.dataset) == {
        "current_policy": "2018", "mine": "2018 + actual + own"
    }  # fmt: skip
    assert changes_of(runs.dataset)["mine"] == runs.scenario("mine").changes
    assert runs.title("mine") == "Exports fall (user's world)"
    footer = runs.chart.board(lang="en").figure.texts
    said = " ".join(text.get_text().replace("\n", " ") for text in footer)
    assert "falls 5 % in 2020" in said
    assert "as known in June 2018" in said


def test_every_number_is_said_in_both_languages(study: Study, mine: Path) -> None:
    changes = study.scenario(str(mine)).changes
    english = changes_said(changes, Wording(study, "en"))
    chinese = changes_said(changes, Wording(study, "zh"))
    for part in ("grows 2 % in 2019", "falls 5 % in 2020", "0.9 times", "2,500", "50 %", "1.1"):
        assert part in english
    for part in (
        "2020年比上年下降5%",
        "原序列的0.9倍",
        "自2019年起为原值的1.1倍",
        "美国对华加征关税",
    ):
        assert part in chinese


def test_show_names_file_and_line_of_each_change(mine: Path) -> None:
    done = CliRunner().invoke(program, ["show", str(mine)])
    assert done.exit_code == 0, done.output
    assert "The user's: slot_ceiling 2019: x 1.1, 2021: 0.05 (mine.yaml:11)" in done.output


def test_a_dict_is_a_scenario(small_study: OpenStudy) -> None:
    record = {"base": "plan_in_full", "drivers": {"national_exports": {2020: "-5 %"}}}
    runs = small_study.run(["plan_in_full", {"name": "weak", **record}], members=3, engine="numpy")
    assert list(runs.dataset.scenario.values) == ["plan_in_full", "weak"]
    assert runs.title("weak") == "Weak (user's world)"
    with pytest.raises(StudyError, match=r"weak \(dict\).*levers.air_rutes: unknown lever"):
        small_study.run({"name": "weak", "levers": {"air_rutes": {}}}, members=3)


@pytest.mark.slow
def test_a_memo_keeps_the_two_worlds_apart(small_study: OpenStudy, mine: Path) -> None:
    worlds = run_worlds(
        small_study, read_scenarios(small_study, ["plan_in_full", str(mine)]), 3, 1
    )  # fmt: skip
    teller = Teller(worlds, "en")
    values, _ = _facts(worlds, teller, None)
    target = values["targets"][0]
    assert [[cell.scenario.name for cell in group] for group in target.groups()] == [
        ["plan_in_full"], ["mine"]
    ]  # fmt: skip
    assert target.case == "own"
    assert not target.comparable
    assert "falls 5 % in 2020" in values["scenarios"][1].world
    assert target.known.row.vintage == "2018"  # without what the user changed
    assert set(values) | {"dated", "register", "why"} == NAMES


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_slip_of_a_template_is_found_before_a_run(language: str, tmp_path: Path) -> None:
    shipped = Path(template.__file__).with_name("templates") / f"memo.{language}.md"
    template.check_template(shipped)
    text = shipped.read_text(encoding="utf-8").replace("lead.letter", "lead.lettr", 1)
    path = tmp_path / shipped.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"nothing has a 'lettr' \(did you mean letter\?\)"):
        template.check_template(path)


def test_names_are_at_hand(study: OpenStudy) -> None:
    assert study.names.levers.air_routes == "air_routes"
    assert "plan_in_full" in dir(study.names.scenarios)
    with pytest.raises(AttributeError, match="did you mean air_routes"):
        _ = study.names.levers.air_rutes


def test_a_scoreboard_of_another_study_is_refused(study: Study) -> None:
    board = newest(study)
    refuse_changed(study, board)
    inputs = board.record.inputs | {"calibration/priors.yaml": "other"}
    other = Saved(board.folder, board.record.model_copy(update={"inputs": inputs}), board.rows)
    with pytest.raises(StudyError, match=r"made from another calibration/priors\.yaml"):
        refuse_changed(study, other)


def test_a_comparison_names_the_users_world(small_study: OpenStudy, mine: Path) -> None:
    found = compare(small_study, "current_policy", str(mine), members=3)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("mine is run in the user's world: added_us_tariff 2019: 0.15")
