"""One thing has one Chinese name, in every file of phrases and every name of the study."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qiantang.study import Study
from qiantang.wording import Wording
from qiantang.wording.names import VERDICTS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "qiantang"
#: Files that hold Chinese for readers. The plan's own articles keep the plan's own words.
FILES = sorted(
    path
    for pattern in (
        "src/qiantang/wording/*.yaml", "src/qiantang/memo/words.yaml",
        "src/qiantang/memo/templates/memo.zh.md", "src/qiantang/**/*.py",
        "src/qiantang/deck/front/*.js", "src/qiantang/travel/front/*.js", "docs/zh/*.md",
        "model/*.mdl", "study.yaml", "scenarios/*.yaml", "scenarios/plan/outcomes.yaml",
        "scenarios/plan/effort.yaml", "calibration/evidence/*.yaml",
    )
    for path in ROOT.glob(pattern)
)  # fmt: skip
#: Words that once stood for a thing, and the one that does.
OLD = {
    r"(?<!随机)种子(?!\{name\})": "随机种子",
    r"成员(?!单位|国)": "样本",
    r"驱动(变量|因素|因子)|外生变量": "外部变量",
    r"[个名]样本": "组样本",
    r"杠杆(?!率)": "举措",
    r"草案": "公开征求意见的《…》",
    r"行动方案|本方案|该方案提出": "《实施意见》",
    r"无文献|没有文献|来源不明": "未见文献",
    r"如实发生|按实际发生|部分如实": "取实际值",
    r"共带来": "合计增加",
    r"改革剂量": "改革力度",
    r"在途外资|在建外资": "待到位合同外资",
    r"（共\{?\w": "5项中仅1项达标",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_old_words_are_gone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in OLD.items():
        lines = [line for line in text.splitlines() if re.search(old, line)]
        assert not lines, f"{new} is the word: {lines[0].strip()}"


def test_an_old_word_is_seen() -> None:
    assert re.search(next(iter(OLD)), "1000个样本，种子1")
    assert not re.search(next(iter(OLD)), "1000组样本，随机种子1")
    assert len(FILES) > 100


@pytest.mark.parametrize("chance", [0.37, 0.5, 0.64])
def test_what_may_go_either_way_is_said_so(chance: float, study: Study) -> None:
    assert Wording(study, "zh").verdict(chance) == "成败参半"
    assert [end for end, word in VERDICTS if word == "even"] == [pytest.approx(2 / 3)]


def test_the_plan_is_called_by_its_own_name(study: Study) -> None:
    told = Wording(study, "zh").phrase("legend.plan")
    assert told == "2018年6月公开征求意见的《实施意见》"
    assert "实施意见" in study.plan.articles.source.title_zh


def test_names_of_the_model_that_an_office_uses(study: Study) -> None:
    words = Wording(study, "zh")
    assert words.variable("investment_pipeline") == "待到位合同外资"
    assert words.variable("reform") == "改革力度"
