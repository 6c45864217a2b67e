"""The functions of model files, each an entry of one table."""

from __future__ import annotations

from qiantang.engine.functions import (
    allocations,
    arrays,
    data,
    draws,
    matrices,
    memory,
    money,
    noise,
    numbers,
    tables,
    timed,
    transit,
    vectors,
)
from qiantang.engine.functions.entry import FunctionEntry

__all__ = ["FUNCTIONS", "FunctionEntry"]

FUNCTIONS: dict[str, FunctionEntry] = {
    entry.name: entry
    for module in (
        numbers, timed, memory, transit, arrays, vectors, matrices, allocations, tables, data,
        draws, noise, money
    )
    for entry in module.ENTRIES
}  # fmt: skip
"""Entry of each function, by the name that a tree gives it."""
