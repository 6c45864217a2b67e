"""What the tests of pages share: a browser where there is one, and a page of few members."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deck.browser import browser_path

from qiantang.study import Study
from qiantang.travel.writing import put_page

from .offline import chromium, context, opened

MEMBERS = 12


@pytest.fixture(scope="session")
def compiler() -> None:
    pytest.importorskip("ziglang", reason="ziglang compiles pages and is not installed")


@pytest.fixture(scope="module")  # two loops of the driver cannot run side by side
def browser(compiler: None) -> Iterator[Any]:
    """Return Chromium; what Firefox says of the numbers is asked in a test of its own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium on this machine: run sh tests/install_programs.sh")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(**chromium(path))
        yield browser
        browser.close()


@pytest.fixture
def offline(browser: Any) -> Iterator[Any]:
    with context(browser) as one:
        yield one


@pytest.fixture(scope="session")
def page_file(compiler: None, small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "reach.html"
    put_page(small_study.page(members=MEMBERS, date="2018-06-30"), file, zipped=True)
    return file


@pytest.fixture
def page(offline: Any, page_file: Path) -> Any:
    return opened(offline, page_file)
