"""A circle of variables, as its file has them: by title and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qiantang.engine.ir import Program
from qiantang.engine.plan import circle_sentence
from qiantang.faults import Fault
from qiantang.modelfile.names import plain, spelled
from qiantang.modelfile.read import read_document


def told(path: Path, program: Program, names: Sequence[str]) -> Fault:
    """Return the fault of variables that depend on each other at the same time.

    Parameters
    ----------
    path : Path
        The model file.
    program : Program
        Made of it.
    names : sequence of str
        Of the program, in the order of the circle.

    Returns
    -------
    Fault
        At the first line of the circle, each variable with its own.
    """
    document, _ = read_document(path)
    lines: dict[str, int] = {}
    for equation in document.equations:
        lines.setdefault(plain(equation.name), equation.line)
        lines.setdefault(f"{plain(equation.name)}[{','.join(map(plain, equation.subscripts))}]",
                         equation.line)  # fmt: skip
    titles = dict(zip(program.names, program.titles, strict=True))
    shown = [titles.get(name, name) for name in names]
    at = [
        lines.get(spelled(title)) or lines.get(plain(title.partition("[")[0]), 0) for title in shown
    ]
    first = at.index(min(at)) if at else 0
    parts = [
        f"{title} (line {line})" if line else title for title, line in zip(shown, at, strict=True)
    ]
    line = at[first] if at and at[first] else None
    return Fault(path, line, "", circle_sentence([*parts[first:], *parts[:first]]))
