"""Every equation must have the same unit on both sides, and so must whatever is added in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Real
from pathlib import Path
from typing import Any

from pysd.translators.structures import abstract_expressions as ae

from qiantang.faults import Fault
from qiantang.model.dimension_rules import CALLS, Known, literal, only_numbers
from qiantang.model.mdl import identifier
from qiantang.model.syntax import FUNCTIONS, TIME, Syntax, parse, shown
from qiantang.model.units import DIMENSIONLESS, Unit, parse_unit

_PLAIN = {"exp", "ln", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "gamma_ln"}
_PLAIN |= {"sinh", "cosh", "tanh"}
_ALIKE = {"min", "max", "abs", "integer", "quantum", "active_initial", "sum", "vmin", "vmax"}
_NOT_A_NUMBER_OF_ITS_OWN = (
    ae.GetDataStructure,
    ae.GetConstantsStructure,
    ae.GetLookupsStructure,
    ae.LookupsStructure,
    ae.DataStructure,
)


def check_dimensions(path: Path, *, time_unit: str | None = "Year") -> list[Fault]:
    """Check the units of every equation of a .mdl file.

    Parameters
    ----------
    path : Path
    time_unit : str or None
        Unit the four time settings must have; None takes that of TIME STEP.

    Returns
    -------
    list of Fault
        One sentence for each mismatch, at the line of the variable; equations that cannot be
        parsed and variables without a unit are left to ``check_model``.
    """
    syntax, _ = parse(path)
    return dimension_faults(syntax, time_unit=time_unit)


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
        if name not in syntax.dictionary:
            continue
        item = syntax.dictionary[name]
        judge = _Judge(units, syntax.tables, units[TIME] or DIMENSIONLESS)
        for tree in trees:
            judge.equation(tree, units.get(name))
        for what in dict.fromkeys(judge.complaints):
            faults.append(Fault(syntax.dictionary.path, item.line, item.name, what))
    return faults


def simlin_unit_errors(path: Path) -> list[str]:
    """Ask Simlin, an independent engine, for its list of unit errors.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of str
        One line for each issue.

    Raises
    ------
    ModuleNotFoundError
        If pysimlin is not installed.
    """
    import simlin

    model = simlin.load(path)
    told = [issue.message for issue in model.check_units()]
    told += [issue.message for issue in model.check()]
    return [" ".join(text.split()) for text in dict.fromkeys(told) if "unit" in text]


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

    units: dict[str, Known]
    tables: frozenset[str]
    clock: Unit
    complaints: list[str] = field(default_factory=list)

    def equation(self, tree: Any, declared: Known) -> None:
        """Compare the right side with the unit of the variable."""
        if isinstance(tree, ae.InlineLookupsStructure):
            self.table_argument("WITH LOOKUP", tree.argument)
            return
        if only_numbers(tree) or isinstance(tree, _NOT_A_NUMBER_OF_ITS_OWN):
            return  # a constant or table: its unit is the declared one
        found = self.unit(tree)
        if found is not None and declared is not None and found != declared:
            self.complaints.append(
                f"the left side has unit {declared}, the right side has unit {found}"
            )

    def unit(self, node: Any) -> Known:
        """Return the unit of a tree, None where any unit fits."""
        if isinstance(node, Real):
            return None if node == 0 or math.isnan(float(node)) else DIMENSIONLESS
        if isinstance(node, ae.ReferenceStructure):
            return self.units.get(identifier(node.reference))
        if isinstance(node, ae.ArithmeticStructure):
            return self.arithmetic(node)
        if isinstance(node, ae.LogicStructure):
            return self.logic(node)
        if isinstance(node, ae.CallStructure):
            return self.call(node)
        if isinstance(node, ae.InlineLookupsStructure):
            self.table_argument("WITH LOOKUP", node.argument)
            return DIMENSIONLESS
        if isinstance(node, _NOT_A_NUMBER_OF_ITS_OWN):
            return None
        return self.memory(node)

    def arithmetic(self, node: ae.ArithmeticStructure) -> Known:
        operator = node.operators[0]
        if operator in {"+", "-"} and len(node.arguments) > 1:
            return self.alike(node.arguments, node.operators)
        if operator == "^":
            return self.power(list(node.arguments))
        total: Known = self.unit(node.arguments[0])
        for sign, item in zip(node.operators, node.arguments[1:], strict=False):
            other = self.unit(item)
            if total is None or other is None:
                total = None
            else:
                total = total * other if sign == "*" else total / other
        return total

    def power(self, arguments: list[Any]) -> Known:
        base, exponent = arguments[0], arguments[1:]
        unit = self.unit(base)
        value = literal(exponent[0]) if len(exponent) == 1 else None
        if value is not None and (unit is None or not unit.is_dimensionless):
            fraction = Fraction(value).limit_denominator(12)
            if math.isclose(float(fraction), value, rel_tol=1e-12):
                return None if unit is None else unit**fraction
        for item in exponent:
            self.plain("an exponent", item)
        if unit is not None and not unit.is_dimensionless:
            self.complaints.append(
                f"{shown(base)} has unit {unit}, expected Dmnl as it is raised to "
                f"{shown(exponent[0])}"
            )
        return DIMENSIONLESS

    def logic(self, node: ae.LogicStructure) -> Known:
        if node.operators[0] in {":AND:", ":OR:", ":NOT:"}:
            for item in node.arguments:
                self.plain("a condition", item)
        else:
            self.alike(node.arguments, node.operators)
        return DIMENSIONLESS

    def alike(self, arguments: Any, signs: Any) -> Known:
        """Ask for one unit in all arguments and return it."""
        first: tuple[Any, Unit] | None = None
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

    def plain(self, role: str, item: Any) -> None:
        """Ask for a dimensionless tree."""
        unit = self.unit(item)
        if unit is not None and not unit.is_dimensionless:
            self.complaints.append(f"{role}, {shown(item)}, has unit {unit}, expected Dmnl")

    def duration(self, role: str, item: Any) -> None:
        """Ask for a tree in the unit of time."""
        if only_numbers(item):
            return
        unit = self.unit(item)
        if unit is not None and unit != self.clock:
            self.complaints.append(f"{role}, {shown(item)}, has unit {unit}, expected {self.clock}")

    def table_argument(self, table: str, item: Any) -> None:
        unit = self.unit(item)
        if unit is not None and unit not in (DIMENSIONLESS, self.clock):
            self.complaints.append(
                f"the argument of {table}, {shown(item)}, has unit {unit}, expected Dmnl or "
                f"{self.clock}"
            )

    def call(self, node: ae.CallStructure) -> Known:
        name, arguments = identifier(node.function.reference), list(node.arguments)
        if name in self.tables:
            for item in arguments:
                self.table_argument(name, item)
            return self.units.get(name)
        rule = CALLS.get(name)
        if rule is not None:
            try:
                return rule(self, arguments)
            except (IndexError, ValueError):
                self.complaints.append(f"wrong number of arguments in {shown(node)}")
                return None
        if name in _PLAIN:
            for item in arguments:
                self.plain(f"the argument of {name.upper()}", item)
            return DIMENSIONLESS
        if name in _ALIKE:
            return self.alike(arguments, name.upper().replace("_", " "))
        if name in FUNCTIONS:
            self.complaints.append(f"cannot judge {shown(node)}: the unit rule is not known")
        elif name in self.units:
            self.complaints.append(f"cannot judge {shown(node)}: {name} is not a table")
        return None

    def memory(self, node: Any) -> Known:
        """Judge stocks, delays and smooths."""
        if isinstance(node, ae.IntegStructure):
            flow = self.unit(node.flow)
            stock = None if flow is None else flow * self.clock
            start = None if only_numbers(node.initial) else self.unit(node.initial)
            if stock is not None and start is not None and stock != start:
                self.complaints.append(
                    f"in INTEG: the flow {shown(node.flow)} gives unit {stock}, the initial value "
                    f"{shown(node.initial)} has unit {start}"
                )
            return stock if stock is not None else start
        if isinstance(node, (ae.InitialStructure,)):
            return self.unit(node.initial)
        if isinstance(node, ae.GameStructure):
            return self.unit(node.expression)
        if isinstance(node, ae.SampleIfTrueStructure):
            self.plain("the condition", node.condition)
            return self.alike(_started(node), "SAMPLE IF TRUE")
        if isinstance(node, ae.TrendStructure):
            self.duration("the averaging time", node.average_time)
            self.unit(node.input)
            return DIMENSIONLESS / self.clock
        if isinstance(node, ae.ForecastStructure):
            self.duration("the averaging time", node.average_time)
            return self.unit(node.input)
        lag = getattr(node, "delay_time", getattr(node, "smooth_time", None))
        if lag is not None:
            kind = type(node).__name__.removesuffix("Structure").upper()
            self.duration(f"the time of {kind}", lag)
            if hasattr(node, "order"):
                self.plain(f"the order of {kind}", node.order)
            return self.alike(_started(node), kind)
        self.complaints.append(f"cannot judge {shown(node)}: the unit rule is not known")
        return None


def _started(node: Any) -> list[Any]:
    """Return input and initial value, the latter only where it is no bare number."""
    return [node.input] if only_numbers(node.initial) else [node.input, node.initial]
