"""`qiantang memo`: what it writes, what it refuses, and that nothing half-written stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program
from qiantang.memo import template
from qiantang.study import Study


def run(study: Study, *words: str) -> Result:
    common = ("--study", str(study.folder), "--members", "2")
    return CliRunner().invoke(program, ["memo", *words, *common])


def own_template(folder: Path, old: str, new: str) -> Path:
    text = (Path(template.__file__).with_name("templates") / "memo.en.md").read_text("utf-8")
    assert old in text
    folder.mkdir()
    (folder / "memo.en.md").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_a_template_of_one_s_own_and_a_date(small_study: Study, tmp_path: Path) -> None:
    folder = own_template(tmp_path / "own", "## The question", "## What we asked in 2018")
    out = tmp_path / "memo.html"
    result = run(small_study, "plan_in_full", "--out", str(out), "--template", str(folder),
                 "--date", "2026-11-23")  # fmt: skip
    assert result.exit_code == 0, result.output
    text = out.read_text(encoding="utf-8")
    assert "What we asked in 2018" in text
    assert "23 November 2026" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("plan_in_ful", "--out", "OUT/m.docx"),
            "plan_in_ful.yaml: no such scenario (did you mean",
        ),
        (("plan_in_full", "--out", "OUT/m.doc"), "suffix .doc, expected .docx, .html or .pdf"),
        (("plan_in_full", "--out", "OUT/no/m.pdf"), "the folder does not exist"),
        (("plan_in_full", "--out", "OUT/there.html"), "the file exists and may have been edited"),
        (("plan_in_full", "plan_in_full", "--out", "OUT/m.pdf"), "given twice"),
        (("plan_in_full", "--out", "OUT/m.pdf", "--template", "OUT/no"), "no such folder"),
        (("plan_in_full", "--out", "OUT/m.pdf", "--template", "OUT"), "holds no template"),
    ],
)
def test_refusals(small_study: Study, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "there.html").write_text("edited by hand", encoding="utf-8")
    result = run(small_study, *(word.replace("OUT", str(tmp_path)) for word in words))
    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
    assert (tmp_path / "there.html").read_text(encoding="utf-8") == "edited by hand"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "{{ plan.year }}",
            "{{ plan.yaer }}",
            "template: nothing has a 'yaer' (did you mean year?)",
        ),
        ("{{ plan.year }}", "{{ nothing }}", "template: nothing is called 'nothing'"),
        ("{% endmacro %}", "{% endmacr %}", "unknown tag 'endmacr'"),
        ("](board)", "](bord)", "![](bord): no such chart (did you mean board?)"),
        ("{{ plan.year }}", "{{ 1 / 0 }}", "template: division by zero"),
    ],
)
def test_a_faulty_template_is_one_sentence_with_its_line(
    small_study: Study, tmp_path: Path, old: str, new: str, told: str
) -> None:
    folder = own_template(tmp_path / "own", old, new)
    out = tmp_path / "memo.docx"
    result = run(small_study, "plan_in_full", "--out", str(out), "--template", str(folder))
    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "memo.en.md" in result.stderr
    if told.startswith(("template:", "unknown")):
        lines = (folder / "memo.en.md").read_text(encoding="utf-8").splitlines()
        at = next(place for place, line in enumerate(lines, start=1) if new in line)
        assert f"memo.en.md:{at}:" in result.stderr
    assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_faulty_look_is_refused(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    text = (Path(template.__file__).with_name("templates") / "look.yaml").read_text("utf-8")
    (folder / "look.yaml").write_text(text.replace("leading: 28", "leading: -1"), encoding="utf-8")
    result = run(small_study, "plan_in_full", "--out", str(tmp_path / "m.pdf"), "--template",
                 str(folder))  # fmt: skip
    assert result.exit_code == 2
    assert "zh.leading" in result.stderr
