"""What a study, a scenario, runs and a reach table show of themselves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from qiantang.display import reach_html
from qiantang.ensemble.reach import Reach, Row
from qiantang.files.tables import PlainTable, text_table
from qiantang.rendering import chance, html_table, number
from qiantang.session import FinishedRuns, open_study
from qiantang.study import Study

VOID = {"br", "hr", "img", "col"}


class Checker(HTMLParser):
    """Reads HTML and refuses tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def runs(small_study: Study) -> FinishedRuns:
    return small_study.run(["current_policy", "plan_in_full"], members=12)


def row(**changes: object) -> Row:
    plain = Row("base", "cargo", 7, "kt/Year", 600.0, 802.0, 647.0, 970.0, 0.984, 802.05, "2018",
                200, 0)  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_study_tells_its_parts_and_what_to_do_next(small_study: Study) -> None:
    text = repr(small_study)
    for words in ("Study hangzhou", "33 articles, 9 targets, 19 levers", "small, 12 members",
                  "current_policy", "study.deck()"):  # fmt: skip
        assert words in text
    assert str(small_study.folder) not in text  # the same on every machine
    page = Checker(small_study._repr_html_())
    assert "实施意见全面落实" in page.words
    assert page.tags.count("tr") > len(small_study.scenario_names())


def test_study_with_faults_still_shows(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(small_study.folder, folder)
    (folder / "scenarios" / "push_talent.yaml").write_text("title: [", encoding="utf-8")
    (folder / "scenarios" / "plan" / "targets.yaml").write_text("x: 1\n", encoding="utf-8")
    broken = open_study(folder)
    assert "qiantang check tells where" in repr(broken)
    assert "push_talent" in repr(broken)
    words = Checker(broken._repr_html_()).words
    assert sum("fault" in word for word in words) >= 2


def test_study_without_fit_says_how_to_make_one(small_study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(small_study.folder, folder, ignore=lambda _, names: {"fits"} & set(names))
    assert "none yet, run: qiantang calibrate" in repr(open_study(folder))


def test_scenario_shows_question_base_and_paths(small_study: Study) -> None:
    text = repr(small_study.scenario("tariffs_as_happened"))
    assert "Scenario tariffs_as_happened" in text
    assert "plan_in_full <- current_policy" in text
    assert "2018, added_us_tariff actual" in text
    assert "0 in 2018.5 -> 1 in 2019" in text
    page = Checker(small_study.scenario("push_airport")._repr_html_())
    assert "airport_capacity" in page.words
    assert "none moves" in repr(small_study.scenario("current_policy"))
    Checker(small_study.scenario("current_policy")._repr_html_())


def test_words_of_a_file_are_escaped(small_study: Study, runs: FinishedRuns) -> None:
    evil = '<script>alert(1)</script>&"'
    scenario = replace(small_study.scenario("push_airport"), title=evil, question=evil, name=evil)
    page = Checker(scenario._repr_html_())
    assert "script" not in page.tags
    dataset = runs.dataset.assign_coords(scenario_title=("scenario", [evil, evil]))
    page = Checker(FinishedRuns(dataset, small_study)._repr_html_())
    assert "script" not in page.tags
    page = Checker(reach_html(Reach((row(scenario=evil, target=evil, unit=evil),))))
    assert "script" not in page.tags
    assert any(evil in word for word in page.words)


def test_runs_show_scenarios_variables_and_origin(runs: FinishedRuns) -> None:
    text = repr(runs)
    assert text.startswith("Runs of 2 scenarios, 12 members, 2000 to 2025\n")
    for words in (
        "实施意见全面落实",
        "drivers 2018",
        "34 variables: fdi_used",
        "fit small, seed 1",
    ):
        assert words in text
    page = Checker(runs._repr_html_())
    assert page.tags.count("details") == 1
    assert "passengers" in page.words


def test_diverged_members_are_told(small_study: Study, runs: FinishedRuns) -> None:
    dataset = runs.dataset.copy(deep=True)
    dataset["diverged"][1, :3] = True
    assert "3 diverged" in repr(FinishedRuns(dataset, small_study))
    assert "3 diverged" not in repr(runs)
    told = repr(Reach((row(diverged=3),)))
    assert "base: 3 of 200 members diverged and are left out" in told


def test_reach_shows_probabilities_medians_and_the_world(runs: FinishedRuns) -> None:
    reach = runs.reach()
    text = repr(reach)
    lines = text.splitlines()
    assert len([line for line in lines if line.startswith("passengers")]) == 1
    assert "[1] current_policy" in text
    assert "[2] plan_in_full" in text
    assert "12 members; vintage of the drivers: 2018" in text
    assert max(map(cell_len, lines)) <= 120
    page = Checker(reach._repr_html_())
    assert "Airport passengers 旅客吞吐量" in page.words
    assert "P: The plan in full 实施意见全面落实" in page.words
    # Eight bars a scenario: no series tells where outward investment stands.
    assert reach._repr_html_().count("linear-gradient") == 16


def test_reach_of_many_scenarios_fits_the_screen() -> None:
    rows = tuple(row(scenario=f"a_rather_long_name_{i}", probability=i / 10) for i in range(11))
    text = repr(Reach(rows))
    assert max(map(cell_len, text.splitlines()[:-1])) <= 120
    assert "[11] a_rather_long_name_10" in text
    assert Checker(reach_html(Reach(rows))).tags.count("th") == 5 + 11


def test_worlds_that_differ_are_named() -> None:
    text = repr(Reach((row(), row(scenario="hit", vintage="actual"))))
    assert "2018 in base; actual in hit" in text


def test_missing_numbers_are_dashes() -> None:
    gone = float("nan")
    text = repr(Reach((row(median=gone, p05=gone, p95=gone, probability=gone, actual=None),)))
    assert "- (-..-)" in text
    page = Checker(reach_html(Reach((row(probability=gone),))))
    assert "-" in page.words
    assert "gradient" not in reach_html(Reach((row(probability=gone),)))


def test_reach_without_rows() -> None:
    assert repr(Reach(())) == "Reach: no scenario"
    Checker(reach_html(Reach(())))


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "-"), (float("nan"), "-"), (802.05, "802"), (46.2, "46.2"), (0.031, "0.031"),
     (12345.6, "12,346"), (-1.42, "-1.42")],
)  # fmt: skip
def test_numbers_have_three_digits(value: float | None, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(("value", "words"), [(0.0, "<0.01"), (1.0, ">0.99"), (0.5, "0.50")])
def test_ensemble_is_never_certain(value: float, words: str) -> None:
    assert chance(value) == words


def test_chinese_takes_two_columns() -> None:
    lines = text_table(("a", "b"), [("意见", "1"), ("x", "22")], right={1})
    assert [cell_len(line) for line in lines] == [8, 8, 8]


def test_table_colours_follow_the_page() -> None:
    html = html_table(("a",), [("1",)], bars={(0, 0): 0.25})
    assert "25%" in html
    assert "#fff" not in html
    assert "background:rgb(" not in html


@pytest.mark.parametrize(("room", "parts"), [(40, 4), (60, 2), (80, 1), (118, 1)])
def test_no_name_is_cut_on_a_narrow_screen(room: int, parts: int) -> None:
    names = ("cross_border_ecommerce_trade", "outward_investment")
    more = ("bnUSD/Year", "1,234.5", "a longer text of several words that goes on", "0.98")
    rows = [(name, *more) for name in names]
    lines = text_table(("name", "unit", "median", "what it is", "P"), rows, {2, 4}, room)
    assert max(map(cell_len, lines)) <= room
    words = " ".join(lines).split()
    assert all(words.count(word) >= 2 for cell in more for word in cell.split())
    assert [words.count(name) for name in names] == [parts, parts]


def test_what_looks_like_a_mark_of_rich_is_text() -> None:
    table = PlainTable("[red]name[/red]", title="[bold]title")
    table.add_row("[link=x]a[/link]")
    screen = Console(width=60, record=True, file=StringIO())
    screen.print(table)
    told = screen.export_text()
    assert all(text in told for text in ("[red]name[/red]", "[bold]title", "[link=x]a[/link]"))
