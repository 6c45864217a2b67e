"""The brush of a robust search in a real browser: mouse, keyboard, both languages, any width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import open_in_lab, probabilities, settled, slider, wanted, write_notebook
from fronts import written_front

from qiantang.study import Study

pytestmark = pytest.mark.filterwarnings("ignore")  # of the browser's driver


@pytest.fixture
def brushed(fresh_page: Any, small_study: Study, lab: tuple[str, Path]) -> Any:
    """Return a page of its own with a deck that shows a robust search."""
    folder = written_front(small_study, lab[1] / "robust")
    opened = f"import qiantang as qt\nstudy = qt.open_study({str(small_study.folder)!r})\n"
    write_notebook(
        lab[1] / "brush.ipynb", f"{opened}study.deck(members=12, robust={str(folder)!r})"
    )
    return open_in_lab(fresh_page, lab[0], "brush.ipynb")


def remaining(deck: Any) -> list[str]:
    return list(deck.locator(".qt-packages tbody tr:visible button").all_inner_texts())


def test_a_brush_keeps_packages_and_a_click_sets_the_sliders(
    brushed: Any, small_study: Study
) -> None:
    deck, page = brushed, brushed.page
    assert remaining(deck) == [
        "旅客吞吐量最差一成均值最优", "均衡方案", "投入最优", "5号", "2号", "3号",
    ]  # fmt: skip
    assert deck.locator(".qt-axis").count() == 3
    effort = deck.locator(".qt-track").nth(2)
    effort.scroll_into_view_if_needed()
    box = effort.bounding_box()
    x, down = box["x"] + 12, lambda share: box["y"] + (1 - share) * box["height"]
    page.mouse.move(x, down(1) + 1)
    page.mouse.down()
    page.mouse.move(x, down(0.45), steps=8)  # efforts of 40 to 0: down to 22
    page.mouse.up()
    assert remaining(deck) == ["投入最优", "5号", "2号", "3号"]
    deck.get_by_text("6个方案中符合条件的有4个").wait_for()
    worst = deck.locator(".qt-axis").first.get_by_role("slider").first
    worst.focus()
    for _ in range(6):
        page.keyboard.press("PageUp")  # P from 0.2 to 0.7: from 0.5 on
    assert worst.get_attribute("aria-valuetext") == "50%"
    assert remaining(deck) == ["5号"]
    deck.get_by_role("button", name="5号").click()
    settled(page)
    assert [slider(deck, lever).input_value() for lever in (
        "airport_capacity", "air_routes", "market_access")] == ["0.3", "0", "1"]  # fmt: skip
    assert deck.get_by_text("推迟1年").count() == 1
    own = small_study.deck(members=12)
    own.set(airport_capacity=0.3, market_access=1)
    own.delays = [1.0 * (control.lever == "airport_capacity") for control in own.controls]
    assert probabilities(deck) == wanted(small_study, own.scenario())
    assert deck.locator('button[aria-pressed="true"]').all_inner_texts() == ["5号"]
    worst.focus()
    page.keyboard.press("Escape")
    assert len(remaining(deck)) == 4
    deck.locator('[data-act="clear-brush"]').click()
    assert len(remaining(deck)) == 6
    net = deck.locator(".qt-net canvas")
    middle = net.bounding_box()["width"] / 2
    net.click(position={"x": middle - 40, "y": 25})  # where one is the best on two axes
    settled(page)
    assert slider(deck, "air_routes").input_value() == "1"
    deck.locator('[data-act="language"]').click()
    deck.get_by_text("6 of 6 packages remain").wait_for()
    assert not re.search("[\u4e00-\u9fff]", deck.locator(".qt-front").inner_text())
    deck.locator('[data-act="reset"]').click()
    settled(page)
    assert deck.locator(".qt-late").all_inner_texts() == [""] * 19
    assert page.complaints == []


@pytest.mark.parametrize("width", [1500, 640])
def test_the_packages_fit_any_width(brushed: Any, width: int) -> None:
    brushed.page.set_viewport_size({"width": width, "height": 900})
    brushed.page.wait_for_timeout(500)
    over = brushed.evaluate("""deck => {
        const panel = deck.querySelector('.qt-front').getBoundingClientRect();
        const names = [...deck.querySelectorAll('.qt-name')].map(n => n.getBoundingClientRect());
        const wide = [...deck.querySelectorAll('.qt-front *')].filter(n =>
            n.scrollWidth > n.clientWidth + 1 && n.clientWidth > 0
            && !n.matches('.qt-packages, .qt-axes, .qt-axis'));
        return [...wide.map(n => n.className + ' ' + n.innerText.slice(0, 40)),
                ...names.filter(n => n.left < panel.left - 1 || n.right > panel.right + 1),
                ...names.filter((n, i) => i && n.left < names[i - 1].right)];
    }""")
    assert over == []


def test_axe_finds_nothing_serious_in_a_deck_with_packages(brushed: Any) -> None:
    why = "axe_playwright_python looks for faults of access and is not installed"
    axe = pytest.importorskip("axe_playwright_python", reason=why)
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    brushed.page.evaluate(script)
    found = brushed.page.evaluate("axe.run(document.querySelector('.qt-deck'))")
    assert len(found["passes"]) > 10
    grave = [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")]
    assert grave == []
