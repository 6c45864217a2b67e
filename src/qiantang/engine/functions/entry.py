"""One function of model files: its name, its arguments, and how it is written out in operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qiantang.engine.ir import Expression
from qiantang.engine.operations import OPERATIONS
from qiantang.engine.translation.algebra import call, numeric, truth
from qiantang.modelfile.names import plain

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings
    from qiantang.modelfile.tree import Call

Plain = Callable[..., Expression]
"""Takes the arguments as expressions, and yields an expression."""

Special = Callable[["Builder", "Call", "Bindings"], Expression]
"""Takes the builder, the call and the bindings where it looks at more than its arguments."""

MANY = 1_000_000
"""Most arguments of a function that takes any number of them."""


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function of model files.

    Parameters
    ----------
    name : str
        In the form of :attr:`qiantang.modelfile.tree.Call.function`.
    title : str
        As one writes it in a model.
    group : str
        Heading under which the documentation lists it.
    least, most : int
        Number of arguments.
    plain : callable, optional
        How it is written out from its arguments.
    special : callable, optional
        How it is written out where it looks at more than its arguments.
    shaped : bool
        Whether it is written out differently for other values of its constants, which must be
        known before.
    refused : str
        Why it is not compiled; empty where it is.
    """

    name: str
    title: str
    group: str
    least: int
    most: int
    plain: Plain | None = None
    special: Special | None = None
    shaped: bool = False
    refused: str = ""

    def miscounted(self, found: int) -> str:
        """Return what is wrong with a call of some number of arguments."""
        count = f"{self.least} {'to' if self.most - self.least > 1 else 'or'} {self.most}"
        count = str(self.least) if self.least == self.most else count
        count = f"{self.least} or more" if self.most >= MANY else count
        given = f"{found} argument{'' if found == 1 else 's'}"
        return f"{self.title.removesuffix(' (XMILE)')} with {given}, expected {count},"


Count = int | tuple[int, int]


def composed(title: str, group: str, count: Count, plain_form: Plain) -> FunctionEntry:
    """Return the entry of a function that is written out from its arguments alone."""
    least, most = (count, count) if isinstance(count, int) else count
    return FunctionEntry(_name(title), title, group, least, most, plain=plain_form)


def operation(title: str, group: str, name: str, count: int) -> FunctionEntry:
    """Return the entry of a function that is one operation."""
    truths = OPERATIONS[name].takes_truth

    def written(*arguments: Expression) -> Expression:
        typed = [truth(a) if i in truths else numeric(a) for i, a in enumerate(arguments)]
        return call(name, *typed)

    return composed(title, group, count, written)


def special(
    title: str, group: str, count: Count, form: Special, *, shaped: bool = False
) -> FunctionEntry:
    """Return the entry of a function that looks at more than its arguments."""
    least, most = (count, count) if isinstance(count, int) else count
    return FunctionEntry(_name(title), title, group, least, most, special=form, shaped=shaped)


def refused(title: str, why: str) -> FunctionEntry:
    """Return the entry of a function that is known, and known not to be compiled."""
    return FunctionEntry(_name(title), title, "", 0, MANY, refused=why)


def _name(title: str) -> str:
    return plain(title.replace(" (XMILE)", " xmile"))
