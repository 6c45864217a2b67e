"""A study's own template, look and titles cannot put anything that runs into a memo."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.files.markup import POLICY
from qiantang.memo.document import (
    Document,
    FigureBlock,
    Heading,
    Number,
    Paragraph,
    Ref,
    TableBlock,
    Text,
)
from qiantang.memo.html import html_bytes
from qiantang.memo.markup import read_markup
from qiantang.memo.registry import Entry

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Seen(HTMLParser):
    """Collects elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.policies: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.policies += [dict(attrs)["content"] for name, _ in attrs if name == "http-equiv"]


def checked(document: Document) -> str:
    text = html_bytes(document).decode("utf-8")
    seen = Seen(text)
    assert not seen.tags & {"script", "img", "iframe", "object", "base", "form"}
    assert not [name for name in seen.names if name.startswith("on")]
    assert seen.policies == [POLICY]
    return text


def test_a_memo_forbids_scripts(memo: Document) -> None:
    checked(memo)


def test_every_place_of_a_memo_is_escaped(memo: Document) -> None:
    said = (Text(EVIL), Text(EVIL, bold=True), Number(EVIL, 1), Ref("table", EVIL))
    figure = next(block for block in memo.blocks if isinstance(block, FigureBlock))
    chart = replace(figure.chart, finding=EVIL)
    blocks = (
        Heading(1, said), Paragraph(said), FigureBlock(EVIL, chart, said),
        TableBlock(EVIL, said, ((Text(EVIL),),), (((Text(EVIL),),),), ("left",), (1.0,),
                   anchors=True),
    )  # fmt: skip
    entry = Entry(1, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL)
    fonts = memo.look.fonts.model_copy(
        update={name: [f"Song{EVIL}</style>"] for name in ("title", "body", "latin")}
    )
    look = memo.look.model_copy(update={"fonts": fonts})
    text = checked(replace(memo, title=EVIL, blocks=blocks, entries=(entry,), look=look))
    assert text.count("alert(1)") >= 10
    assert text.count("<style") == text.count("</style>") == 2  # the page's and the picture's


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (f"::: table {EVIL} | x\n| a |\n| --- |\n| b |\n:::\n", "::: table: the key is"),
        (
            "::: table a-b | x\n| a |\n| --- |\n| b |\n:::\n",
            "::: table: the key is 'a-b', expected letters",
        ),
        (f"::: annex t | x\n| a |\n| --- |\n| {EVIL} |\n:::\n", "a row begins with '\">"),
        (
            "::: annex t | x\n| a |\n| --- |\n| 1>#read(2) |\n:::\n",
            "expected a number of the register",
        ),
        ("![y](../x)\n", "no such chart"),
    ],
)
def test_a_template_names_figures_tables_and_rows_plainly(table: str, sentence: str) -> None:
    with pytest.raises(StudyError, match=sentence.replace("(", r"\(")) as caught:
        read_markup(f"# T\n{table}\n", {}, Path("memo.en.md"))
    assert len(caught.value.faults) == 1
