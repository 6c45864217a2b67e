"""What the tests of pages share: a browser where there is one, and a page of few members."""

from __future__ import annotations

import sys
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


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def any_browser(request: pytest.FixtureRequest, compiler: None) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as play:
        if request.param == "chromium":
            path = browser_path()
            if path is None:
                pytest.skip("no Chromium on this machine: run sh tests/install_programs.sh")
            browser = play.chromium.launch(**chromium(path))
        elif Path(play.firefox.executable_path).exists():
            browser = play.firefox.launch()
        else:
            how = f"{Path(sys.executable).name} -m playwright install firefox"
            pytest.skip(f"no Firefox that playwright drives: run {how}")
        yield browser
        browser.close()


@pytest.fixture
def offline(any_browser: Any) -> Iterator[Any]:
    with context(any_browser) as one:
        yield one


@pytest.fixture(scope="session")
def page_file(compiler: None, small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "reach.html"
    put_page(small_study.page(members=MEMBERS, date="2018-06-30"), file, zipped=True)
    return file


@pytest.fixture
def page(offline: Any, page_file: Path) -> Any:
    return opened(offline, page_file)
