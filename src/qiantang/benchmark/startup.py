"""What a user waits for: verbs in new processes against importing the libraries they stand on.

``python -m qiantang.benchmark.startup [ROUNDS]`` prints a table. Each round takes the imports, then
every verb; processor time of the process and its children counts, user and system, so that other
work on the machine weighs little; the ratio is of medians over the rounds. What a verb keeps from
one run to the next is there: the first round is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qiantang.files.put import scratch

BASE = ("-c", "import numpy, pandas, xarray, numba")
#: Stands for the full plan of the study.
FULL = "FULL"
#: Verbs, and the most that each may take of what the imports take.
BARS: dict[tuple[str, ...], float] = {
    ("reach",): 1.6,
    ("chart", "board", "--out", "board.png", "--force"): 3.0,
    ("evidence",): 0.5,
    ("articles",): 0.5,
    ("list", "levers"): 0.5,
    ("show", FULL): 0.5,
}

Clock = Callable[[Sequence[str]], float]


def processor_time(words: Sequence[str]) -> float:
    """Run Python with some words and return the processor time of the process. [s]

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    before = os.times()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user - before.children_user
        + after.children_system - before.children_system
    )  # fmt: skip


def ratios(
    verbs: Sequence[tuple[str, ...]], rounds: int, clock: Clock = processor_time
) -> dict[tuple[str, ...], float]:
    """Return what each verb takes over what the imports take.

    Parameters
    ----------
    verbs : sequence of tuple of str
    rounds : int
        Counted ones; one more goes before them.
    clock : callable
        Returns the time of one process.
    """
    from qiantang.session import open_study

    scenario = open_study().about.scenarios.full
    base: list[float] = []
    taken: dict[tuple[str, ...], list[float]] = {verb: [] for verb in verbs}
    for _ in range(rounds + 1):
        base.append(clock(BASE))
        for verb in verbs:
            words = (scenario if word == FULL else word for word in verb)
            taken[verb].append(clock(("-m", "qiantang", *words)))
    middle = statistics.median(base[1:])
    return {verb: statistics.median(times[1:]) / middle for verb, times in taken.items()}


def table(found: Mapping[tuple[str, ...], float]) -> str:
    """Return ratios and bars as a table in Markdown."""
    lines = ["| verb | processor time over that of the imports | bar |", "|---|---:|---:|"]
    for verb, ratio in found.items():
        bar = BARS[verb]
        told = f"{ratio:.2f}" if ratio <= bar else f"**{ratio:.2f}**"
        lines.append(f"| `qiantang {' '.join(verb)}` | {told} | {bar:g} |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    rounds = int(arguments[0]) if arguments else 7
    home = Path.cwd()
    with scratch() as folder:
        os.chdir(folder)
        try:
            print(table(ratios(tuple(BARS), rounds)))
        finally:
            os.chdir(home)


if __name__ == "__main__":
    main(sys.argv[1:])
