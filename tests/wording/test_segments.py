"""Chinese titles are broken between words, never inside one."""

from __future__ import annotations

import pytest

from qiantang.charts.lettering import wrap
from qiantang.wording.segments import broken, segmented


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("旅客吞吐量在现行政策情景下", ["旅客吞吐量", "在", "现行政策", "情景", "下"]),
        ("外部环境取实际值", ["外部环境", "取", "实际值"]),
        ("钱塘江潮水", ["钱塘", "江潮水"]),
        ("", []),
    ],
)
def test_words_of_a_title(text: str, words: list[str]) -> None:
    assert segmented(text) == words


def test_no_line_ends_inside_a_word() -> None:
    text = "货物贸易进出口总额：“现行政策”情景下不大可能实现目标（概率36%），全面落实成败参半"
    whole = ("货物贸易", "进出口", "总额", "现行政策", "情景", "不大可能", "实现", "目标", "概率",
             "全面", "落实", "成败参半")  # fmt: skip
    for room in (1.2, 1.6, 2.1, 2.6, 3.3):
        lines = wrap(text, room, 12)
        assert "".join(lines).replace(" ", "") == text
        assert len(lines) > 1
        for word in whole:
            assert sum(word in line for line in lines) == 1, (room, word, lines)


def test_words_of_a_page_are_kept_whole_too() -> None:
    more = frozenset({"存量流量图"})
    assert segmented("画存量流量图", more) == ["画", "存量流量图"]
    lines = broken("画存量流量图", lambda line: len(line) <= 5, more)
    assert lines == ["画", "存量流量图"]
