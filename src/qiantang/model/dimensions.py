"""Every equation must have the same unit on both sides, and so must whatever is added in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from qiantang.faults import Fault
from qiantang.model.dimension_rules import CALLS, Known, literal, only_numbers
from qiantang.model.functions import reads_a_file
from qiantang.model.mdl import TIME
from qiantang.model.syntax import Syntax, chain, shown
from qiantang.model.units import DIMENSIONLESS, Unit, parse_unit
from qiantang.modelfile.tree import NA, Binary, Call, Literal, Reference, Tree, Unary

_PLAIN = {"exp", "ln", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "gamma_ln"}
_PLAIN |= {"sinh", "cosh", "tanh"}
_ALIKE = {
    "min",
    "max",
    "abs",
    "integer",
    "floor",
    "round_xmile",
    "quantum",
    "active_initial",
    "sum",
}
_ALIKE |= {"vmin", "vmax"}


def dimension_faults(syntax: Syntax, *, time_unit: str | None = "Year") -> list[Fault]:
    """Check the units of every equation of a parsed model."""
    units, faults = _declared(syntax)
    clock = units.get("time_step") if time_unit is None else parse_unit(time_unit)
    for setting in ("initial_time", "final_time", "time_step", "saveper"):
        given = units.get(setting)
        if given is not None and clock is not None and given != clock:
            item = syntax.dictionary[setting]
            what = f"the unit is {given}, expected the unit of time {clock}"
            faults.append(Fault(syntax.dictionary.path, item.line, item.name, what))
    units[TIME] = clock or DIMENSIONLESS
    for name, trees in syntax.trees.items():
        item = syntax.dictionary[name]
        judge = _Judge(syntax, units, units[TIME] or DIMENSIONLESS)
        try:
            for tree in trees:
                judge.equation(tree, units.get(name))
        except RecursionError:
            judge.complaints.append("the equation is nested too deeply for its units to be judged")
        for what in dict.fromkeys(judge.complaints):
            faults.append(Fault(syntax.dictionary.path, item.line, item.name, what))
    return faults


def _declared(syntax: Syntax) -> tuple[dict[str, Known], list[Fault]]:
    units: dict[str, Known] = {}
    faults = []
    for name, item in syntax.dictionary.items():
        try:
            units[name] = parse_unit(item.unit) if item.unit else None
        except ValueError as error:
            units[name] = None
            faults.append(Fault(syntax.dictionary.path, item.line, item.name, str(error)))
    return units, faults


@dataclass
class _Judge:
    """Walks one equation, keeping what it found wrong."""

    syntax: Syntax
    units: dict[str, Known]
    clock: Unit
    complaints: list[str] = field(default_factory=list)

    def equation(self, tree: Tree, declared: Known) -> None:
        """Compare the right side with the unit of the variable."""
        if isinstance(tree, Call) and tree.function == "with_lookup":
            self.unit(tree)
            return
        if only_numbers(tree):
            return  # a constant: its unit is the declared one
        found = self.unit(tree)
        if found is not None and declared is not None and found != declared:
            self.complaints.append(
                f"the left side has unit {declared}, the right side has unit {found}"
            )

    def unit(self, tree: Tree) -> Known:
        """Return the unit of a tree, None where any unit fits."""
        if isinstance(tree, Literal):
            return None if tree.value in (0.0, NA) else DIMENSIONLESS
        if isinstance(tree, Reference):
            return self.units.get(self.syntax.name(tree.name))
        if isinstance(tree, Unary):
            return self.unary(tree)
        if isinstance(tree, Binary):
            return self.binary(tree)
        if isinstance(tree, Call):
            return self.call(tree)
        return None  # a table, an array of numbers or a text, without a unit of its own

    def unary(self, tree: Unary) -> Known:
        if tree.operator != ":NOT:":
            return self.unit(tree.operand)
        self.plain("a condition", tree.operand)
        return DIMENSIONLESS

    def binary(self, tree: Binary) -> Known:
        if tree.operator in {"+", "-"}:
            parts = chain(tree, "+-")
            return self.alike([item for _, item in parts], [sign for sign, _ in parts[1:]])
        if tree.operator in {"*", "/"}:
            return self.product(tree)
        if tree.operator == "^":
            return self.power(tree.left, tree.right)
        if tree.operator in {":AND:", ":OR:"}:
            self.plain("a condition", tree.left)
            self.plain("a condition", tree.right)
            return DIMENSIONLESS
        common = self.alike([tree.left, tree.right], tree.operator)
        return common if tree.operator == "mod" else DIMENSIONLESS

    def product(self, tree: Binary) -> Known:
        total: Known = DIMENSIONLESS
        for sign, item in chain(tree, "*/"):
            other = self.unit(item)
            if total is None or other is None:
                total = None
            else:
                total = total * other if sign == "*" else total / other
        return total

    def power(self, base: Tree, exponent: Tree) -> Known:
        unit = self.unit(base)
        value = literal(exponent)
        if value is not None and (unit is None or not unit.is_dimensionless):
            fraction = Fraction(value).limit_denominator(12)
            if math.isclose(float(fraction), value, rel_tol=1e-12):
                return None if unit is None else unit**fraction
        self.plain("an exponent", exponent)
        if unit is not None and not unit.is_dimensionless:
            self.complaints.append(
                f"{shown(base)} has unit {unit}, expected Dmnl as it is raised to {shown(exponent)}"
            )
        return DIMENSIONLESS

    def alike(self, arguments: Sequence[Tree], signs: str | Sequence[str]) -> Known:
        """Ask for one unit in all arguments and return it."""
        first: tuple[Tree, Unit] | None = None
        for position, item in enumerate(arguments):
            unit = self.unit(item)
            if unit is None:
                continue
            if first is None:
                first = (item, unit)
            elif unit != first[1]:
                sign = signs if isinstance(signs, str) else signs[max(position - 1, 0)]
                self.complaints.append(
                    f"in {sign}: the left side {shown(first[0])} has unit {first[1]}, the right "
                    f"side {shown(item)} has unit {unit}"
                )
                return None
        return first[1] if first else None

    def plain(self, role: str, item: Tree) -> None:
        """Ask for a dimensionless tree."""
        unit = self.unit(item)
        if unit is not None and not unit.is_dimensionless:
            self.complaints.append(f"{role}, {shown(item)}, has unit {unit}, expected Dmnl")

    def duration(self, role: str, item: Tree) -> None:
        """Ask for a tree in the unit of time."""
        if only_numbers(item):
            return
        unit = self.unit(item)
        if unit is not None and unit != self.clock:
            self.complaints.append(f"{role}, {shown(item)}, has unit {unit}, expected {self.clock}")

    def table_argument(self, table: str, item: Tree) -> None:
        unit = self.unit(item)
        if unit is not None and unit not in (DIMENSIONLESS, self.clock):
            self.complaints.append(
                f"the argument of {table}, {shown(item)}, has unit {unit}, expected Dmnl or "
                f"{self.clock}"
            )

    def call(self, tree: Call) -> Known:
        arguments = list(tree.arguments)
        name = self.syntax.name(tree.function)
        if name in self.syntax.tables:
            for item in arguments:
                self.table_argument(name, item)
            return self.units.get(name)
        if not self.syntax.is_function(tree.function):
            if name in self.units:
                self.complaints.append(f"cannot judge {shown(tree)}: {name} is not a table")
            return None
        if tree.function in self.syntax.macros or reads_a_file(tree.function):
            return None
        return self.function(tree, arguments)

    def function(self, tree: Call, arguments: list[Tree]) -> Known:
        name = tree.function
        rule = CALLS.get(name)
        if rule is not None:
            try:
                return rule(self, arguments)
            except (IndexError, ValueError):
                self.complaints.append(f"wrong number of arguments in {shown(tree)}")
                return None
        if name in _PLAIN:
            for item in arguments:
                self.plain(f"the argument of {name.upper()}", item)
            return DIMENSIONLESS
        if name in _ALIKE:
            return self.alike(arguments, name.upper().replace("_", " "))
        self.complaints.append(f"cannot judge {shown(tree)}: the unit rule is not known")
        return None
