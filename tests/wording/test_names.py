"""Files, folders and things may be called by Chinese names, wherever a command asks for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.study import Study

SCENARIO = """title: Slots first
title_zh: 时刻优先
question: What if slots come first?
question_zh: 若时刻先行？
base: current_policy
levers:
  机场能力: {unit: Dmnl, path: {2018.5: 0, 2019: 1}, between: ramp, cites: [7], reading: stated,
    note: 第七条}
"""
DESIGN = """title: How strongly
question: Does strength matter?
kind: grid
scenarios: [时刻优先.yaml]
members: 5
seed: 1
axes: {strength: {intensity: 机场能力, unit: Dmnl, values: [0, 1]}}
"""
#: What is typed, one after the other, and the file that it leaves.
TYPED = [
    ("reach 时刻优先.yaml --members 5 --out 目标.csv", "目标.csv"),
    ("run 时刻优先.yaml 现行政策 --members 5 --variable 机场旅客吞吐量 --out 结果.nc", "结果.nc"),
    ("compare 现行政策 时刻优先.yaml --members 5", None),
    ("sweep 抽样.yaml --out 扫描 --workers 1", "扫描"),
    ("evidence 旅客吞吐量", None),
    ("loops 旅客吞吐量 --members 2", None),
    ("show 时刻优先.yaml", None),
]


def test_chinese_names_are_taken_everywhere(
    small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small_study.folder, tmp_path / "杭州研究")
    (tmp_path / "时刻优先.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "抽样.yaml").write_text(DESIGN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for words, left in TYPED:
        result = CliRunner().invoke(
            program, [*words.split(), "--study", "杭州研究", "--lang", "zh"], catch_exceptions=False
        )
        assert result.exit_code == 0, (words, result.output)
        assert left is None or (tmp_path / left).exists()
