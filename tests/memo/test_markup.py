from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.memo.document import Box, Heading, Note, Number, Paragraph, TableBlock, Text, words_of
from qiantang.memo.markup import read_markup
from qiantang.memo.registry import Registry, quoted

FILE = Path("memo.en.md")


def read(text: str) -> tuple[object, ...]:
    return read_markup(f"# Title\n{text}", {}, FILE)[1]


def refused(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        read_markup(text, {}, FILE)
    return str(caught.value)


def test_lines_join_with_a_blank_in_english_and_without_in_chinese() -> None:
    english, chinese = read("one\ntwo\n\n旅客\n吞吐量")
    assert isinstance(english, Paragraph)
    assert isinstance(chinese, Paragraph)
    assert words_of(english.content) == "one two"
    assert words_of(chinese.content) == "旅客吞吐量"


def test_numbers_bold_and_notes_are_told_apart() -> None:
    said = Registry().say("46", "threshold", 46.0)
    note = f"seen: {said}, {quoted('[ACI 2020] ] page')}"
    (one,) = read(f"At **least {said}**^[{note}] it is.")
    assert isinstance(one, Paragraph)
    kinds = [type(item) for item in one.content]
    assert kinds == [Text, Text, Number, Note, Text]
    assert one.content[2] == Number("46", 1, bold=True)
    assert isinstance(one.content[3], Note)
    assert words_of(one.content[3].content) == "seen: 46, [ACI 2020] ] page"


def test_a_table_keeps_its_columns() -> None:
    (table,) = read("!table t | A table\n| a | b |\n| :-- | -----: |\n| x | 1 |\n| | 2 |\n")
    assert isinstance(table, TableBlock)
    assert table.aligns == ("left", "right")
    assert table.widths == (2.0, 5.0)
    assert [words_of(row[0]) for row in table.rows] == ["x", ""]


def test_headings_and_boxes() -> None:
    heading, plain, box = read("## One\n##* Two\n!box How\nfirst\n\nsecond\n!end\n")
    assert heading == Heading(1, (Text("One"),))
    assert plain == Heading(1, (Text("Two"),), plain=True)
    assert isinstance(box, Box)
    assert len(box.blocks) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("words", "no title"),
        ("# T\n!figur x | y", "no such mark (did you mean figure?)"),
        ("# T\n!figure x | y", "!figure x: no such chart"),
        ("# T\n!table t | y\n| a | b |\n| -- | -- |\n| c |\n", "a row of 1 cells, expected 2"),
        ("# T\n!table t | y\n| a | b |\nwords", "expected a row of heads and a row of rules"),
        ("# T\nsee @table:x", "no such table in the memo"),
        ("# T\n!box open\nwords", "the box is not closed"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, told: str) -> None:
    assert told in refused(text)


def test_all_faults_at_once() -> None:
    assert len(refused("!figure a | b\n!nothing\n").splitlines()) == 3
