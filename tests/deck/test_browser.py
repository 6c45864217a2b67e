"""The deck in a real browser: JupyterLab and Voila, mouse and keyboard, both languages."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import (
    open_in_lab,
    probabilities,
    server,
    settled,
    shown_deck,
    slider,
    wanted,
    write_notebook,
)

from qiantang.study import Study

pytestmark = pytest.mark.filterwarnings("ignore")  # of the browser's driver


def drag(page: Any, handle: Any, start: float, end: float, steps: int = 30) -> None:
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    y = box["y"] + box["height"] / 2
    place = lambda share: box["x"] + 8 + share * (box["width"] - 16)  # noqa: E731
    page.mouse.move(place(start), y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(place(start + (end - start) * step / steps), y)
        page.wait_for_timeout(16)
    page.mouse.up()


def moved(study: Study, **levers: float) -> Any:
    deck = study.deck(members=12)
    deck.set(**levers)
    return deck.scenario()


@pytest.fixture(scope="module")
def shared_deck(page: Any, lab: tuple[str, Path]) -> Any:
    """Return the deck of a notebook that is opened and run once."""
    return open_in_lab(page, lab[0], "deck.ipynb")


@pytest.fixture
def deck(page: Any, shared_deck: Any) -> Any:
    """Return the shared deck as it stands when it is opened, whatever was done with it before."""
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    language = shared_deck.locator('[data-act="language"]')
    if language.get_attribute("lang") == "zh":  # the one that it leads to
        language.click()
    for words in shared_deck.locator('form input[type="text"]').all():
        words.fill("")
    shared_deck.evaluate("deck => deck.querySelectorAll('details').forEach(d => d.open = false)")
    shared_deck.locator("select").select_option("-off")
    shared_deck.locator('[data-act="reset"]').click()
    settled(page)
    page.complaints.clear()
    return shared_deck


def test_mouse_drag_moves_the_numbers_to_those_of_a_run(
    page: Any, deck: Any, small_study: Study
) -> None:
    assert probabilities(deck) == wanted(small_study, small_study.scenario("current_policy"))
    assert deck.locator('input[type="range"]').count() == 19
    assert deck.locator(".qt-card canvas").count() == 9
    drag(page, slider(deck, "investment_promotion"), 0.0, 1.0)
    settled(page)
    share = float(slider(deck, "investment_promotion").input_value())
    assert share > 0.9
    scenario = moved(small_study, investment_promotion=share)
    assert probabilities(deck) == wanted(small_study, scenario)
    assert page.complaints == []


def test_keyboard_alone_moves_a_slider_and_jupyter_hears_nothing(
    page: Any, deck: Any, small_study: Study
) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    handle = slider(deck, "airport_capacity")
    handle.focus()
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    settled(page)
    assert handle.input_value() == "0.96"
    assert handle.get_attribute("aria-valuetext") == "0.96"
    assert probabilities(deck) == wanted(small_study, moved(small_study, airport_capacity=0.96))
    for key in ("d", "d", "a", "x", "b"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.lever") == "air_routes"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert slider(deck, "air_routes").input_value() == "0.01"


def test_every_control_has_a_name_and_focus_follows_the_page(page: Any, deck: Any) -> None:
    every = "[...document.querySelectorAll('.qt-deck :is(input,select,button)')]"
    label = "(n.labels && [...n.labels].map(l => l.innerText).join(' '))"
    names = page.evaluate(
        f"() => {every}.map(n => n.getAttribute('aria-label') || {label} || n.innerText)"
    )
    assert len(names) >= 27
    assert all(name and name.strip() for name in names)
    order = page.evaluate(f"() => {every}.map(n => n.tabIndex)")
    assert set(order) == {0}
    labels = [c.get_attribute("aria-label") for c in deck.locator("canvas").all()]
    assert all("扇形图" in label for label in labels)


def test_language_changes_every_word_and_no_number(
    page: Any, deck: Any, small_study: Study
) -> None:
    slider(deck, "city_brand").focus()
    page.keyboard.press("End")
    settled(page)
    deck.locator('[data-act="language"]').click()
    deck.get_by_text("Flight deck").wait_for()
    text = re.sub("中文|[\u4e00-\u9fff]*飞", "", deck.inner_text())
    assert not re.search("[\u4e00-\u9fff]", text), re.findall("[\u4e00-\u9fff]+", text)
    assert slider(deck, "city_brand").input_value() == "1"
    assert probabilities(deck) == wanted(small_study, moved(small_study, city_brand=1), "en")
    assert page.evaluate("document.activeElement.dataset.act") == "language"


def test_outcomes_without_a_figure_follow_the_sliders(page: Any, deck: Any) -> None:
    table = deck.locator(".qt-outcomes")
    assert table.get_attribute("open") is None
    table.locator("summary").click()
    before = table.locator(".qt-outcome").all_inner_texts()
    assert len(before) == 2 * table.locator("tbody tr").count()
    assert all(re.match(r"^−?[\d.]+", text) for text in before), before
    deck.locator('[data-act="full"]').click()
    settled(page)
    assert table.locator(".qt-outcome").all_inner_texts() != before


def test_reset_all_and_pinned_comparison(page: Any, deck: Any, small_study: Study) -> None:
    base = small_study.scenario("current_policy")
    deck.locator('[data-act="full"]').click()
    settled(page)
    full = wanted(small_study, small_study.scenario("plan_in_full"))
    assert probabilities(deck) == full
    deck.locator("select").select_option("-now")
    deck.locator(".qt-key-pinned").wait_for()
    deck.locator('[data-act="reset"]').click()
    settled(page)
    assert probabilities(deck) == wanted(small_study, base)
    versus = deck.locator(".qt-versus").all_inner_texts()
    assert [text.split("基准")[1] for text in versus] == full
    deck.locator("select").select_option("plan_as_staffed")
    settled(page)
    staffed = wanted(small_study, small_study.scenario("plan_as_staffed"))
    versus = deck.locator(".qt-versus").all_inner_texts()
    assert [text.split("基准")[1] for text in versus] == staffed
    deck.locator("select").select_option("-off")
    deck.locator(".qt-key-pinned").wait_for(state="detached")
    assert set(deck.locator(".qt-versus").all_inner_texts()) == {""}


def test_saved_scenario_checks_and_a_second_save_is_refused(
    page: Any, deck: Any, small_study: Study, lab: tuple[str, Path]
) -> None:
    slider(deck, "talent_programme").focus()
    page.keyboard.press("End")
    settled(page)
    name, title = deck.locator('form input[type="text"]').all()
    name.fill("talent_first")
    title.fill("人才优先 <b>x</b>")
    deck.locator('[data-act="save"]').click()
    status = deck.locator(".qt-status")
    status.get_by_text("已保存").wait_for()
    saved = small_study.scenario(str(lab[1] / "talent_first.yaml"))
    assert saved.title == "人才优先 <b>x</b>"
    assert saved.sha256 == moved(small_study, talent_programme=1).sha256
    with page.expect_download() as download:
        status.locator("a").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text == (lab[1] / "talent_first.yaml").read_text(encoding="utf-8")
    deck.locator('[data-act="save"]').click()
    status.get_by_text("the file exists and is kept").wait_for()
    name.fill("Bad Name")
    deck.locator('[data-act="save"]').click()
    assert name.evaluate("node => node.validity.patternMismatch")


def test_python_moves_the_sliders_and_a_second_view_follows(page: Any, deck: Any) -> None:
    first, second = page.locator(".qt-deck").all()
    slider(first, "rule_of_law").focus()
    page.keyboard.press("End")
    settled(page)
    page.wait_for_function(
        "() => document.querySelectorAll('.qt-deck')[1]"
        ".querySelector('[data-lever=rule_of_law]').value === '1'"
    )
    page.wait_for_timeout(300)
    assert probabilities(second) == probabilities(first)


def test_one_frame_is_in_flight_and_the_newest_state_is_drawn_last(page: Any, deck: Any) -> None:
    page.evaluate("document.querySelector('.qt-deck').qtFrames.length = 0")
    drag(page, slider(deck, "going_global"), 0.0, 0.8, steps=90)
    settled(page)
    frames = page.evaluate("document.querySelector('.qt-deck').qtFrames")
    assert 10 < len(frames) <= 91
    for before, after in pairwise(frames):
        assert after["asked"] >= before["answered"], "two frames were in flight"


@pytest.mark.parametrize("width", [1500, 900, 640])
def test_nothing_overflows_at_any_width(page: Any, deck: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(300)
    over = page.evaluate("""async () => {
        const over = () => [...document.querySelectorAll('.qt-deck *')]
            .filter(n => n.scrollWidth > n.clientWidth + 1 && n.clientWidth > 0
                         && !n.matches('.qt-unseen, input, option, select, .qt-lever small'));
        for (let wait = 0; over().length && wait < 50; wait++)  // what was drawn is drawn anew
            await new Promise((done) => setTimeout(done, 200));
        return over().map(n => n.className + ' ' + n.innerText.slice(0, 40));
    }""")
    assert over == []


def test_a_chosen_card_shows_what_each_lever_does_to_it(
    page: Any, deck: Any, small_study: Study
) -> None:
    effects = deck.locator(".qt-effect")
    assert set(effects.all_inner_texts()) == {""}
    deck.locator('.qt-card[data-target="passengers"] .qt-choose').click()
    page.wait_for_function(
        "deck => [...deck.querySelectorAll('.qt-effect')].every(one => one.textContent)",
        arg=deck.element_handle(), timeout=60_000,
    )  # fmt: skip
    told = effects.all_inner_texts()
    levers = [box.get_attribute("data-lever") for box in deck.locator(".qt-lever input").all()]
    assert len(told) == len(levers)
    place = [target.id for target in small_study.plan.targets.targets].index("passengers")
    ends = [wanted(small_study, moved(small_study, airport_capacity=end))[place] for end in (0, 1)]
    low, high = (int(end.strip("<>%")) for end in ends)
    shown = int(told[levers.index("airport_capacity")].replace("−", "-"))
    assert shown == pytest.approx(high - low, abs=1)
    deck.locator('.qt-card[data-target="passengers"] .qt-choose').click()
    assert set(effects.all_inner_texts()) == {""}


def test_sliders_odds_and_cards_stand_in_one_view(page: Any, deck: Any) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    settled(page)
    for part in (".qt-bar", ".qt-levers", ".qt-cards"):
        box = deck.locator(part).bounding_box()
        assert box["height"] < 760
    top, last = deck.locator(".qt-bar").bounding_box(), deck.locator(".qt-main").bounding_box()
    assert last["y"] + last["height"] - top["y"] < 800  # JupyterLab keeps some ninety for itself


def test_written_numbers_are_those_of_the_charts(page: Any, deck: Any) -> None:
    """The front end writes numbers by itself; it must write them as the rest of the house does."""
    from qiantang.deck.widget import Deck
    from qiantang.wording.units import number

    values = [0, 0.001234, 0.5, -1.3149, 9.999, 46.2, 99.96, 100.4, 5611.7, -12345.6, 1e7]
    source = Deck._esm.replace("export default", "const unused =")
    for language in ("zh", "en"):
        script = f"(v) => {{ {source}\nreturn v.map((x) => written(x, '{language}')); }}"
        assert page.evaluate(script, values) == [number(value, language) for value in values]


def test_dark_page_has_light_ink(page: Any, deck: Any) -> None:
    light = deck.evaluate("node => getComputedStyle(node).color")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    dark = deck.evaluate("node => getComputedStyle(node).color")
    assert sum(map(int, re.findall(r"\d+", light)[:3])) < 250
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) > 600


def test_busy_kernel_does_not_freeze_the_page(
    fresh_page: Any, small_study: Study, lab: tuple[str, Path]
) -> None:
    page = fresh_page
    write_notebook(
        lab[1] / "busy.ipynb",
        f"import qiantang as qt\nqt.open_study({str(small_study.folder)!r}).deck(members=12)",
        "import time\ntime.sleep(again)",
        "again = 5",
        "'end'",
    )
    text = (lab[1] / "busy.ipynb").read_text(encoding="utf-8")
    text = text.replace("import time", "again = globals().get('again', 0); import time")
    (lab[1] / "busy.ipynb").write_text(text, encoding="utf-8")
    deck = open_in_lab(page, lab[0], "busy.ipynb")
    page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").nth(1).click()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(700)
    slider(deck, "digital_infrastructure").focus()
    page.keyboard.press("End")
    assert slider(deck, "digital_infrastructure").input_value() == "1"
    status = deck.locator(".qt-status")
    status.get_by_text("计算中").wait_for()
    status.get_by_text("计算中").wait_for(state="detached")
    settled(page)
    assert probabilities(deck) == wanted(small_study, moved(small_study, digital_infrastructure=1))


def test_voila_shows_the_same_page(
    fresh_page: Any, small_study: Study, tmp_path: Path, lab: tuple[str, Path]
) -> None:
    page = fresh_page
    write_notebook(
        tmp_path / "page.ipynb",
        f"import qiantang as qt\nstudy = qt.open_study({str(small_study.folder)!r})\n"
        "study.deck(members=12, folder=None)",
    )
    with server("voila", tmp_path, "page.ipynb") as address:
        page.goto(address, timeout=120_000)
        deck = shown_deck(page)
        drag(page, slider(deck, "opening_platforms"), 0.0, 0.5)
        settled(page)
        share = float(slider(deck, "opening_platforms").input_value())
        assert 0.3 < share < 0.7
        assert probabilities(deck) == wanted(
            small_study, moved(small_study, opening_platforms=share)
        )
        deck.locator('form input[type="text"]').first.fill("visitor")
        deck.locator('[data-act="save"]').click()
        deck.locator(".qt-status").get_by_text("visitor.yaml 已生成").wait_for()
        assert not (tmp_path / "visitor.yaml").exists()
        assert page.complaints == []


def test_server_is_gone_afterwards(browser_file: str, tmp_path: Path) -> None:
    import urllib.request

    write_notebook(tmp_path / "x.ipynb", "1")
    with server("lab", tmp_path) as address:
        pass
    begun = time.monotonic()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{address}/api", timeout=5)
    assert time.monotonic() - begun < 5
