"""One run of a model file by the default engine and by PySD, each in a process of its own.

    python -m qiantang.benchmark.single_run FILE FILE --write benchmarks/README.md

Both read the file from scratch, nothing kept from earlier, and run it once with all variables at
the file's saving times. What is imported is not counted: PySD's own imports take longer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qiantang.benchmark.report import between_marks
from qiantang.benchmark.sweep import peak_memory
from qiantang.files.put import scratch

BEGIN, END = "<!-- single runs -->", "<!-- end of single runs -->"
PATIENCE = 1200
"""Seconds after which an engine is given up."""


@dataclass(frozen=True)
class Timing:
    """What one engine needed, or why it did not run.

    Parameters
    ----------
    reading, running : float
        Seconds to read and translate the file, and to run it.
    peak : int
        Most memory held. [byte]
    engine : str
        What ran.
    scalars, steps : int
        Values saved at a time, and steps of the run.
    failed : str
        One sentence where the engine gave up.
    """

    reading: float = 0.0
    running: float = 0.0
    peak: int = 0
    engine: str = ""
    scalars: int = 0
    steps: int = 0
    failed: str = ""


def ours(file: Path) -> Timing:
    """Read and run a file by the default engine, in this process."""
    import numpy as np

    from qiantang.engine.load import load_model
    from qiantang.engine.savetimes import save_times

    begin = time.perf_counter()
    program = load_model(file, use_cache=False)
    read = time.perf_counter()
    kinds = zip(program.names, program.kinds, program.slots, strict=True)
    wanted = [name for name, kind, slot in kinds if kind != "lookup" and slot >= 0]
    times, _ = save_times(program)
    result = program.run(wanted, times, engine="auto", integrator=program.integrator)
    end = time.perf_counter()
    steps = int(np.rint((program.final_time - program.initial_time) / program.time_step))
    return Timing(
        read - begin, end - read, max(peak_memory(), default=0), result.engine, len(wanted), steps
    )


def theirs(file: Path) -> Timing:
    """Read and run a file by PySD, in this process."""
    import numpy as np
    import pysd

    from qiantang.engine.pysd_oracle import translated_model

    begin = time.perf_counter()
    with scratch() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pysd.load(str(translated_model(file, folder)))
        read = time.perf_counter()
        with np.errstate(all="ignore"):
            frame = model.run(flatten_output=True)
    end = time.perf_counter()
    return Timing(
        read - begin, end - read, max(peak_memory(), default=0), "pysd", len(frame.columns)
    )


ENGINES = {"ours": ours, "pysd": theirs}


def apart(engine: str, file: Path) -> Timing:
    """Let an engine run a file in a process of its own."""
    command = [sys.executable, "-m", "qiantang.benchmark.single_run", "--child", engine, str(file)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return Timing(failed=f"not done after {PATIENCE} s")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Timing(failed=lines[-1].partition(": ")[2] or lines[-1])
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def table(rows: Sequence[tuple[Path, Timing, Timing]]) -> str:
    """Return the timings as Markdown."""
    lines = [
        "| model | scalars | steps | engine | reading | running | PySD reading | PySD running "
        "| PySD / ours, running | in all | memory, PySD's |",
        "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for file, mine, other in rows:
        if mine.failed:
            lines.append(f"| {file.name} | | | refused: {mine.failed[:80]} | | | | | | | |")
            continue
        cells = [file.name, f"{mine.scalars:,}", f"{mine.steps:,}", mine.engine]
        cells += [f"{mine.reading:.2f} s", f"{mine.running:.2f} s"]
        if other.failed:
            cells += [f"not run: {other.failed[:60]}", "", "", "", f"{mine.peak / 2**20:,.0f} MiB"]
        else:
            whole = (other.reading + other.running) / (mine.reading + mine.running)
            memory = f"{mine.peak / 2**20:,.0f}, {other.peak / 2**20:,.0f} MiB"
            cells += [f"{other.reading:.2f} s", f"{other.running:.2f} s"]
            cells += [f"{other.running / mine.running:.1f}", f"{whole:.1f}", memory]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(words: Sequence[str] | None = None) -> None:
    """Measure files, print the table, and put it into a page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--write", type=Path, help="page with the marks of this table")
    parser.add_argument("--child", choices=sorted(ENGINES), help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.child:
        print(json.dumps(vars(ENGINES[given.child](given.files[0]))))
        return
    rows = []
    for file in given.files:
        rows.append((file, apart("ours", file), apart("pysd", file)))
        print(file, *rows[-1][1:], file=sys.stderr)
    text = table(rows)
    print(text)
    if given.write:
        between_marks(given.write, BEGIN, END, text)


if __name__ == "__main__":
    main()
