"""Every refusal has a Chinese sentence: the source is searched, and a new one without is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qiantang.faults import Fault
from qiantang.files.yamlfile import read_yaml
from qiantang.wording import refusals

from .found import sentences_of

SOURCE = Path(refusals.__file__).parents[1]
UNTOLD = Path(__file__).with_name("untold.txt")
_BLANK = re.compile(r"\{(\w+)\}")


def found() -> dict[str, str]:
    """Return each sentence of the source with blanks {a}, {b}, and where it stands."""
    places: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for line, text in sentences_of(path):
            places.setdefault(text, f"{path.relative_to(SOURCE)}:{line}")
    return places


def test_every_sentence_of_a_refusal_has_a_chinese_one() -> None:
    places = found()
    assert len(places) > 600
    missing = {text for text in places if "暂无中文" in refusals.in_chinese(text)}
    kept = {line for line in UNTOLD.read_text(encoding="utf-8").splitlines() if line[:1] != "#"}
    assert not missing - kept, [f"{places[text]}: {text}" for text in missing - kept]
    assert not kept - missing, "these have a Chinese sentence, or are gone: take them out"


def test_a_new_sentence_without_a_chinese_one_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "new.py"
    path.write_text('what = f"the moon is {phase}, expected full"\n', encoding="utf-8")
    ((line, text),) = sentences_of(path)
    assert (line, text) == (1, "the moon is {a}, expected full")
    assert "暂无中文" in refusals.in_chinese(text)


def test_a_chinese_sentence_fills_in_what_the_english_one_has() -> None:
    for english, chinese in read_yaml(SOURCE / "wording" / "refusals.yaml").data.items():
        assert set(_BLANK.findall(chinese)) <= set(_BLANK.findall(english)), english
        assert re.search("[\u4e00-\u9fff]", chinese), english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("unknown lever 'airprt' (did you mean airport_capacity?)",
         "没有这一举措：'airprt'（是否指airport_capacity？）"),
        ("unit is 'km', the model's is 'Dmnl'", "单位为'km'，模型中为'Dmnl'"),
        ("input should be a finite number, got inf", "应为有限的数字，现为inf"),
        ("input should be greater than 0, got -5", "应大于0，现为-5"),
        ("got 5, a yearly figure stays above 0", "现为5，年度数据应大于0"),
        ("'abc' is not below high, 3", "'abc'应低于上限3"),
        ("suffix .gif, expected .svg, .png or .pdf", "后缀为.gif，应为.svg、.png或.pdf"),
        ("suffix missing, expected .csv or .xlsx", "缺少后缀，应为.csv或.xlsx"),
        ("cannot be written: Permission denied", "无法写入：没有权限"),
        ("not valid YAML: mapping values are not allowed here",
         "YAML格式有误：此处不应有“键: 值”"),
        ("no such target, expected one of cargo, passengers",
         "没有这一目标，可用：cargo, passengers"),
        ("two moons", "two moons（此句暂无中文）"),
    ],
)  # fmt: skip
def test_a_sentence_is_told_in_chinese(english: str, chinese: str) -> None:
    assert refusals.in_chinese(english) == chinese


def test_a_fault_is_told_with_its_place() -> None:
    fault = Fault(Path("a.yaml"), 3, "levers.x.unit", "unit is 'km', expected 'Dmnl'")
    assert refusals.told(fault, "zh") == "a.yaml:3：levers.x.unit：单位为'km'，应为'Dmnl'"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "was begun with another design and code; give an empty folder",
            "所用的设计、程序与现在不同",
        ),
        ("was made with another model and another fit, run it again", "所用的模型、拟合与现在不同"),
    ],
)
def test_what_something_was_made_from_is_named_in_chinese(english: str, chinese: str) -> None:
    assert chinese in refusals.in_chinese(english)
