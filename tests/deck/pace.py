"""How fast the deck is, measured in a real browser: `python tests/deck/pace.py [seconds]`.

Opens the bundled study's deck with 1,000 members in JupyterLab, drags a slider back and forth, and
prints the times of the frames as the page itself took them: asked, answered, drawn.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

from browser import browser_path, open_in_lab, pages, server, write_notebook

CELL = "import qiantang as qt\nqt.open_study().deck(members=1000)"


def main(seconds: float) -> None:
    path = browser_path()
    if path is None:
        sys.exit("no Chromium on this machine: run sh tests/install_programs.sh")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        folder = Path(home)
        write_notebook(folder / "pace.ipynb", CELL)
        with server("lab", folder) as address, pages(path) as page:
            deck = open_in_lab(page, address, "pace.ipynb")
            frames = drag(page, deck.locator('input[data-lever="airport_capacity"]'), seconds)
    report(frames)


def drag(page: object, handle: object, seconds: float) -> list[dict[str, float]]:
    handle.scroll_into_view_if_needed()  # type: ignore[attr-defined]
    box = handle.bounding_box()  # type: ignore[attr-defined]
    mouse, y = page.mouse, box["y"] + box["height"] / 2  # type: ignore[attr-defined]
    mouse.move(box["x"] + 8, y)
    mouse.down()
    begun = time.monotonic()
    while (spent := time.monotonic() - begun) < seconds:
        share = 0.5 - 0.5 * math.cos(spent)
        mouse.move(box["x"] + 8 + share * (box["width"] - 16), y)
        time.sleep(0.012)
    mouse.up()
    page.locator(".qt-deck.qt-idle").wait_for()  # type: ignore[attr-defined]
    return page.evaluate("document.querySelector('.qt-deck').qtFrames")  # type: ignore[attr-defined,no-any-return]


def report(frames: list[dict[str, float]]) -> None:
    parts = {
        "slider to picture": [f["drawn"] - f["asked"] for f in frames],
        "of it the kernel": [f["kernel"] for f in frames],
        "of it the drawing": [f["drawn"] - f["answered"] for f in frames],
    }
    span = (frames[-1]["drawn"] - frames[0]["drawn"]) / 1000
    print(f"{len(frames)} frames in {span:.1f} s: {(len(frames) - 1) / span:.1f} frames a second")
    for name, values in parts.items():
        worst = statistics.quantiles(values, n=20)[-1]
        print(f"{name:18} median {statistics.median(values):6.1f} ms   95 % {worst:6.1f} ms")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0)
