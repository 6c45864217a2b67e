"""Cost and memory of very many members, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from qiantang.benchmark.peers import Task

_STREAM = """
import sys, time
from importlib import import_module
from importlib.util import find_spec
import numpy as np
from qiantang.benchmark.measure import request
from qiantang.benchmark.report import YEARS
from qiantang.engine import load_model
from qiantang.engine.stream import stream
from pathlib import Path
model, members, outputs = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
program = load_model(model)
task = request(program, model, outputs[:1], (), 1000)
last = round((program.final_time - program.initial_time) / program.time_step)
steps = np.unique(np.linspace(0, last, YEARS).round().astype(int))
times = program.initial_time + steps * program.time_step
def draw(first, count):
    at = np.arange(first, first + count) % 1000
    return {n: v[at] for n, v in task.parameters.items()}, {}
program.run(task.outputs, times, parameters=draw(0, 64)[0], members=64)
begun, kept = time.perf_counter(), 0.0
values = np.empty((len(times), members))
for first, result in stream(program, task.outputs, times, draw, members):
    values[:, first : first + result.values.shape[2]] = result.values[0]
seconds, peak = time.perf_counter() - begun, 0
status = Path("/proc/self/status")
if status.exists():  # Linux counts the parent's memory into ru_maxrss of a child
    lines = status.read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
elif find_spec("resource"):
    system = import_module("resource")
    peak = system.getrusage(system.RUSAGE_SELF).ru_maxrss
print(seconds, peak)
"""


def streamed(model: Path, task: Task, members: int) -> tuple[float, int]:
    """Return seconds and peak memory, 0 where unknown, of a process that streams one output."""
    command = [sys.executable, "-c", _STREAM, str(model), str(members), task.outputs[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024)
