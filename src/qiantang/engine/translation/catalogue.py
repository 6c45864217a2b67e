"""The functions that the engine compiles, listed from the tables that compile them.

``python -m qiantang.engine.translation.catalogue docs/engine.md`` writes the list into the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from qiantang.engine.operations import ARITHMETIC, COMPARISONS, FUNCTIONS, LOGIC, REDUCTIONS
from qiantang.engine.random_draws import RANDOM
from qiantang.engine.translation.allocations import ALLOCATIONS
from qiantang.engine.translation.expand import EXPANSIONS
from qiantang.engine.translation.functions import COMPOSED, TIMED
from qiantang.engine.translation.tables import MODES
from qiantang.engine.translation.vectors import VECTORS
from qiantang.outfile import put_text

BEGIN, END = "<!-- functions: begin -->", "<!-- functions: end -->"

STRUCTURES: Mapping[str, str] = {
    "IntegStructure": "INTEG",
    "InitialStructure": "INITIAL",
    "SmoothStructure": "SMOOTH, SMOOTHI, SMOOTH3, SMOOTH3I",
    "SmoothNStructure": "SMOOTH N",
    "DelayStructure": "DELAY1, DELAY1I, DELAY3, DELAY3I",
    "DelayNStructure": "DELAY N",
    "DelayFixedStructure": "DELAY FIXED",
    "TrendStructure": "TREND",
    "ForecastStructure": "FORECAST",
    "SampleIfTrueStructure": "SAMPLE IF TRUE",
    "AllocateAvailableStructure": "ALLOCATE AVAILABLE",
    "AllocateByPriorityStructure": "ALLOCATE BY PRIORITY",
}
"""Functions behind each structure of PySD."""

SPELLED: Mapping[str, str] = {
    "vmin_xmile": "MIN of an array (XMILE)",
    "vmax_xmile": "MAX of an array (XMILE)",
    "Xpulse": "PULSE (XMILE)",
    "Xpulse_train": "PULSE with an interval (XMILE)",
    "Xramp": "RAMP (XMILE)",
}


def functions() -> dict[str, list[str]]:
    """Return the functions compiled, by group, sorted."""
    groups: dict[str, Iterator[str] | list[str]] = {
        "Operators": [*ARITHMETIC, *COMPARISONS, *LOGIC, ":NOT:"],
        "Numbers and conditions": [
            *FUNCTIONS,
            *(n for n, _ in COMPOSED if not n.startswith("X") and n != "ramp"),
            "game",
            "active_initial",
        ],
        "Time": [*TIMED, *(n for n, _ in COMPOSED if n.startswith("X")), "get_time_value"],
        "Memory": [*EXPANSIONS],
        "Arrays": [*REDUCTIONS, *VECTORS, "elmcount", *ALLOCATIONS],
        "Tables and data": [
            "WITH LOOKUP",
            *(f"tables: {mode.replace('_', ' ')}" for mode in MODES),
            "GET DIRECT and GET XLS DATA, LOOKUPS, CONSTANTS, SUBSCRIPT",
            ":INTERPOLATE:, :LOOK FORWARD:, :HOLD BACKWARD:, :RAW:",
        ],
        "Random draws": [*RANDOM],
    }
    return {
        group: sorted(dict.fromkeys(_spelled(name) for name in names), key=str.lower)
        if group != "Operators"
        else list(names)
        for group, names in groups.items()
    }


def _spelled(name: str) -> str:
    known = {**STRUCTURES, **SPELLED}.get(name)
    if known:
        return known
    return name.upper().replace("_", " ") if name.islower() and ":" not in name else name


def listing() -> str:
    """Return the list as Markdown."""
    return "\n".join(f"- **{group}**: {'; '.join(names)}" for group, names in functions().items())


def page(text: str) -> str:
    """Return a page with the list between its marks replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{listing()}\n{END}{after}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    put_text(file, page(file.read_text(encoding="utf-8")))
