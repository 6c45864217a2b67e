"""Values that take the place of a model's own: which constants and which part of the time grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np

from qiantang.engine.ir import ROLES, Program
from qiantang.engine.savetimes import on_grid
from qiantang.faults import Fault, StudyError, nearest
from qiantang.modelfile.names import spelled

XMILE_WORDS = {"starttime": "initial_time", "stoptime": "final_time", "dt": "time_step"}
"""What XMILE calls the time grid in equations (section 3.5.5)."""

AnyProgram = TypeVar("AnyProgram", bound=Program)


def applied(
    program: AnyProgram, given: Mapping[str, float], file: Path
) -> tuple[AnyProgram, float | None, dict[str, float]]:
    """Return the program on the wanted time grid, the saving step, and the values to replace.

    Parameters
    ----------
    program : Program
    given : mapping of str to float
        Values by name, as in the file or in lower case with underscores.
    file : Path
        For the faults.

    Raises
    ------
    StudyError
        With all faults at once.
    """
    names = spellings(program)
    roles = roles_of(program, file)
    grid: dict[str, float] = {}
    parameters: dict[str, float] = {}
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], str] = {}
    # A whole array first, so that an element set as well stands whatever their order.
    for name, value in sorted(given.items(), key=lambda item: "[" in item[0]):
        key = spelled(name)
        found = names.get(key) or [n for k, ns in names.items() if stem(k) == key for n in ns]
        what = ""
        role = roles.get(key)
        if role is not None:
            grid[role] = float(value)
        elif not found:
            close = [*names, *dict.fromkeys(stem(k) for k in names)]
            what = f"the model has no variable {name}{nearest(key, close)}"
        elif {program.kind(n) for n in found} & {"stock", "lookup"}:
            kind = program.kind(found[0])
            what = f"{name} is a {'table' if kind == 'lookup' else kind}, expected a constant"
        elif set(found) & set(program.structural):
            what = f"{name} sets the order of a delay or a shift and cannot be replaced"
        if not np.isfinite(value):
            what = what or f"the value of {name} is {value}, expected a number"
        first = seen.setdefault((role, "") if role else tuple(found), name)
        if (role or found) and first != name:
            what = what or f"{name} is set twice, first as {first}"
        if what:
            faults.append(Fault(file, None, "--set", what))
        elif role is None:
            parameters.update(dict.fromkeys(found, float(value)))
    faults += [Fault(file, None, "--set", what) for what in _not_above_zero(grid)]
    if faults:
        raise StudyError(faults)
    saveper = grid.pop("saveper", None)
    return on_grid(program, grid, parameters), saveper, parameters


def _not_above_zero(grid: Mapping[str, float]) -> Iterator[str]:
    if grid.get("time_step", 1.0) <= 0:
        yield "TIME STEP is not above zero"
    if grid.get("saveper", 1.0) <= 0:
        yield f"SAVEPER is {grid['saveper']:g}, expected a number above zero"


def roles_of(program: Program, file: Path) -> dict[str, str]:
    """Return the parts of the time grid by the names that set them.

    What the model calls otherwise, as its own variable has the usual name, goes by that name; the
    words of XMILE count in its files.
    """
    called = {program.controls.get(role, role): role for role in ROLES}
    if file.suffix.lower() == ".mdl":
        return called
    own = spellings(program)
    return {word: role for word, role in XMILE_WORDS.items() if word not in own} | called


def stem(key: str) -> str:
    """Return a name without its subscripts."""
    return key.partition("[")[0]


def spellings(program: Program) -> dict[str, list[str]]:
    """Return the names of the program by each spelling a user may choose."""
    found: dict[str, list[str]] = {}
    for name, title in zip(program.names, program.titles, strict=True):
        for key in dict.fromkeys((spelled(title), spelled(name))):
            found.setdefault(key, []).append(name)
    return found
