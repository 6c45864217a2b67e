"""What a user of the study waits for: one scenario, warm, and a first result of a new process.

Members have parameters, innovations and drivers of their own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import Readout, readout_of, yearly
from qiantang.study import Study

ROUNDS = 7
STARTS = 3


def headline_readout(study: Study) -> Readout:
    """Return the figure of each headline and year."""
    program = study.program
    years = range(int(program.initial_time), int(program.final_time))
    return readout_of(study, [yearly(study, n, y) for n in study.headlines for y in years])


def waits(study: Study, members: int = 1000) -> dict[str, float]:
    """Return the shortest of several waits for one scenario, in rounds of A B C D. [s]"""
    program, readout = study.program, headline_readout(study)
    chosen = choose_members(study, min(members, study.fit.record.members), 1)
    ensemble = ensemble_of(study, chosen, 1, readout)
    ends = study.about.scenarios
    plan, beside = (
        ensemble.batch(case_of(study, study.scenario(name))) for name in (ends.full, ends.base)
    )
    until = study.about.charts.year + 1.0  # the end of the year that the plan looks at
    outputs, times = list(readout.outputs), readout.times
    given: dict[str, Any] = {"parameters": plan.parameters, "members": plan.size}
    history = program.history(outputs, times, paths=plan.paths, beside=[beside.paths], **given)
    soon = times[times <= until]
    last, kept = f"{program.final_time:g}", f"{history.time:.2f}"
    head = f"{chosen.size:,} members of the fit, one scenario, warm"
    jobs: dict[str, tuple[Any, dict[str, Any]]] = {
        f"{head}, from the start to {last}": (times, {}),
        f"{head}, from a history up to {kept} to {last}": (times, {"history": history}),
        f"{head}, from the start to {until:g}": (soon, {}),
        f"{head}, from a history up to {kept} to {until:g}": (soon, {"history": history}),
    }
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(ROUNDS):
        for name, (wanted, more) in jobs.items():
            begun = time.perf_counter()
            program.run(outputs, wanted, paths=plan.paths, **given, **more)
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


_FIRST = """
import sys
from pathlib import Path
import numpy as np
from qiantang.engine import load_model
program = load_model(Path(sys.argv[1]))
program.run(sys.argv[2:], np.arange(program.initial_time, program.final_time), members=8)
"""


def starts(study: Study) -> dict[str, float]:
    """Return the shortest of several whole processes, with the kernel in the cache. [s]"""
    python = [sys.executable]
    jobs = {
        "a new process, kernel in the cache, to its first result": [
            *python, "-c", _FIRST, str(study.model_file), *headline_readout(study).outputs,
        ],
        "a new process, `qiantang reach`, 1,000 members, two scenarios": [
            *python, "-m", "qiantang", "reach", "--study", str(study.folder),
        ],
    }  # fmt: skip
    best = {}
    for name, command in jobs.items():
        waits = []
        for _ in range(STARTS):
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            waits.append(time.perf_counter() - begun)
        best[name] = min(waits)
    return best
