"""What the deck's tests share: a deck of few members, and a browser where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import browser_path, new_page, pages, server, write_notebook

from qiantang.study import Study


@pytest.fixture(scope="session")
def deck(small_study: Study) -> Any:
    return small_study.deck(members=12)


@pytest.fixture(scope="session")
def browser_file() -> str:
    pytest.importorskip("playwright", reason="playwright drives the browser and is not installed")
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium on this machine: run sh tests/install_programs.sh")
    return path


@pytest.fixture(scope="session")
def lab(
    browser_file: str, small_study: Study, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Return the address of a JupyterLab and its folder, with a notebook that shows the deck."""
    folder = tmp_path_factory.mktemp("lab")
    opened = (
        f"import qiantang as qt\ndeck = qt.open_study({str(small_study.folder)!r}).deck(members=12)"
    )
    write_notebook(folder / "deck.ipynb", f"{opened}\ndeck", "deck")
    with server("lab", folder) as address:
        yield address, folder


@pytest.fixture(scope="module")  # two loops of the driver cannot run side by side
def page(browser_file: str) -> Iterator[Any]:
    with pages(browser_file) as one:
        yield one


@pytest.fixture
def fresh_page(page: Any) -> Iterator[Any]:
    """Return a page of its own, for what would lead the shared one elsewhere."""
    with new_page(page.context.browser) as one:
        yield one
