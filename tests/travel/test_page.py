"""The page in a browser without a network: its numbers are those of `reach`, its words are safe."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.deck.scenarios import deck_scenario
from qiantang.ensemble.outcomes import outcome_rows
from qiantang.session.runs import run_read
from qiantang.study import Study
from qiantang.wording import Wording

from .conftest import MEMBERS
from .offline import context, frame, opened
from .worlds import FRAGMENT, other_world

#: What is compared with.
PIN = 'select[id$="-pin"]'

pytestmark = pytest.mark.filterwarnings("ignore")  # of the browser's driver


def reached(study: Study, scenario: Any) -> list[Any]:
    return list(run_read(study, [scenario], members=MEMBERS).reach().rows)


def holds(study: Study, page: Any, scenario: Any) -> None:
    """Hold the page against reach: P exactly, where reach tells one; medians to 1e-9."""
    drawn, rows = frame(page), reached(study, scenario)
    said = page.locator(".qt-chance").all_inner_texts()
    wording = Wording(study, "zh")
    for row, p, interval, text in zip(
        rows, drawn["probability"], drawn["interval"], said, strict=True
    ):
        assert interval[1] == pytest.approx(row.median, rel=1e-9, abs=1e-12), row.target
        assert interval[0] == pytest.approx(row.p05, rel=1e-9, abs=1e-12), row.target
        if row.probability == row.probability:
            assert p == row.probability, row.target
        if row.grade == "assumed":
            assert re.fullmatch("较有可能|难以判断|不大可能|无数据", text), (row.target, text)
        else:
            assert text == wording.bare_probability(row.probability), row.target


def moved(study: Study, **levers: float) -> Any:
    ends = study.about.scenarios
    return deck_scenario(study.scenario(ends.base), study.scenario(ends.full), levers)


def slider(page: Any, lever: str) -> Any:
    return page.locator(f'input[data-lever="{lever}"]')


def test_odds_and_medians_are_those_of_reach(page: Any, offline: Any, small_study: Study) -> None:
    holds(small_study, page, small_study.scenario("current_policy"))
    page.locator('[data-act="full"]').click()
    holds(small_study, page, small_study.scenario("plan_in_full"))
    page.locator('[data-act="reset"]').click()
    slider(page, "airport_capacity").focus()
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    slider(page, "talent_programme").focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    share = float(slider(page, "talent_programme").input_value())
    holds(small_study, page, moved(small_study, airport_capacity=0.97, talent_programme=share))
    assert offline.complaints == []


def test_an_address_opens_the_state_that_it_was_written_for(
    page: Any, offline: Any, page_file: Path, small_study: Study
) -> None:
    slider(page, "going_global").focus()
    page.keyboard.press("End")
    page.locator(PIN).select_option("plan_in_full")
    page.locator('[data-act="language"]').click()
    before = frame(page)
    fragment = page.evaluate("location.hash")
    assert fragment == "#lang=en&levers=going_global:1&with=plan_in_full"
    other = opened(offline, page_file, fragment)
    assert frame(other) == before
    assert slider(other, "going_global").input_value() == "1"
    assert other.locator(PIN).input_value() == "plan_in_full"
    assert other.locator(".qt-versus").first.inner_text()
    assert other.locator("html").get_attribute("lang") == "en"
    assert offline.complaints == []


@pytest.mark.parametrize(
    "fragment",
    ["#levers=no_such:1,going_global:7,air_routes:x,__proto__:1&lang=fr&with=../x", "#%00", "#<b>",
     "#pinned=<img src=x onerror=alert(1)>&levers=::,:",
     "#outside=slot_ceiling:9,no_such:1,national_fdi:x,__proto__:1"],
)  # fmt: skip
def test_what_is_no_state_is_passed_over(
    offline: Any, page_file: Path, small_study: Study, fragment: str
) -> None:
    page = opened(offline, page_file, fragment)
    holds(small_study, page, small_study.scenario("current_policy"))
    assert page.locator("#page img").count() == 0
    assert offline.complaints == []


def test_a_saved_scenario_checks_and_reach_says_the_same(
    page: Any, offline: Any, small_study: Study, tmp_path: Path
) -> None:
    slider(page, "rule_of_law").focus()
    page.keyboard.press("End")
    slider(page, "city_brand").focus()
    page.keyboard.press("ArrowRight")
    name, title = page.locator('form input[type="text"]').all()
    name.fill("law_first")
    title.fill('法治优先 "<b>x</b>: {y} #z')
    page.locator('[data-act="save"]').click()
    with page.expect_download() as download:
        page.locator(".qt-status a").click()
    file = tmp_path / "law_first.yaml"
    download.value.save_as(file)
    scenario = small_study.scenario(str(file))
    assert scenario.title == '法治优先 "<b>x</b>: {y} #z'
    assert scenario.sha256 == moved(small_study, rule_of_law=1, city_brand=0.01).sha256
    words = ["show", str(file), "--study", str(small_study.folder)]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0, done.output
    holds(small_study, page, scenario)
    assert offline.complaints == []


def test_another_world_is_that_of_a_scenario_file(
    offline: Any, page_file: Path, small_study: Study, tmp_path: Path
) -> None:
    page = opened(offline, page_file, FRAGMENT)
    wanted = other_world(small_study, tmp_path)
    holds(small_study, page, wanted)
    moved = page.locator(".qp-world").inner_text()
    assert "美国对华加征关税 10%" in moved
    assert "全国实际使用外资 −9.2个百分点" in moved
    name, _ = page.locator('form input[type="text"]').all()
    name.fill("another")
    page.locator('[data-act="save"]').click()
    with page.expect_download() as download:
        page.locator(".qt-status a").click()
    file = tmp_path / "saved.yaml"
    download.value.save_as(file)
    assert small_study.scenario(str(file)).sha256 == wanted.sha256
    done = CliRunner().invoke(program, ["show", str(file), "--study", str(small_study.folder)])
    assert done.exit_code == 0, done.output
    page.locator('[data-act="reset"]').click()
    holds(small_study, page, small_study.scenario("current_policy"))
    assert page.locator(".qp-world").inner_text() == ""
    assert offline.complaints == []


def test_outcomes_without_a_figure_are_those_of_reach(page: Any, small_study: Study) -> None:
    page.locator('[data-act="full"]').click()
    drawn = frame(page)["outcomes"]
    scenario, named = small_study.scenario("plan_in_full"), small_study.outcomes
    assert named is not None
    rows = outcome_rows(small_study, [scenario], members=MEMBERS)
    told = {(row.of, row.year): row for row in rows}
    years = [year for year in named.years if year <= 2020]
    assert len(drawn) == len(named.outcomes)
    for item, found in zip(named.outcomes, drawn, strict=True):
        for year, interval in zip(years, found, strict=True):
            row = told[item.of, year]
            assert interval == pytest.approx([row.p05, row.median, row.p95], rel=1e-9), item.of
    page.locator(".qt-outcomes summary").click()
    assert page.locator(".qt-outcome").first.inner_text()


def test_two_packages_stand_beside_each_other(page: Any, small_study: Study) -> None:
    page.locator('[data-act="full"]').click()
    full = page.locator(".qt-chance").all_inner_texts() if frame(page) else []
    page.locator(PIN).select_option("-now")
    page.locator(".qt-key-pinned").wait_for()
    page.locator('[data-act="reset"]').click()
    frame(page)
    versus = [text.split("基准")[1] for text in page.locator(".qt-versus").all_inner_texts()]
    assert versus == full
    page.locator(PIN).select_option("push_talent")
    frame(page)
    page.wait_for_timeout(300)
    wording = Wording(small_study, "zh")
    rows = reached(small_study, small_study.scenario("push_talent"))
    versus = [text.split("基准")[1] for text in page.locator(".qt-versus").all_inner_texts()]
    told = [row for row in zip(rows, versus, strict=True) if row[0].grade != "assumed"]
    assert len(told) > 5
    assert [text for _, text in told] == [wording.bare_probability(r.probability) for r, _ in told]


def test_articles_are_read_on_demand_and_every_word_changes_its_language(page: Any) -> None:
    words = page.locator(".qt-words").nth(1)
    assert not words.locator("blockquote").first.is_visible()
    words.locator("summary").click()
    assert "旅客吞吐量" in words.locator("blockquote").first.inner_text()
    page.locator('[data-act="language"]').click()
    page.get_by_text("Flight deck").wait_for()
    shown = re.sub("中文", "", page.locator("#page").inner_text())
    assert not re.search("[\u4e00-\u9fff]", shown), re.findall("[\u4e00-\u9fff]+", shown)


def test_the_page_says_what_it_is_and_that_it_stays_here(page: Any, small_study: Study) -> None:
    text = page.locator("#page").inner_text()
    for fact in (
        f"{MEMBERS}组样本",
        "随机种子1",
        small_study.fit.record.version,
        "2018-06-30",
        "不联网",
    ):
        assert fact in text
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert "connect" not in policy
    assert "http" not in policy


def test_a_fetch_is_refused_by_the_page_itself(browser: Any, page_file: Path) -> None:
    """The context of this test is online: the policy alone stands in the way."""
    one = browser.new_context()
    page = opened(one, page_file)
    script = "fetch('data:text/plain,x').then(() => 'open', () => 'refused')"
    assert page.evaluate(script) == "refused"
    script = """() => {
      const added = document.createElement("script");
      added.text = "window.ran = 1";
      document.body.append(added);
      return String(window.ran);
    }"""
    assert page.evaluate(script) == "undefined"
    one.close()


@pytest.mark.parametrize("width", [1400, 900, 390, 320])
def test_nothing_overflows_at_any_width(browser: Any, page_file: Path, width: int) -> None:
    with context(browser, viewport={"width": width, "height": 800}) as one:
        page = opened(one, page_file)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        strip = page.locator(".qp-strip")
        assert strip.is_visible() == (width <= 640)
        if width <= 640:
            small, large = strip.locator("b"), page.locator(".qt-chance")
            slider(page, "market_access").focus()
            page.keyboard.press("End")
            frame(page)
            assert small.all_inner_texts() == large.all_inner_texts()
        assert one.complaints == []


def test_a_dark_screen_has_light_ink(browser: Any, page_file: Path) -> None:
    def ink(scheme: str) -> int:
        with context(browser, color_scheme=scheme) as one:
            page = opened(one, page_file)
            colour = page.evaluate("getComputedStyle(document.querySelector('.qt-deck')).color")
            return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert ink("light") < 250
    assert ink("dark") > 600


@pytest.mark.parametrize("fragment", ["", "&outside=slot_ceiling:2.2&with=plan_in_full"])
def test_it_prints_on_one_sheet_of_a4(offline: Any, page_file: Path, fragment: str) -> None:
    page = opened(offline, page_file, f"#lang=en{fragment}")
    content = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    assert {tuple(round(float(x)) for x in size) for size in sizes} == {(842, 595)}


def test_axe_finds_nothing_serious(offline: Any, page: Any) -> None:
    why = "axe_playwright_python looks for faults of access and is not installed"
    axe = pytest.importorskip("axe_playwright_python", reason=why)
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(script)
    page.locator(".qt-words summary").first.click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(200)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        grave = [
            (one["id"], [node["target"] for node in one["nodes"]][:4])
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == [], scheme


def test_the_zip_holds_the_page_and_both_are_small(page_file: Path) -> None:
    with zipfile.ZipFile(page_file.with_suffix(".zip")) as archive:
        assert archive.namelist() == ["reach.html"]
        assert archive.read("reach.html") == page_file.read_bytes()
    assert page_file.stat().st_size < 600_000  # all but the members


def test_the_same_study_gives_the_same_page(page_file: Path, small_study: Study) -> None:
    again = small_study.page(members=MEMBERS, date="2018-06-30").html()
    assert again == page_file.read_text(encoding="utf-8")


def test_no_text_of_the_model_file_travels(page_file: Path, small_study: Study) -> None:
    text = page_file.read_text(encoding="utf-8")
    equations = [
        line.strip()
        for line in small_study.model_file.read_text(encoding="utf-8").splitlines()
        if re.match(r"^\s*[A-Za-z ]{8,}\*", line)
    ]
    assert len(equations) > 5
    assert not [line for line in equations if line in text]


def test_where_webassembly_is_refused_plain_javascript_says_the_same(
    browser: Any, page_file: Path, small_study: Study
) -> None:
    with context(browser) as one:
        one.add_init_script("delete window.WebAssembly")
        page = opened(one, page_file)
        page.locator('[data-act="full"]').click()
        holds(small_study, page, small_study.scenario("plan_in_full"))
        assert one.complaints == []
