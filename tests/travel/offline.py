"""A browser that has no network: a page may open itself, blobs and data, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.deck.browser import CHROMIUM_FLAGS

#: Addresses that are no network.
HARMLESS = ("file:", "blob:", "data:", "about:")
#: Longest wait for the first numbers of a page. [ms]
FIRST = 60_000


@contextlib.contextmanager
def context(browser: Any, **options: Any) -> Iterator[Any]:
    """Yield an offline context that remembers what its pages asked for and complained of."""
    one = browser.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
    one.set_offline(True)
    one.set_default_timeout(30_000)
    one.complaints = []
    one.on("request", lambda request: refuse(one, request.url))
    one.on("weberror", lambda error: one.complaints.append(str(error.error)))
    one.on("console", lambda said: one.complaints.append(said.text))
    try:
        yield one
    finally:
        one.close()


def refuse(one: Any, address: str) -> None:
    if not address.startswith(HARMLESS):
        one.complaints.append(f"asked for {address}")


def opened(one: Any, file: Path, fragment: str = "") -> Any:
    page = one.new_page()
    page.goto(file.as_uri() + fragment)
    page.locator("html[data-ready]").wait_for(state="attached", timeout=FIRST)
    page.locator(".qt-deck.qt-idle").wait_for(timeout=FIRST)
    return page


def frame(page: Any) -> dict[str, Any]:
    """Return the frame that is drawn, in full precision."""
    page.wait_for_timeout(350)
    page.locator(".qt-deck.qt-idle").wait_for(timeout=FIRST)
    drawn: dict[str, Any] = page.evaluate("document.querySelector('.qt-deck').qtFrame")
    return drawn


def chromium(path: str) -> dict[str, Any]:
    return {"executable_path": path, "args": list(CHROMIUM_FLAGS)}
