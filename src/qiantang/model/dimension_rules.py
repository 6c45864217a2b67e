"""How each function passes on the units of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from numbers import Real
from typing import Any, Protocol

from pysd.translators.structures import abstract_expressions as ae

from qiantang.model.syntax import shown
from qiantang.model.units import DIMENSIONLESS, Unit

# A side whose unit fits any other: the number 0, or one that already has its own fault.
Known = Unit | None


class Judge(Protocol):
    """What a rule may ask of the walker of an equation."""

    clock: Unit
    complaints: list[str]

    def unit(self, node: Any) -> Known:
        """Return the unit of a tree."""

    def alike(self, arguments: Any, signs: Any) -> Known:
        """Ask for one unit in all arguments."""

    def plain(self, role: str, item: Any) -> None:
        """Ask for a dimensionless tree."""

    def duration(self, role: str, item: Any) -> None:
        """Ask for a tree in the unit of time."""

    def power(self, arguments: list[Any]) -> Known:
        """Return the unit of a power."""


def only_numbers(node: Any) -> bool:
    """Tell whether a tree is made of numbers alone, such as 1/16."""
    if isinstance(node, ae.ArithmeticStructure):
        return all(only_numbers(item) for item in node.arguments)
    return not isinstance(node, (ae.AbstractSyntax, str))


def literal(node: Any) -> float | None:
    """Return the value of a number, a negated number or a quotient of numbers, else None."""
    if isinstance(node, Real):
        return float(node)
    if isinstance(node, ae.ArithmeticStructure):
        parts = [literal(item) for item in node.arguments]
        if node.operators == ["negative"] and parts[0] is not None:
            return -parts[0]
        if node.operators == ["/"] and parts[0] is not None and parts[1]:
            return parts[0] / parts[1]
    return None


def _choose(judge: Judge, given: list[Any]) -> Known:
    condition, yes, no = given
    judge.plain("the condition", condition)
    return judge.alike([yes, no], "IF THEN ELSE")


def _step(judge: Judge, given: list[Any]) -> Known:
    height, at = given
    judge.duration("the time of STEP", at)
    return judge.unit(height)


def _ramp(judge: Judge, given: list[Any]) -> Known:
    for item in given[1:]:
        judge.duration("the time of RAMP", item)
    slope = judge.unit(given[0])
    return None if slope is None else slope * judge.clock


def _pulse(judge: Judge, given: list[Any]) -> Known:
    for item in given:
        judge.duration("the time of PULSE", item)
    return DIMENSIONLESS


def _ratio(judge: Judge, given: list[Any]) -> Known:
    above, below = judge.unit(given[0]), judge.unit(given[1])
    quotient = None if above is None or below is None else above / below
    if len(given) == 2:
        return quotient
    other = None if only_numbers(given[2]) and quotient is None else judge.unit(given[2])
    if quotient is not None and other is not None and quotient != other:
        judge.complaints.append(
            f"in XIDZ: the left side {shown(given[0])} / {shown(given[1])} has unit {quotient}, "
            f"the right side {shown(given[2])} has unit {other}"
        )
    return quotient if quotient is not None else other


def _root(judge: Judge, given: list[Any]) -> Known:
    (inside,) = given
    unit = judge.unit(inside)
    return None if unit is None else unit ** Fraction(1, 2)


def _power(judge: Judge, given: list[Any]) -> Known:
    base, exponent = given
    return judge.power([base, exponent])


def _drawn(judge: Judge, given: list[Any]) -> Known:
    return judge.alike(given[:-1], "RANDOM")


def _first(judge: Judge, given: list[Any]) -> Known:
    return judge.alike(given[:2], "MODULO")


CALLS: dict[str, Callable[[Judge, list[Any]], Known]] = {
    "if_then_else": _choose,
    "step": _step,
    "ramp": _ramp,
    "pulse": _pulse,
    "pulse_train": _pulse,
    "zidz": _ratio,
    "xidz": _ratio,
    "sqrt": _root,
    "power": _power,
    "random_uniform": _drawn,
    "random_normal": _drawn,
    "modulo": _first,
}
