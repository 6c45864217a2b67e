"""The lines of one pass over the lanes: what is computed once, in which order, what may be odd."""

from __future__ import annotations

from dataclasses import dataclass

from qiantang.engine.compiled.emit import TEMPLATES, literal
from qiantang.engine.compiled.layout import Layout, load_text, store_text
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.expressions import is_wide
from qiantang.engine.ir import Call, Expression, Lookup, Number, Slot

LANE_TEMPLATES = {**TEMPLATES, "fused": "fused({0}, {1}, {2})", "exp_of_sum": "exp({0})"}

LATENCY = {"exp": 60, "exp_of_sum": 60, "log": 60, "pow": 130, "div": 13, "sqrt": 20, "xidz": 20}
"""Cycles, roughly, from argument to value of the dear operations, which are done once each."""

CHEAP, TABLE = 4, 40
FIRST_LINE = 1_000_000
"""Number of the first value that is no slot's."""


@dataclass(frozen=True)
class _Line:
    """One assignment: when it can begin, what it assigns to, what it computes.

    ``base`` is the argument of a logarithm or power whose oddness is looked at there and then.
    """

    begins: int
    target: str
    text: str
    row: int | None
    base: str | None = None


class Body:
    """Lines of one pass.

    What a pass computes stays at hand; what stands in a row is loaded where it is read.
    """

    def __init__(
        self, rows: Layout, hot: bool = False, fixed: frozenset[int] = frozenset()
    ) -> None:
        self.rows = rows
        self.hot = hot
        self.fixed = fixed
        self.odd: dict[str, None] = {}
        self.bases: set[str] = set()
        self.still_odd: dict[str, None] = {}
        self.ready: dict[str, int] = {}
        self.known: dict[int, str] = {}
        self.shared: dict[Expression, str] = {}
        self.lines: list[_Line] = []

    def assign(self, slot: int, expression: Expression, row: int | None = None) -> None:
        """Compute a slot, and put it into a row where it is to outlive the pass."""
        if isinstance(expression, Call) and is_wide(expression):
            self.wide(slot, expression)
            return
        self.line(f"v{slot}", expression, row)
        self.known[slot] = f"v{slot}"

    def wide(self, slot: int, expression: Call) -> None:
        """Put the arguments of an operation into rows, where it puts what it yields as well."""
        first, begins = self.rows.wide[slot], 0
        for place, argument in enumerate(expression.arguments):
            text, ready = self.part(argument)
            name = f"w{slot}_{place}"
            self.add(name, text, ready, ready + CHEAP, first + place)
            begins = max(begins, ready + CHEAP)
        count = len(expression.arguments)
        text = f"{expression.operation}(a, {first * WIDTH}, {count})"
        self.add(f"v{slot}", text, begins, begins + count)
        self.known[slot] = f"v{slot}"

    def entry(self, expression: Call) -> tuple[str, int]:
        """Return the text of one of the numbers that an operation yields, and when it is ready."""
        row, place = expression.arguments
        assert isinstance(row, Slot)
        assert isinstance(place, Number)
        name = self.known.get(row.index, "")
        return load_text(self.rows.wide[row.index] + int(place.value)), self.ready.get(name, 0)

    def line(self, target: str, expression: Expression, row: int | None = None) -> None:
        """Compute an expression and assign it."""
        text, ready = self.part(expression)
        self.add(target, text, ready, ready + CHEAP, row)

    def add(
        self,
        target: str,
        text: str,
        begins: int,
        ready: int,
        row: int | None = None,
        base: str | None = None,
    ) -> None:
        """Add a line, given when it can begin and when its value is ready."""
        self.lines.append(_Line(begins, target, text, row, base))
        self.ready[target] = ready

    def part(self, expression: Expression) -> tuple[str, int]:
        """Return the text of an expression and when its value is ready."""
        if isinstance(expression, Slot):
            name = self.known.get(expression.index)
            if name is None:
                return load_text(self.rows.row[expression.index]), 0
            return name, self.ready[name]
        if isinstance(expression, Number):
            return literal(expression.value), 0
        if isinstance(expression, Call) and expression.operation == "entry":
            return self.entry(expression)
        if isinstance(expression, Lookup) or expression.operation in LATENCY:
            name = self.once(expression)
            return name, self.ready[name]
        parts = [self.part(argument) for argument in expression.arguments]
        text = LANE_TEMPLATES[expression.operation].format(*(text for text, _ in parts))
        return text, CHEAP + max((ready for _, ready in parts), default=0)

    def once(self, expression: Call | Lookup) -> str:
        """Return the name of a dear value, which is computed on a line of its own."""
        if expression not in self.shared:
            arguments: tuple[Expression, ...]
            if isinstance(expression, Lookup):
                arguments, lasts = (expression.argument,), TABLE
            else:
                arguments, lasts = expression.arguments, LATENCY[expression.operation]
            parts = [self.part(argument) for argument in arguments]
            begins = max((ready for _, ready in parts), default=0)
            name = f"v{FIRST_LINE + len(self.shared)}"
            texts = [text for text, _ in parts]
            base = self.new_base(expression, texts)
            self.add(name, self.dear(expression, texts), begins, begins + lasts, base=base)
            self.shared[expression] = name
        return self.shared[expression]

    def new_base(self, expression: Call | Lookup, texts: list[str]) -> str | None:
        """Return the argument of a quick logarithm or power, if it is the first with it."""
        if isinstance(expression, Lookup) or not self.hot or texts[0] in self.bases:
            return None
        if expression.operation not in ("log", "pow"):
            return None
        self.bases.add(texts[0])
        return texts[0]

    def dear(self, expression: Call | Lookup, texts: list[str]) -> str:
        """Return the text of a dear operation, and note arguments that may be odd."""
        if isinstance(expression, Lookup):
            return f"table_{expression.table}({texts[0]})"
        operation = expression.operation
        if operation == "exp_of_sum" and not self.settled(expression.arguments[0]):
            self.odd[f"odd_exponent({texts[0]})"] = None
        if operation in ("log", "pow"):
            if not self.hot:
                self.odd[f"odd({texts[0]})"] = None
            if operation == "pow" and not self.settled_exponent(expression.arguments[1]):
                self.odd[f"odd_exponent({texts[1]})"] = None
            if self.hot:
                return f"{'log' if operation == 'log' else 'power'}_normal({', '.join(texts)})"
        return LANE_TEMPLATES[operation].format(*texts)

    def settled(self, expression: Expression) -> bool:
        """Return whether the exponents of a power, or in a sum of logarithms, are fixed.

        Those that are need be looked at only once, before the first step.
        """
        if not self.hot:
            return False
        if isinstance(expression, Slot):
            if expression.index in self.fixed:
                self.still_odd[f"odd_exponent({load_text(self.rows.row[expression.index])})"] = None
            return True
        if not isinstance(expression, Call):
            return True
        if expression.operation in ("add", "sub", "neg"):
            return all(self.settled(argument) for argument in expression.arguments)
        if expression.operation in ("mul", "fused"):
            factors = expression.arguments[:2]
            rest = all(self.settled(argument) for argument in expression.arguments[2:])
            if any(_has_log(factor) for factor in factors):
                return rest and all(self.settled_factor(factor) for factor in factors)
            return rest
        return True

    def settled_exponent(self, exponent: Expression) -> bool:
        """Return whether the exponent of a power is fixed."""
        return isinstance(exponent, Number) or (
            self.hot and isinstance(exponent, Slot) and self.settled_factor(exponent)
        )

    def settled_factor(self, factor: Expression) -> bool:
        """Return whether a factor of a logarithm is fixed, or is a logarithm itself."""
        if isinstance(factor, Slot):
            return factor.index in self.fixed and self.settled(factor)
        return isinstance(factor, Number) or (_has_log(factor) and self.settled(factor))

    def text(self, spread: bool = False) -> list[str]:
        """Return the source, each line as soon as it can begin if they are to be spread.

        The processor looks a few hundred instructions ahead: what does not wait for one another
        is to stand together. The largest oddness of the bases so far is kept as ``w``: one value
        at hand rather than all bases until the end.
        """
        lines = sorted(self.lines, key=lambda line: line.begins) if spread else self.lines
        found: list[str] = []
        worst = ""
        for line in lines:
            if spread:
                found.append("pause()")
            found.append(f"{line.target} = {line.text}")
            if spread and line.base is not None:
                worst = f"larger(w, oddness({line.base}))" if worst else f"oddness({line.base})"
                found.append(f"w = {worst}")
            if line.row is not None:
                found.append(store_text(line.row, line.target))
        return found


def _has_log(expression: Expression) -> bool:
    """Return whether an expression is a logarithm, or a sum or difference with one."""
    if not isinstance(expression, Call):
        return False
    if expression.operation in ("add", "sub"):
        return any(_has_log(argument) for argument in expression.arguments)
    return expression.operation == "log"
