"""The functions that the engine compiles, listed from the tables that compile them.

``python -m qiantang.engine.translation.catalogue docs/engine.md`` writes the list into the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.operations import ARITHMETIC, COMPARISONS, LOGIC
from qiantang.files import door
from qiantang.files.outfile import put_text

BEGIN, END = "<!-- functions: begin -->", "<!-- functions: end -->"

TABLES = (
    "tables: interpolate",
    "tables: extrapolate",
    "tables: hold backward",
    "GET DIRECT and GET XLS DATA, LOOKUPS, CONSTANTS, SUBSCRIPT",
    ":INTERPOLATE:, :LOOK FORWARD:, :HOLD BACKWARD:, :RAW:",
)
"""What the language has of tables and data beside functions."""


def functions() -> dict[str, list[str]]:
    """Return the functions compiled, by group, sorted."""
    groups: dict[str, list[str]] = {"Operators": [*ARITHMETIC, *COMPARISONS, *LOGIC, ":NOT:"]}
    for entry in FUNCTIONS.values():
        if not entry.refused:
            groups.setdefault(entry.group, []).append(entry.title)
    groups["Tables and data"] += TABLES
    return {
        group: names if group == "Operators" else sorted(names, key=str.lower)
        for group, names in groups.items()
    }


def refused() -> list[str]:
    """Return the functions that are known, and known not to be compiled."""
    return sorted(entry.title for entry in FUNCTIONS.values() if entry.refused)


def listing() -> str:
    """Return the list as Markdown."""
    lines = [f"- **{group}**: {'; '.join(names)}" for group, names in functions().items()]
    return "\n".join([*lines, f"- Refused by name: {'; '.join(refused())}"])


def page(text: str) -> str:
    """Return a page with the list between its marks replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{listing()}\n{END}{after}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    put_text(file, page(door.text(file)))
