"""The plan: the draft's words unchanged, every article explained, targets that hang together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mistakes import Mistake, accepted, each_mistake
from qiantang.faults import StudyError
from qiantang.model.mdl import read_dictionary
from qiantang.plan.articles import draft_text
from qiantang.plan.tables import articles_table
from qiantang.plan.targets import read_articles, read_plan, read_targets
from qiantang.wording.figures import numeral

PLAN = Path(__file__).parents[2] / "scenarios" / "plan"
# Of the draft as it came to us; kept here as well, so that file and digest cannot drift together.
DRAFT_SHA256 = "cc4f8021d04c22725e8dae00acfd7bad1d62509649dac5030061aff0b45dadce"
THRESHOLDS = {
    "goods_trade": (590, "above", 3),
    "foreign_investment": (20, "above", 3),
    "passengers": (46, "at_least", 7),
    "cargo": (600, "at_least", 7),
    "destinations": (50, "at_least", 7),
    "services_share": (0, "rises", 3),
    "outward_investment": (0, "rises_each_year", 3),
    "overseas_zones": (4, "at_least", 17),
    "sister_cities": (32, "at_least", 25),
}


def test_the_quotes_rebuild_the_draft_word_for_word() -> None:
    text = draft_text(read_articles(PLAN / "articles.yaml"))
    assert hashlib.sha256(text.encode()).hexdigest() == DRAFT_SHA256


def test_there_are_33_articles_in_12_chapters_three_of_them_with_their_own_heading() -> None:
    articles = read_articles(PLAN / "articles.yaml")
    assert [article.number for article in articles.articles] == list(range(1, 34))
    assert [chapter.number for chapter in articles.chapters] == list(range(1, 13))
    assert [c.number for c in articles.chapters if c.heading == "stated"] == [2, 6, 11]


def test_all_but_the_two_frame_articles_are_modelled() -> None:
    articles = read_articles(PLAN / "articles.yaml").articles
    assert [a.number for a in articles if not a.modelled] == [1, 2]
    assert all(a.delay_years for a in articles if a.modelled)


def test_a_translation_is_complete_in_length() -> None:
    for article in read_articles(PLAN / "articles.yaml").articles:
        words = len(article.translation.split())
        assert 0.45 < words / len(article.quote) < 0.85, article.number
        assert article.translation.startswith(f"({article.number}) ")


def test_the_figures_of_the_text_stand_in_the_targets() -> None:
    targets = read_plan(PLAN).targets.targets
    assert {t.id: (t.threshold, t.sense, t.article) for t in targets} == THRESHOLDS


def test_only_at_least_is_met_by_the_figure_itself() -> None:
    for target in read_targets(PLAN / "targets.yaml").targets:
        at = target.threshold
        expected = [False, target.sense == "at_least", True]
        assert target.is_reached([at - 0.1, at, at + 0.1]).tolist() == expected


def test_numerals_are_written_as_the_draft_counts() -> None:
    written = [numeral(number) for number in (1, 9, 10, 11, 20, 21, 33)]
    assert written == ["一", "九", "十", "十一", "二十", "二十一", "三十三"]


def test_the_table_shows_every_article() -> None:
    plan = read_plan(PLAN)
    rows = articles_table(plan)
    assert [row["number"] for row in rows] == list(range(1, 34))
    assert rows[6]["targets"] == ["passengers", "cargo", "destinations"]
    assert rows[6]["chapter_heading"] == "inferred"
    assert len({row["chapter"] for row in rows if row["chapter_heading"] == "inferred"}) == 9


def copy(folder: Path, change: Callable[[str, str], str]) -> Path:
    for name in ("articles.yaml", "targets.yaml"):
        text = (PLAN / name).read_text(encoding="utf-8")
        (folder / name).write_text(change(name, text), encoding="utf-8")
    return folder


def replaced(old: str, new: str) -> Callable[[str, str], str]:
    return lambda _, text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("targets: [overseas_zones]", "targets: [zones]", "unknown target 'zones'"),
        ("    article: 17\n", "    article: 34\n", "the plan has no article 34"),
        ("合作区4家\n    unit", "合作区5家\n    unit", "in article 17"),
        ("    targets: [sister_cities]\n", "", "article 25 does not list this target"),
    ],
)
def test_articles_and_targets_are_checked_together(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    folder = copy(tmp_path, replaced(old, new))
    with pytest.raises(StudyError, match=expected):
        read_plan(folder)


def test_names_of_the_model_are_checked_where_they_are_given() -> None:
    articles = read_articles(PLAN / "articles.yaml").articles
    levers = {lever for article in articles for lever in article.levers}
    used = Counter(variable for article in articles for variable in article.variables)
    targets = read_targets(PLAN / "targets.yaml").targets
    used.update(name for t in targets for name in [t.measure.variable, *t.measure.over])
    read_plan(PLAN, levers, set(used))
    with pytest.raises(StudyError) as caught:
        read_plan(PLAN, levers - {"city_brand"}, set(used) - {"passengers"})
    text = str(caught.value)
    assert text.count("unknown lever 'city_brand'") == 5
    assert text.count("unknown variable 'passengers'") == used["passengers"]


def test_what_the_plan_names_stands_in_the_model() -> None:
    dictionary = read_dictionary(PLAN.parents[1] / "model" / "hangzhou.mdl")
    levers = {lever.identifier for lever in dictionary.levers()}
    plan = read_plan(PLAN, levers, set(dictionary))
    assert {lever for a in plan.articles.articles for lever in a.levers} == levers


def test_the_goals_inside_the_model_are_those_of_the_text() -> None:
    dictionary = read_dictionary(PLAN.parents[1] / "model" / "hangzhou.mdl")
    goal = {name: float(dictionary[name].equation) for name in dictionary if name.endswith("_goal")}
    assert goal["goods_trade_goal"] == THRESHOLDS["goods_trade"][0]
    assert goal["passenger_goal"] == THRESHOLDS["passengers"][0]
    assert goal["foreign_investment_goal"] * 3 == pytest.approx(20, rel=1e-3)


@each_mistake("articles")
def test_bad_articles_give_their_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(read_articles, tmp_path)


@each_mistake("targets")
def test_bad_targets_give_their_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(read_targets, tmp_path)


def test_the_texts_that_are_edited_are_sound(tmp_path: Path) -> None:
    accepted("articles", read_articles, tmp_path)
    accepted("targets", read_targets, tmp_path)
