"""What the tests of the sweep share: a small design, and a folder as bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qiantang.sweep.plan import SweepPlan

WORDS = """title: A small design
title_zh: 小设计
question: What moves what?
question_zh: 何者影响何者？
"""

SMALL = """kind: grid
scenarios: [current_policy, plan_in_full]
levers_from: plan_in_full
members: 5
seed: 1
chunk_runs: 10
axes:
  airport: {intensity: airport_capacity, unit: Dmnl, values: [0, 0.5, 1]}
  late: {delay: all, unit: Year, values: [0, 1]}
"""

Write = Callable[..., Path]
Plan = Callable[..., SweepPlan]


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
