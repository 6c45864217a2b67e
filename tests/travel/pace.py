"""How fast a page is, in real browsers: `python -m tests.travel.pace [seconds]`.

Writes the bundled study's page with 500 members, opens it in Chromium and in Firefox, moves a
slider on every animation frame, and prints the times as the page itself took them. Then one core of
each browser and one of the compiled kernel run the same members over the same steps in turns, so
that their ratio says little of what else the machine does. The load stands beside the figures.
"""

from __future__ import annotations

import base64
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.deck.browser import browser_path
from tests.travel.firefox import firefox_path, window
from tests.travel.offline import chromium, context, opened

from qiantang.session import open_study
from qiantang.travel.machine.compiler import compiled
from qiantang.travel.machine.csource import c_source
from qiantang.travel.pack import packed
from qiantang.travel.studypage import StudyPage
from qiantang.travel.writing import NO_PLAIN, front, put_page

MEMBERS = 500
ROUNDS = 15
Run = Callable[[str], Any]

#: Up and down on every animation frame; what the deck keeps of its last frames.
DRAG = """new Promise((done) => {
  const deck = document.querySelector(".qt-deck");
  const slider = deck.querySelector('input[data-lever="%s"]');
  const begun = performance.now();
  const move = () => {
    const spent = (performance.now() - begun) / 1000;
    if (spent > %f) { setTimeout(() => done(deck.qtFrames.slice()), 1500); return; }
    slider.value = 0.5 - 0.5 * Math.cos(2 * spent);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(move);
  };
  deck.qtFrames.length = 0;
  move();
})"""

READY = """(async () => {
  %s
  const code = Uint8Array.from(atob(%r), (c) => c.charCodeAt(0));
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(code), {});
  const arrays = unpacked(await inflated(bytesOf(%s)));
  window.paced = new Engine(instance, %s, arrays, 0, %d);
})()"""
ONCE = """(() => {
  const begun = performance.now();
  window.paced.run([], []);
  return performance.now() - begun;
})()"""


@contextlib.contextmanager
def chromium_page(file: Path | None) -> Iterator[Run]:
    """Open a page, or an empty one, in Chromium; yield what runs a script in it."""
    from playwright.sync_api import sync_playwright

    path = browser_path()
    assert path, "no Chromium: run sh tests/install_programs.sh"
    with sync_playwright() as play:
        browser = play.chromium.launch(**chromium(path))
        with context(browser, viewport={"width": 1440, "height": 900}) as one:
            yield (opened(one, file) if file else one.new_page()).evaluate
        browser.close()


@contextlib.contextmanager
def firefox_page(file: Path | None) -> Iterator[Run]:
    """The same in Firefox."""
    path = firefox_path()
    assert path, "no Firefox: run sh tests/install_programs.sh"
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        window(path, Path(folder)) as one,
    ):
        size = {"width": 1440, "height": 900}
        one.call("browsingContext.setViewport", context=one.context, viewport=size)
        if file:
            one.open(file)
        yield one.run


BROWSERS = {"Chromium": chromium_page, "Firefox": firefox_page}


def dragged(name: str, file: Path, lever: str, seconds: float) -> str:
    """Return a row of the table: a slider dragged in a browser."""
    with BROWSERS[name](file) as run:
        first = float(run("Number(document.documentElement.dataset.first)"))
        frames = run(DRAG % (lever, seconds))
    spent = [frame["drawn"] - frame["asked"] for frame in frames]
    drawing = statistics.median(frame["drawn"] - frame["answered"] for frame in frames)
    rate = 1000 * (len(frames) - 1) / (frames[-1]["drawn"] - frames[0]["drawn"])
    worst = statistics.quantiles(spent, n=20)[-1]
    middle = statistics.median(spent)
    return f"| {name} | {first:.0f} | {middle:.0f} | {worst:.0f} | {drawing:.1f} | {rate:.1f} |"


def beside_the_kernel(name: str, made: StudyPage) -> str:
    """Return a row of the table: one core of a browser and one of the kernel in turns."""
    cargo, program, readout = made.cargo, made.study.program, made.frames.readout
    parts = [front(part) for part in ("unpack.js", "outside.js", "plain.js")]
    engine = front("engine.js").replace("self.onmessage", "window.unused")
    module = base64.b64encode(compiled(c_source(cargo.plan, program.tables))).decode()
    script = READY % (
        "\n".join([*parts, NO_PLAIN, engine, "window.Engine = Engine;"]), module,
        repr(packed(cargo.arrays)), dict(cargo.sizes), MEMBERS,
    )  # fmt: skip
    own, kernel = [], []
    with BROWSERS[name](None) as run:
        run(script)
        for _ in range(ROUNDS + 2):
            own.append(float(run(ONCE)))
            begun = time.perf_counter()
            made.batch.run(program, readout, history=made._history, threads=1)
            kernel.append(1000 * (time.perf_counter() - begun))
    ours, theirs = statistics.median(own[2:]), statistics.median(kernel[2:])
    share = statistics.median(k / o for o, k in zip(own[2:], kernel[2:], strict=True))
    rates = f"{1000 * MEMBERS / ours:,.0f} | {1000 * MEMBERS / theirs:,.0f}"
    return f"| {name} | {ours:.1f} ms | {rates} | {share:.2f} |"


def main(seconds: float) -> None:
    """Measure and print."""
    study = open_study()
    ends = study.about.scenarios
    base, plan = study.scenario(ends.base), study.scenario(ends.full)
    made = StudyPage(study, base, plan, MEMBERS, 1, "zh", "")
    lever = next(iter(plan.levers))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {MEMBERS} members\n")
    print("| | first numbers [ms] | slider to picture [ms] | 95 % | of it drawing | frames/s |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reach.html"
        put_page(made.page(), file)
        for name in BROWSERS:
            print(dragged(name, file, lever, seconds), flush=True)
    print("\n| one core | a frame's runs | runs/s | kernel runs/s | ratio |\n|---|--:|--:|--:|--:|")
    for name in BROWSERS:
        print(beside_the_kernel(name, made), flush=True)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0)
