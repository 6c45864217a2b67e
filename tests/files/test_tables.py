"""Tables of text on narrow screens: no word is broken, Chinese or English, and no number."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from qiantang.files.tables import PlainTable

SENTENCE = (
    "自起点切断时，24个回路中有22个如此；自规划开始时切断，有6个；对目标而言可有可无：开放声誉"
)


def shown(table: PlainTable, room: int) -> list[str]:
    store = StringIO()
    Console(file=store, width=room, color_system=None).print(table)
    return [line.rstrip() for line in store.getvalue().splitlines() if line.strip()]


@pytest.mark.parametrize("room", [80, 100, 120])
def test_a_chinese_sentence_stands_beside_names_that_stay_whole(room: int) -> None:
    table = PlainTable("检验", "结论", "判定数据或原因")
    table.add_row("边界适当性", "未通过", SENTENCE)
    lines = shown(table, room)
    assert max(map(cell_len, lines)) <= room
    assert sum("检验" in line for line in lines) == 1, "one part, not several"
    assert "边界适当性" in lines[2]
    assert "未通过" in lines[2]
    told = [line.strip() for line in lines[2:]]
    assert all(line[0] not in "，；：。" for line in told)
    for word in ("回路", "规划", "目标", "22个", "6个"):
        assert sum(word in line for line in told) >= 1, word


def test_the_head_of_numbers_is_broken_and_its_numbers_are_not() -> None:
    heads = ["Foreign investment used, 2018 to 2020", "货物贸易进出口总额"]
    table = PlainTable("as of", *heads, right=heads)
    table.add_row("2019-03-31", "1,234,567", "100.25%")
    lines = shown(table, 40)
    assert sum("2019-03-31" in line for line in lines) == 1
    assert "1,234,567" in lines[-1]
    assert "100.25%" in lines[-1]
    assert not any("货物贸易进出口总额" in line for line in lines)
    assert all(any(word in line for line in lines) for word in ("货物贸易", "总额", "Foreign"))


def test_what_is_short_is_not_broken() -> None:
    heads = ["one figure", "another figure"]
    table = PlainTable("lever", "articles", *heads, right=heads)
    table.add_row("City brand", "4 25 26 27", "1.25", "2.50")
    assert any("4 25 26 27" in line for line in shown(table, 60))
