"""What a user sees: a report, its table, and one clear line where there is no loop."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.loops.finding import edges_of
from qiantang.loops.network import network
from qiantang.loops.ofmodel import loops_of_model
from qiantang.loops.report import LoopReport
from qiantang.loops.showing import notes_of, title_of
from qiantang.model.loops import read_loops
from qiantang.model.syntax import parse
from qiantang.session import OpenStudy, open_study
from qiantang.study import Study
from qiantang.wording import Wording

from .models import BASS, DELAYED, write


@pytest.fixture(scope="module")
def of_study(small_study: Study) -> LoopReport:
    """Return the loops through airport passengers, of few members in two quarters."""
    study = open_study(small_study.folder)
    assert isinstance(study, OpenStudy)
    return study.loops("passengers", members=6, first=2019, last=2019.25, engine="numpy", most=4000)


def run(*words: str) -> Result:
    return CliRunner().invoke(program, ["loops", *words])


def test_a_report_of_a_model_file(tmp_path: Path) -> None:
    report = loops_of_model(write(tmp_path, BASS, 15, 1 / 16))
    assert report.dataset.sizes == {"loop": 2, "time": 240, "member": 1}
    assert report.dataset["polarity"].values.tolist() == ["reinforcing", "balancing"]
    assert report.dataset["loop"].values.tolist() == ["R1", "B1"]
    size = np.abs(report.dataset["share"]).sum("loop").to_numpy()
    np.testing.assert_allclose(size, 1.0, rtol=1e-12)
    assert "all 2 elementary loops" in repr(report)
    assert "all 2 elementary loops" in report._repr_html_()
    assert len(report.to_pandas()) == 480


def test_the_loops_of_a_variable_are_those_that_pass_it_or_what_moves_it(tmp_path: Path) -> None:
    more = DELAYED + "Reader = 2 * seen\nOther = INTEG(-Other / 3, 5)\n"
    file = write(tmp_path, more)
    assert loops_of_model(file).dataset.sizes["loop"] == 2
    assert loops_of_model(file, "Other").dataset.sizes["loop"] == 1
    told = loops_of_model(file, "reader")
    assert told.notes[0] == "reader lies on no loop; these pass what moves it: seen"


@pytest.mark.parametrize(
    ("equations", "about", "line"),
    [
        ("A = 2\nB = A + Time", None, "the model has no feedback loop"),
        (DELAYED + "B = Goal + 1\n", "B", "B: no feedback loop acts on b"),
        (DELAYED, "Levle", "the model has no variable Levle (did you mean level?)"),
    ],
)
def test_no_loop_is_one_line(tmp_path: Path, equations: str, about: str | None, line: str) -> None:
    with pytest.raises(StudyError) as refused:
        loops_of_model(write(tmp_path, equations), about)
    (fault,) = refused.value.faults
    assert str(fault).endswith(line)


def test_the_command_writes_a_table_and_json(tmp_path: Path) -> None:
    file, out = write(tmp_path, BASS, 15, 1 / 16), tmp_path / "loops.csv"
    told = run(str(file), "--out", str(out))
    assert told.exit_code == 0, told.output
    assert "Potential Adopters" in told.output
    assert out.read_text(encoding="utf-8").startswith("Time,loop,median,p05,p95,strongest")
    found = json.loads(run(str(file), "--json").output)
    assert [loop["id"] for loop in found["loops"]] == ["R1", "B1"]


def test_the_command_refuses_in_one_line(tmp_path: Path) -> None:
    lost = run(str(tmp_path / "lost.mdl"))
    assert (lost.exit_code, lost.output.count("\n")) == (2, 1)
    assert "file not found" in lost.output
    assert run("passengers", "--variable", "gdp").exit_code == 2


def test_unknown_names_of_a_study_are_refused(small_study: Study) -> None:
    told = run("pasengers", "--study", str(small_study.folder))
    assert told.exit_code == 2
    assert "pasengers: no target of the plan and no variable of the model (did you mean " \
        "passengers?)" in told.output  # fmt: skip
    never = run("passengers", "--from", "2090", "--study", str(small_study.folder))
    assert never.exit_code == 2
    assert never.output.count("\n") == 1


def test_every_loop_with_a_name_is_one_of_the_program(study: Study) -> None:
    woven = network(study.program)
    loops = read_loops(study.folder / "model" / "loops.yaml", parse(study.model_file)[0]).loops
    assert [loop.id for loop in loops if edges_of(woven, loop.path) is None] == []


def test_a_study_tells_shares_of_members(of_study: LoopReport) -> None:
    data = of_study.dataset
    assert data.sizes["member"] == 6
    assert "B1" in data["loop"].values
    crowding = data.sel(loop="B1")
    assert (str(crowding.title.item()), crowding.polarity.item()) == ("Crowding", "balancing")
    assert str(crowding.title_zh.item()) == "机场拥挤"
    assert "8" in str(crowding.articles.item()).split(", ")
    assert (data["strongest"].sum("loop") <= 1 + 1e-12).all()
    assert (np.abs(data["share"]).sum("loop") <= 1 + 1e-9).all()
    assert ((data["outside"] >= 0) & (data["outside"] <= 1)).all()
    assert data["scenario"].item() == "plan_in_full"
    assert any(note.startswith("partition of") and "not all loops" in note
               for note in of_study.notes)  # fmt: skip


def test_in_chinese_variables_have_their_names(of_study: LoopReport) -> None:
    chinese = Wording(open_study(), "zh")
    told = "".join([title_of(of_study, chinese), *notes_of(of_study, chinese)])
    assert "经过机场旅客吞吐量的反馈回路" in told
    assert "所列回路经过机场旅客吞吐量，或经过直接影响它的变量：" in told
    assert "passengers" not in told
    assert "passengers" in title_of(of_study)


def test_seed_and_threads_change_no_bit(small_study: Study, of_study: LoopReport) -> None:
    again = open_study(small_study.folder).loops(
        "passengers", members=6, first=2019, last=2019.25, engine="numpy", most=4000
    )
    assert again.dataset.equals(of_study.dataset)
