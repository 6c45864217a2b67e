"""Verbs asked in Chinese answer in Chinese: headings, units, notes, the line at the end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program

ROOT = Path(__file__).parents[2]
#: What is typed, and words that stand in the answer.
ASKED = [
    ("compare current_policy plan_in_full --members 8",
     ("A为现行政策，B为实施意见全面落实", "B减A", "90%区间", "亿元", "万人次", "差值逐组样本计算")),
    ("levers --members 8 --pairs 0", ("单项举措全力推进时各目标的变化", "机场能力", "随机种子1")),
    ("levers --members 8 --pairs 2 --target passengers",
     ("旅客吞吐量（万人次）：与“现行政策”相比的变化", "份额", "±标准误", "合计：实施意见全面落实")),
    ("solve --members 8 --target goods_trade --probability 0.55",
     ("以55%的概率实现货物贸易进出口总额", "5900亿元", "随机种子1")),
    ("learn --members 50 --target goods_trade",
     ("待选情景：货物贸易进出口总额", "需了解的事项", "《实施意见》全部力度的百分比",
      "全部事项", "共55项，其中")),
    ("sensitivity passengers --members 50",
     ("Shapley效应", "未能解释", "秩相关", "纯属偶然时PAWN可达", "分布之间的距离")),
    ("review --as-of 2019-03-31 --members 50",
     ("各目标实现概率（现行政策）", "下一年度须达到的水平", "重点关注数据", "亿元", "数据项数：")),
    ("loops passengers --members 2 --top 3",
     ("经过机场旅客吞吐量的反馈回路（2组样本", "最强的概率", "回路之外的份额", "典型强度")),
    ("skill", ("达标", "5项中仅4项达标", "起点2009—2018年，1000组样本")),
    ("evidence fdi_used", ("71.13亿美元", "有文献", "模型（90%区间）", "各数据的出处与说明")),
    ("evidence", ("机场旅客吞吐量", "万人次", "拟合", "核对")),
    ("articles", ("列出其他条款所涉领域", "目标，或未建模的原因", "货物贸易进出口总额")),
    ("panel --show", ("估计量", "先验", "后验", "引资份额·漂移")),
    ("sweep one_year_late --dry-run", ("单项举措晚一年", "模拟次数：", "500组样本", "设计点：")),
    ("show tariffs_as_happened", ("文件：", "外部环境：2018", "外部变量added_us_tariff：actual")),
]  # fmt: skip
_ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize(("words", "told"), ASKED, ids=[words for words, _ in ASKED])
def test_a_verb_answers_in_chinese(words: str, told: tuple[str, ...]) -> None:
    result = CliRunner().invoke(
        program, [*words.split(), "--study", str(ROOT), "--lang", "zh"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    for word in told:
        assert word in result.output, (word, result.output)
    assert not _ENGLISH.search(result.output), _ENGLISH.search(result.output)


def test_an_english_sentence_would_be_seen() -> None:
    assert _ENGLISH.search("90%区间 share of the members")
