"""The memo's text against the numbers that it speaks of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from qiantang.memo import Document, make_memo
from qiantang.memo.document import Number, Paragraph, TableBlock, Text, inlines, words_of
from qiantang.memo.template import template_files
from qiantang.skill.saved import inputs_of
from qiantang.study import Study
from qiantang.wording import Wording

from .conftest import MEMBERS, SCENARIOS

#: Digits that are no findings: years, months, articles.
_ALLOWED = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)(年\d{1,2}月)?|[Aa]rticle \d+|art\. [\d, ]+")


def loose_digits(memo: Document) -> list[str]:
    """Return the words outside the register that hold a digit other than a year or an article."""
    texts = [
        one.text
        for block in memo.blocks
        for one in inlines(block)
        if isinstance(one, Text) and not one.quoted
    ]
    return [text for text in texts if re.search(r"\d", _ALLOWED.sub("", text))]


def annex(memo: Document) -> TableBlock:
    return next(block for block in memo.blocks if isinstance(block, TableBlock) and block.anchors)


def text_of(memo: Document) -> str:
    return "".join(
        one.text
        for block in memo.blocks
        if not (isinstance(block, TableBlock) and block.small)
        for one in inlines(block)
        if isinstance(one, Text | Number)
    )


def test_no_digit_enters_the_text_but_through_the_register(memo: Document) -> None:
    assert loose_digits(memo) == []


def test_a_loose_digit_would_be_seen(memo: Document) -> None:
    for words in ("about 40 percent", "约40%", "第7条"):
        changed = (Paragraph((Text(words),)),)
        faulty = replace(memo, blocks=changed, entries=())
        assert loose_digits(faulty) == [words]


def test_the_annex_traces_every_number_and_no_other(memo: Document) -> None:
    said = {
        one.number for block in memo.blocks for one in inlines(block) if isinstance(one, Number)
    }
    listed = [int(words_of(row[0])) for row in annex(memo).rows]
    assert listed == sorted(said)
    assert {entry.number for entry in memo.entries} == said


def test_a_result_is_traced_to_members_seed_model_and_fit(memo: Document) -> None:
    results = [entry for entry in memo.entries if entry.members]
    assert len(results) > 80
    for entry in results:
        assert entry.seed == "1"
        assert entry.fit == "small"
        assert re.fullmatch(r"[0-9a-f]{12}", entry.model)
        assert entry.members == str(MEMBERS)
    assert all(entry.origin for entry in memo.entries)


def test_probabilities_are_those_of_the_runs(memo: Document, small_study: Study) -> None:
    """Run again, apart from the memo, in both worlds."""
    words = Wording(small_study, memo.lang)
    table = next(b for b in memo.blocks if isinstance(b, TableBlock) and b.key == "worlds")
    shown = [(words_of(row[2]), words_of(row[3])) for row in table.rows]
    found: dict[tuple[str, str, str], float] = {}
    for world in ("2018", "actual"):
        runs = small_study.run(SCENARIOS, members=MEMBERS, vintage=world)
        found |= {(world, r.target, r.scenario): r.probability for r in runs.reach().rows}
    expected = [
        tuple(
            words.odds(found[world, target.id, scenario], target.grade)
            for world in ("2018", "actual")
        )
        for target in small_study.plan.targets.targets
        for scenario in SCENARIOS
    ]
    assert shown == expected
    assert any(known != actual for known, actual in shown)


def test_words_follow_the_numbers(memo: Document, small_study: Study) -> None:
    words = Wording(small_study, memo.lang)
    table = next(b for b in memo.blocks if isinstance(b, TableBlock) and b.key == "targets")
    reach = small_study.run(SCENARIOS, members=MEMBERS).reach()
    found = {(r.target, r.scenario): r.probability for r in reach.rows}
    verdicts = [
        words.verdict(found[target.id, scenario])
        for target in small_study.plan.targets.targets
        for scenario in SCENARIOS
    ]
    assert [words_of(row[6]) for row in table.rows] == verdicts
    assert len(set(verdicts)) > 2


def test_the_method_box_states_the_words_for_probabilities(
    memo: Document, small_study: Study
) -> None:
    box = next(block for block in memo.blocks if type(block).__name__ == "Box")
    told = "".join(one.text for one in inlines(box) if isinstance(one, Text | Number))
    words = Wording(small_study, memo.lang)
    ranges = {"zh": ("（<1%）", "（1%～5%）"), "en": (" (<0.01)", " (0.01–0.05)")}[memo.lang]
    assert words.verdict(0.001) + ranges[0] in told
    assert words.verdict(0.02) + ranges[1] in told


def test_each_world_is_named_in_the_findings(memos: dict[str, Document]) -> None:
    assert "即使没有加征关税和疫情" in text_of(memos["zh"])
    assert "even without tariffs and pandemic: P" in text_of(memos["en"])
    assert "in the world as it happened" in text_of(memos["en"])


def test_chinese_units_and_articles(memos: dict[str, Document]) -> None:
    text = text_of(memos["zh"])
    for words in ("高于5900亿元", "不低于4600万人次", "不低于60万吨", "第二十五条", "第七条"):
        assert words in text
    english = text_of(memos["en"])
    for words in ("above 590\u00a0bn yuan", "above 590 bn yuan"):
        if words in english:
            break
    else:
        raise AssertionError("the threshold of goods trade is not said")


def test_one_scenario_and_a_world_of_its_own(small_study: Study) -> None:
    one = make_memo(small_study, ["pandemic_as_happened"], lang="zh", members=3)
    assert loose_digits(one) == []
    text = text_of(one)
    assert "部分取实际值" in text
    assert "与情景" not in text
    assert "试排稿" in text


def test_a_saved_scoreboard_is_told(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {
        "setting": "ex_ante", "horizon": "all", "ratio": 0.8, "coverage90": 0.9, "n": 20,
        "series": "goods_trade",
    }  # fmt: skip
    record = SimpleNamespace(version="board", inputs=inputs_of(small_study))
    saved = SimpleNamespace(rows=[row], record=record, folder=tmp_path)
    monkeypatch.setattr("qiantang.skill.saved.newest", lambda _: saved)
    memo = make_memo(small_study, ["current_policy"], lang="zh", members=2)
    told = text_of(memo)
    assert "回溯检验结果" not in told
    assert "6条标准中1条达标" in told
    assert "5项均未达标" in told
    assert any(entry.origin == "检验结果board" for entry in memo.entries)
    assert loose_digits(memo) == []
    record.inputs = record.inputs | {"model/other.mdl": "of another study"}
    assert "回溯检验结果" in text_of(
        make_memo(small_study, ["current_policy"], lang="zh", members=2)
    )


def test_the_study_s_own_template_is_taken(small_study: Study, tmp_path: Path) -> None:
    files = template_files(small_study.folder, None)
    (tmp_path / "memo").mkdir()
    own = tmp_path / "memo" / "memo.zh.md"
    own.write_text("# x", encoding="utf-8")
    assert template_files(tmp_path, None) == files | {"memo.zh.md": own}


def test_the_same_members_give_the_same_memo(
    memos: dict[str, Document], small_study: Study
) -> None:
    again = make_memo(small_study, SCENARIOS, lang="en", members=MEMBERS)
    assert text_of(again) == text_of(memos["en"])
    assert again.entries == memos["en"].entries
