"""How large a model may be: counted, and told, before any memory is asked for."""

from __future__ import annotations

from math import prod

from qiantang.engine.translation.marks import marked, ran_over
from qiantang.engine.translation.subscripts import Ranges, plain
from qiantang.modelfile.document import Equation
from qiantang.modelfile.tree import Tree, children

MOST_SCALARS = 2_000_000
"""Elements of all variables together; each takes about two thousand bytes."""

MOST_TERMS = 5_000_000
"""Terms of all sums over marked subscripts together, each of an element of its equation."""


class Sizes:
    """What the equations of a model have come to so far."""

    def __init__(self) -> None:
        self.scalars = self.terms = 0

    def too_large(self, equation: Equation, ranges: Ranges) -> str:
        """Count an equation in; say what makes the model too large, if it is.

        Parameters
        ----------
        equation : Equation
        ranges : Ranges
            Which know its subscripts.
        """
        here = prod(len(ranges.members(plain(name)) or ()) for name in equation.subscripts)
        if self.scalars + here > MOST_SCALARS:
            limit = f"at most {MOST_SCALARS:,} of all variables together"
            return f"has {here:,} elements, expected {limit}"
        self.scalars += here
        terms = here * (0 if equation.tree is None else _terms(equation.tree, ranges))
        if self.terms + terms > MOST_TERMS:
            limit = f"at most {MOST_TERMS:,} of all variables together"
            return f"adds up {terms:,} terms over subscripts marked with !, expected {limit}"
        self.terms += terms
        return ""


def _terms(tree: Tree, ranges: Ranges) -> int:
    """Return the number of terms of all functions over marked subscripts, one in another too."""
    total, todo = 0, [(tree, 1)]
    while todo:
        part, times = todo.pop()
        inner = ran_over(part)
        names = dict.fromkeys(name for argument in inner for name in marked(argument))
        terms = prod(len(ranges.members(name.removesuffix("!")) or ()) for name in names)
        total += times * terms if inner else 0
        own = {id(argument) for argument in inner}
        todo.extend((c, times * terms if id(c) in own else times) for c in children(part))
    return total
