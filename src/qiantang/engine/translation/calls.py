"""What a call means: a function of the table of functions, a macro, a table looked up."""

from __future__ import annotations

from dataclasses import dataclass

from qiantang.engine.functions import FUNCTIONS, FunctionEntry
from qiantang.engine.ir import Expression, Lookup, Slot
from qiantang.engine.translation.builder import Builder
from qiantang.engine.translation.macros import used
from qiantang.engine.translation.operators import Step
from qiantang.engine.translation.subscripts import Bindings
from qiantang.modelfile.tree import Call


@dataclass(frozen=True)
class CallingBuilder(Builder):
    """Builds the expressions of one definition, calls included."""

    def call(self, tree: Call, bindings: Bindings) -> Expression | Step:
        """Return the expression of a call: a function, a macro, or a table looked up."""
        name = tree.function
        if name in self.scope.tables:
            return self._table_call(tree, bindings)
        if name in self.context.macros:
            slot: Slot = self.once(tree, bindings, lambda: used(self, tree, bindings))
            return slot
        entry = FUNCTIONS.get(name)
        if entry is None:
            raise self.refuse(_spelled(name), elsewhere=False)
        if entry.refused:
            raise self.refuse(f"{entry.title} ({entry.refused})", elsewhere=False)
        if not entry.least <= len(tree.arguments) <= entry.most:
            raise self.refuse(entry.miscounted(len(tree.arguments)), elsewhere=False)
        if entry.special is not None:
            return entry.special(self, tree, bindings)
        return _plain_call(entry, tree)

    def _table_call(self, tree: Call, bindings: Bindings) -> Expression:
        if len(tree.arguments) != 1:
            raise self.refuse(f"the table {tree.function} with {len(tree.arguments)} arguments")
        number = self.numbered(tree.function, self.coordinates(tree, bindings))
        found = Lookup(number, self.number(tree.arguments[0], bindings))
        if self.trace is not None:
            self.trace.tables.append((found, tree, bindings))
        return found


def _plain_call(entry: FunctionEntry, tree: Call) -> Step:
    arguments: list[Expression] = []
    for argument in tree.arguments:
        built = yield argument
        arguments.append(built)
    assert entry.plain is not None
    return entry.plain(*arguments)


def _spelled(name: str) -> str:
    return name.removesuffix("_xmile").upper().replace("_", " ")
