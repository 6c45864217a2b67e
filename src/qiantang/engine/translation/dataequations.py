"""Equations of data, ``name :KEYWORD: := other data``: points of their own, read by their keyword.

Vensim's help, Data Equations: such a variable has values at the times of the data that it is made
of; between them the keyword of its own equation says what it is, interpolated where it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from qiantang.engine.expressions import fold, slots_in
from qiantang.engine.ir import TIME, Call, Expression, Lookup, Mode, Number, Slot, Table
from qiantang.engine.translation.algebra import call, evaluated
from qiantang.engine.translation.scope import Translation
from qiantang.modelfile.tree import NA

NOW = Slot(TIME)


class DataEquations:
    """The slots of equations of data, each rewritten once.

    Parameters
    ----------
    modes : dict of int to str
        How each of the slots is read between its points.
    context : Translation
        Whose equations are changed.
    """

    def __init__(self, modes: dict[int, Mode], context: Translation) -> None:
        self.modes, self.context = modes, context

    def settle(self) -> None:
        """Rewrite the slots; one that is made of others comes after them."""
        begun: set[int] = set()
        todo = list(self.modes)
        while todo:
            slot = todo[-1]
            expression = self.context.equations[slot]
            used = () if slot in begun else slots_in(expression)
            begun.add(slot)
            first = [other for other in used if other in self.modes and other not in begun]
            if first:
                todo += first
                continue
            todo.pop()
            if slot in self.modes:
                self._rewrite(slot, expression, self.modes.pop(slot))

    def _rewrite(self, slot: int, expression: Expression, mode: Mode) -> None:
        """Give the data behind an expression points at all its times, read as it is to be."""
        tables: list[Table] = []

        def inlined(here: Expression, arguments: Sequence[Expression]) -> Expression:
            if isinstance(here, Slot):
                behind = self.context.equations.get(here.index, here)
                here = behind if _is_data(behind) else here
                fold(here, lambda part, _: tables.extend(self._points(part)))
                return here
            return _remade(here, arguments)

        whole = fold(expression, inlined)
        fold(expression, lambda part, _: tables.extend(self._points(part)))
        if not tables or {mode, *(table.mode for table in tables)} == {"interpolate"}:
            return
        knots = tuple(sorted({x for table in tables for x in table.x}))

        def reread(here: Expression, arguments: Sequence[Expression]) -> Expression:
            for table in self._points(here):
                values = tuple(_at(table, knot) for knot in knots)
                return self._read(replace(table, x=knots, y=values, mode=mode))
            return _remade(here, arguments)

        found = fold(whole, reread)
        if mode == "raw" and not isinstance(found, Lookup):
            there = self._read(Table(knots, (1.0,) * len(knots), mode))
            found = call("if", call("eq", there, Number(1.0)), found, Number(NA))
        self.context.equations[slot] = found

    def _points(self, part: Expression) -> list[Table]:
        """Return the table that a part reads at the time at hand, if it does."""
        is_data = isinstance(part, Lookup) and part.argument == NOW
        return [self.context.tables[part.table]] if is_data else []  # type: ignore[union-attr]

    def _read(self, table: Table) -> Lookup:
        return Lookup(self.context.new_table(table), NOW)


def data_equations(slots: Iterable[tuple[int, Mode]], context: Translation) -> None:
    """Rewrite the slots of equations of data, given how each is read between its points."""
    modes = {slot: mode for slot, mode in slots if slot in context.equations}
    DataEquations(modes, context).settle()


def _is_data(expression: Expression) -> bool:
    """Return whether an equation reads points over time, and the time for nothing else."""

    def timeless(here: Expression, arguments: Sequence[bool]) -> bool:
        return (isinstance(here, Lookup) and here.argument == NOW) or (
            here != NOW and all(arguments)
        )

    return TIME in slots_in(expression) and fold(expression, timeless)


def _remade(here: Expression, arguments: Sequence[Expression]) -> Expression:
    if isinstance(here, Call):
        return Call(here.operation, tuple(arguments))
    return Lookup(here.table, arguments[0]) if isinstance(here, Lookup) else here


def _at(table: Table, time: float) -> float:
    """Return what a table gives at a time."""
    return evaluated(Lookup(0, Number(time)), {}, (table,))
