"""A bench tells in Chinese what it ran and timed; its record keeps the English names."""

from __future__ import annotations

import re

import pytest

from qiantang.benchmark.report import Figure, Report, table
from qiantang.validate.battery import BATTERY
from qiantang.wording.language import phrase
from qiantang.wording.waited import waited

NAMES = {
    "kernel": "内核",
    "searching: P = 0.520": "搜索中，概率0.520",
    "seed 3, generation 12 of 40": "随机种子3，第12代，共40代",
    "of a kind that nobody has told": "of a kind that nobody has told",
    "Simlin": "Simlin",
    "Simlin: not installed": "Simlin：未安装",
    "1,000 members, warm": "1000组样本，已预热",
    "1,000 members of the fit, one scenario, warm, from the start to 2036":
        "拟合所得样本1000组，一个情景，已预热，从起点算至2036",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_run_and_timed_is_named(name: str) -> None:
    assert waited(name, "zh") == NAMES[name]
    assert waited(name, "en") == name


def test_a_bench_is_told_in_chinese() -> None:
    figures = [Figure("kernel", 1, 123456.7, 1.0, None)]
    report = Report("a.mdl", 1234, 4096, ["a"], ["b"], figures, {"1,000 members, warm": 0.1})
    report.cost = [(10_000, 2.0, 3 * 2**20), (100, 1.0, 0)]
    told = table(report, "zh")
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", told), told
    assert "内存峰值3 MiB" in told
    assert "内存峰值不详" in told
    assert "10,000 members, 20 times of one output kept: 2.00 s, 5,000 runs/s" in table(report)


def test_every_test_of_the_report_has_its_english_title_and_a_chinese_one() -> None:
    for entry in BATTERY:
        assert phrase(f"validate.test.{entry.id}", "en") == entry.title
        assert phrase(f"validate.test.{entry.id}", "zh") != entry.title
