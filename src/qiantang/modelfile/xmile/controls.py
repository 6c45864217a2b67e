"""The time grid as equations, and the built-in words that read it (section 3.5.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qiantang.modelfile.document import Equation
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Literal, Reference, Tree
from qiantang.modelfile.xmile.expressions import NotUnderstood, parse
from qiantang.modelfile.xmile.names import Scope, bare
from qiantang.modelfile.xmile.specs import OWN_NAMES, ROLES, Specs


@dataclass(frozen=True, slots=True)
class Controls:
    """The time grid.

    Parameters
    ----------
    names : dict of str to str
        As ``Document.controls``.
    equations : tuple of Equation
        Those that the model's own variables do not give.
    words : dict of str to Tree
        Built-in words by plain name.
    """

    names: dict[str, str]
    equations: tuple[Equation, ...]
    words: dict[str, Tree]


def controls(specs: Specs | None, root: Scope, by_vensim: bool) -> Controls:
    """Return the time grid of a file.

    Parameters
    ----------
    specs : Specs or None
    root : Scope
    by_vensim : bool
        The file comes from Vensim, whose variables ``TIME STEP`` and the like are its controls.
    """
    names: dict[str, str] = {}
    equations: list[Equation] = []
    values = specs.values() if specs else (0.0, 0.0, 1.0, None)
    for role, own, value in zip(ROLES, OWN_NAMES, values, strict=True):
        theirs = root.variables.get(plain(role))
        if theirs and by_vensim and _agrees(theirs.node.words("eqn"), value, values[2]):
            continue
        name = role
        if theirs:
            name = own if plain(own) not in root.variables else f"{own} of the file"
            names[role] = name
        step = Reference(names.get("TIME STEP", "TIME STEP"))
        tree: Tree = step if value is None else Literal(value)
        unit = specs.unit if specs else ""
        line = specs.line if specs else root.node.line
        equations.append(Equation(name, line, "=", tree, text=_shown(tree), unit=unit))
    return Controls(names, tuple(equations), _words(names))


def _shown(tree: Tree) -> str:
    return tree.name if isinstance(tree, Reference) else f"{tree.value:.17g}"  # type: ignore[union-attr]


def _words(names: dict[str, str]) -> dict[str, Tree]:
    """Return what the built-in words mean; a variable of the same name comes before them."""
    start, stop, step = (Reference(names.get(role, role)) for role in ROLES[:3])
    return {
        "time": Reference("Time"),
        "dt": step,
        "starttime": start,
        "stoptime": stop,
        "pi": Literal(math.pi),
        "inf": Literal(math.inf),
        "std.time": Reference("Time"),
        "std.dt": step,
        "std.pi": Literal(math.pi),
    }


def _agrees(text: str, value: float | None, step: float) -> bool:
    """Return whether a variable says what ``<sim_specs>`` says."""
    try:
        tree = parse(text)
    except NotUnderstood:
        return False
    if isinstance(tree, Reference):
        return value in (None, step) and plain(bare(tree.name)) == "time_step"
    return isinstance(tree, Literal) and (
        math.isclose(tree.value, step if value is None else value, rel_tol=1e-12, abs_tol=1e-12)
    )
