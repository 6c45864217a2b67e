"""The verb and its three outputs: a table, a page that needs nothing else, and strict JSON."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from harbour import build

from qiantang.cli import program
from qiantang.study import Study
from qiantang.validate import battery, page
from qiantang.validate.ground import Ground
from qiantang.validate.records import Report, judged, table

#: Elements that stand alone.
VOID = {"meta", "br", "hr", "img", "link", "input"}


def call(*words: str) -> Result:
    return CliRunner().invoke(program, ["validate", *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def report(sound: Study) -> Report:
    return battery.validate(Ground(sound))


class Balance(HTMLParser):
    """Collects what a page opens, closes and refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.refers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.refers += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_twelve_tests_stand_first_and_each_has_a_verdict(report: Report) -> None:
    titles = [test.title for test in report.tests if "Sterman (2000)" in test.source]
    assert len(titles) == 12
    assert titles == [test.title for test in report.tests[:12]]
    assert all(test.findings for test in report.tests)
    assert report.counts()["fail"] == 0


def test_the_page_is_whole_and_needs_nothing_else(report: Report) -> None:
    text = page.html(report)
    balance = Balance()
    balance.feed(text)
    assert balance.open == []
    assert not balance.tags & {"script", "link", "img", "iframe"}
    assert all(ref.startswith("#") for ref in balance.refers)
    assert "://" not in re.sub(r'xmlns="[^"]*"', "", text)
    assert text.count("<svg") >= 6
    for finding in report.findings:
        assert finding.verdict != "not judged" or "Why not judged" in text


#: Three English words in a row: none of what is said, but for names of files and fits.
_ENGLISH = re.compile(r"\b(?!qiantang )[a-z]{2,} [a-z]{2,} [a-z]{2,}")


def test_the_report_speaks_chinese(report: Report) -> None:
    record = report.record("zh")
    told = [finding[key] for test in record["tests"] for finding in test["findings"]
            for key in ("asks", "figure", "limit", "reason")]  # fmt: skip
    told += [test[key] for test in record["tests"] for key in ("title", "asks")]
    told += [item["asks"] for item in record["checklist"]]
    assert [text for text in told if _ENGLISH.search(text.replace("drawn about the centre", ""))
            ] == []  # fmt: skip
    assert [finding.record("zh")["id"] for finding in report.findings] == [
        finding.id for finding in report.findings
    ]
    text = page.html(report, "zh")
    assert '<html lang="zh-CN">' in text
    assert "可信度报告" in text
    assert not re.search(r">(Found|Reason|Note|pass|fail|not judged|model|level)[:<]", text)


def test_the_page_escapes_what_it_is_told(report: Report) -> None:
    bad = judged("x", "<b>x</b> & y", False, figure="1 < 2", table=table(["<i>"], [["<u>"]]))
    tests = (report.tests[0].__class__("t", "<T>", "?", "s", (bad,)),)
    text = page.html(Report("<study>", {"fit": "<p>"}, tests, ()))
    assert not re.search(r"<b>x|<(i|u|T|study)>", text)
    assert "&lt;b&gt;" in text


def strict(text: str) -> object:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def test_json_and_page_say_the_same(sound: Study, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    result = call("--study", str(sound.folder), "--json", "--quick", "--out", str(out))
    assert result.exit_code == 0
    data = strict(result.output)
    assert isinstance(data, dict)
    findings = [finding for test in data["tests"] for finding in test["findings"]]
    assert data["counts"]["pass"] == sum(f["verdict"] == "pass" for f in findings)
    assert all(f["reason"] for f in findings if f["verdict"] == "not judged")
    assert all(f["figure"] for f in findings if f["verdict"] != "not judged")
    text = out.read_text(encoding="utf-8")
    assert all(test["title"] in text for test in data["tests"])
    assert {item["level"] for item in data["checklist"]} == {"minimum", "preferred"}
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert all(not isinstance(leaf, float) or leaf == leaf for leaf in leaves(data))


def test_a_failed_test_is_a_result_and_exit_code_1(tmp_path: Path) -> None:
    build(tmp_path, {"model/loops.yaml": lambda text: text.replace("reinforcing", "balancing")})
    result = call("--study", str(tmp_path), "--quick")
    assert result.exit_code == 1
    assert "loop_polarity" in result.output
    assert "Traceback" not in result.output
    assert " 1 fail" in result.output


def test_what_a_study_lacks_is_not_judged_and_said(tmp_path: Path) -> None:
    study = build(tmp_path)
    (tmp_path / "model" / "loops.yaml").unlink()
    shutil.rmtree(tmp_path / "calibration" / "fits")
    report = battery.validate(Ground(study, quick=True))
    tests = {test.id: test for test in report.tests}
    for id in ("behaviour_anomaly", "sensitivity_analysis",
               "behaviour_reproduction", "posterior_diagnostics"):  # fmt: skip
        assert tests[id].verdict == "not judged", id
        assert any("not found" in f.reason or "no fit found" in f.reason or "no file" in f.reason
                   for f in tests[id].findings), tests[id].findings  # fmt: skip
    assert tests["integration_error"].verdict == "pass"
    assert tests["extreme_conditions"].verdict == "pass"
    assert page.html(report)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--out", "x.pdf"], "suffix .pdf, expected .html"),
        (["--out", "no/such/x.html"], "the folder does not exist"),
        (["--study", "nowhere"], "expected one .mdl file in model/, found 0"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2
    assert sentence in result.output
    assert list(tmp_path.iterdir()) == []
