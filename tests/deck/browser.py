"""A real browser on a real server: found, started, waited for, stopped; what a deck in it shows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from qiantang.session.runs import run_read
from qiantang.study import Study
from qiantang.wording import Wording

#: Names under which systems know Chromium; an own choice goes into QIANTANG_BROWSER.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Longest waits. [s]
START, FIRST_DECK = 90.0, 180.0
TOKEN = "deck"
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb")


def browser_path() -> str | None:
    """Return a Chromium of the system, None if there is none."""
    own = os.environ.get("QIANTANG_BROWSER")
    return own or next(filter(None, map(shutil.which, NAMES)), None)


def write_notebook(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(book, path)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_settings(folder: Path, theme: str) -> None:
    """Ask JupyterLab for a theme, and not to look for news on the network."""
    apputils = folder / "@jupyterlab" / "apputils-extension"
    apputils.mkdir(parents=True, exist_ok=True)
    news = {"fetchNews": "false", "checkForUpdates": False}
    chosen = {"theme": f"JupyterLab {theme}", "adaptive-theme": False}
    for name, setting in (("notification", news), ("themes", chosen)):
        file = apputils / f"{name}.jupyterlab-settings"
        file.write_text(json.dumps(setting), encoding="utf-8")


@contextlib.contextmanager
def server(kind: str, folder: Path, *more: str, theme: str = "Light") -> Iterator[str]:
    """Start JupyterLab or Voila on a free port of 127.0.0.1; yield its address; stop it."""
    port = free_port()
    home = folder / "jupyter-home"
    common = [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"]
    commands = {
        "lab": ["jupyterlab", *common, "--no-browser", "--allow-root",
                f"--IdentityProvider.token={TOKEN}",
                f"--ServerApp.root_dir={folder}", *more],
        "voila": ["voila", f"--port={port}", "--Voila.ip=127.0.0.1", "--no-browser", *more],
    }  # fmt: skip
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONUTF8": "1",
    }
    write_settings(home / "settings", theme)
    log = folder / f"{kind}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", *commands[kind]], cwd=folder, env=environment,
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + ("/api" if kind == "lab" else "/voila/static/"), process, log)
        yield address
    finally:
        _stop(process)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5)
        except urllib.error.HTTPError:
            return  # it answers, if only to refuse
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the kernels that it started: they share its process group."""
    for wait, how in ((20, signal.SIGTERM), (10, getattr(signal, "SIGKILL", signal.SIGTERM))):
        if process.poll() is None:
            if hasattr(os, "killpg"):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, how)
            else:
                process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(wait)


@contextlib.contextmanager
def pages(path: str, width: int = 1400, height: int = 1000) -> Iterator[Any]:
    """Start Chromium and yield a page that remembers what its console complained of."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        try:
            yield new_page(browser, width, height)
        finally:
            browser.close()


def new_page(browser: Any, width: int = 1400, height: int = 1000) -> Any:
    """Open a page that remembers what its console complained of."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def open_in_lab(page: Any, address: str, name: str) -> Any:
    """Open a notebook in JupyterLab, run all its cells, and return the deck."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.locator(".jp-NotebookPanel .jp-Notebook").wait_for(timeout=START * 1000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=START * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    deck = shown_deck(page)
    page.locator(".qt-deck .qt-card").nth(-1).wait_for()  # JupyterLab moves the focus until then
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=START * 1000)
    page.wait_for_timeout(500)
    return deck


def shown_deck(page: Any) -> Any:
    deck = page.locator(".qt-deck").first
    deck.locator(".qt-card").first.wait_for(timeout=FIRST_DECK * 1000)
    return deck


def slider(deck: Any, lever: str) -> Any:
    return deck.locator(f'input[data-lever="{lever}"]')


def settled(page: Any) -> None:
    """Wait until the kernel holds the sliders' state and every frame asked for is drawn."""
    page.wait_for_timeout(400)
    page.locator(".qt-deck.qt-idle").first.wait_for(timeout=30_000)


def probabilities(deck: Any) -> list[str]:
    return list(deck.locator(".qt-chance").all_inner_texts())


def wanted(study: Study, scenario: Any, language: str = "zh") -> list[str]:
    rows = run_read(study, [scenario], members=12).reach().rows
    return [Wording(study, language).odds(row.probability, row.grade) for row in rows]
