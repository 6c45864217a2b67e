from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.memo.document import (
    Box,
    Heading,
    Note,
    Number,
    Paragraph,
    Ref,
    TableBlock,
    Text,
    Turn,
    words_of,
)
from qiantang.memo.markup import read_markup
from qiantang.memo.registry import Registry, quoted

FILE = Path("memo.en.md")
TABLE = "::: table t | A table\n| a | b |\n| :-- | -----: |\n| x | 1 |\n|  | 2 |\n:::\n"


def read(text: str) -> tuple[object, ...]:
    return read_markup(f"# Title\n\n{text}", {}, FILE)[1]


def words(text: str) -> str:
    (one,) = read(text)
    assert isinstance(one, Paragraph)
    return words_of(one.content)


def refused(text: str) -> str:
    with pytest.raises(StudyError) as caught:
        read_markup(text, {}, FILE)
    return str(caught.value)


def test_lines_join_with_a_blank_in_english_and_without_in_chinese() -> None:
    assert words("one\ntwo\n") == "one two"
    assert words("旅客\n吞吐量\n") == "旅客吞吐量"
    said = Registry().say("46", "threshold", 46.0)
    assert words(f"旅客\n{said}\nmillion") == "旅客46 million"
    assert words(f"概率{said}\n{quoted('旅客')}\n") == "概率46旅客"


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


def test_bold_letters_end_at_a_chinese_stop_without_a_blank() -> None:
    (one,) = read("**旅客吞吐量。**判断为可能")
    assert isinstance(one, Paragraph)
    assert one.content == (Text("旅客吞吐量。", bold=True), Text("判断为可能"))


def test_words_of_a_source_hold_no_mark() -> None:
    source = "**a** | ![x](y) @table:z ^[n] `c` <b> # h \\* 1. - ::: {.line}"
    assert words(quoted(source)) == source
    (_, table) = read(f"See @table:t.\n\n{TABLE.replace('| x |', f'| {quoted(source)} |')}")
    assert isinstance(table, TableBlock)
    assert words_of(table.rows[0][0]) == source


def test_what_is_no_mark_stands_as_it_is_written() -> None:
    for text in (
        "a [link](https://x.y) `code` <b>&amp;</b>", "2 * 3 * 4 = 24_000", "> said", "---",
        "![y](javascript:alert(1))", "<script>alert(1)</script>",
    ):  # fmt: skip
        assert words(text) == text
    assert words(r"\*\*a\*\* \| \[b\]") == "**a** | [b]"


def test_a_table_keeps_its_columns() -> None:
    (table,) = read(TABLE)
    assert isinstance(table, TableBlock)
    assert table.aligns == ("left", "right")
    assert table.widths == (2.0, 5.0)
    assert [words_of(row[0]) for row in table.rows] == ["x", ""]
    assert (words_of(table.caption), table.small, table.anchors) == ("A table", False, False)
    (annex,) = read("::: annex t | A\n| a |\n| --- |\n| 1 |\n:::\n")
    assert isinstance(annex, TableBlock)
    assert annex.small
    assert annex.anchors


def test_headings_boxes_and_paragraphs_of_a_class() -> None:
    found = read(
        "## One\n\n{.plain .across}\n## Two\n\n::: box How\nfirst\n\n- second\n:::\n\n"
        "{.line}\nToday\n\n{.source}\nFrom there\n\n- item\n- item\n"
    )
    heading, turn, plain, box, *rest = found
    assert heading == Heading(1, (Text("One"),))
    assert turn == Turn()
    assert plain == Heading(1, (Text("Two"),), plain=True)
    assert isinstance(box, Box)
    assert [item.role for item in box.blocks] == ["body", "item"]
    roles = [block.role for block in rest if isinstance(block, Paragraph)]
    assert roles == ["line", "source", "item", "item"]


def test_references_stand_in_words_and_letters_before_them_are_kept() -> None:
    (one, _) = read(f"结果见@table:t和a@b\n\n{TABLE}")
    assert isinstance(one, Paragraph)
    assert one.content == (Text("结果见"), Ref("table", "t"), Text("和a@b"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("words", "no title"),
        ("# T\n# U", "expected one title #"),
        ("# T\n#### U", "expected one title # and headings ## and ###"),
        ("# T\n::: tabel x | y\n:::", "::: tabel: no such part (did you mean table?)"),
        ("# T\n![y](x)", "![](x): no such chart"),
        ("# T\nsee ![y](x) there", "the chart x stands in a text"),
        (
            "# T\n::: table t | y\n| a | b |\n| -- | -- |\n| c |\n:::",
            "a row of 1 cells, expected 2",
        ),
        ("# T\n::: table t | y\n| a | b |\nwords\n:::", "expected a row of heads and a row of rul"),
        ("# T\n| a | b |\n| -- | -- |\n| c | d |", "expected it in ::: table KEY | caption"),
        ("# T\nsee @table:x", "no such table in the memo"),
        ("# T\n::: box open\nwords", "::: box: it is not closed"),
        ("# T\n::: box b\n## no\n:::", "a box holds paragraphs and items only"),
        ("# T\nwords\n\n:::", ":::: no such mark"),
        ("# T\n!table t | y", "!table: no such mark"),
        ("# T\n1. a\n2. b", "expected items '- words' without number"),
        ("# T\n- a\n  - b", "expected items '- words' without number"),
        ("# T\n**open", "** begins bold letters and nothing ends them"),
        ("# T\n{.sourc}\nwords", "{.sourc}: no such class of a paragraph (did you mean source?)"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, told: str) -> None:
    assert told in refused(text)


def test_all_faults_at_once() -> None:
    assert len(refused("![b](a)\n\n::: nothing\n:::\n").splitlines()) == 3


def test_depth_and_length_end_no_run() -> None:
    assert len(words("**a**" * 9999)) == 9999
    assert words("^[" * 3000 + "x" + "]" * 3000).startswith("^[^[")  # too deep for footnotes
    assert "the chart a stands in a text" in refused("# T\n" + "![" * 3000 + "x" + "](a)" * 3000)
    assert "expected items" in refused("# T\n" + "- " * 3000 + "x")
