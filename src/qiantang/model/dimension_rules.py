"""How each function passes on the units of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Protocol

from qiantang.model.syntax import shown
from qiantang.model.units import DIMENSIONLESS, Unit
from qiantang.modelfile.tree import Binary, Literal, Numbers, Tree, Unary, walk

# A side whose unit fits any other: the number 0, or one that already has its own fault.
Known = Unit | None


class Judge(Protocol):
    """What a rule may ask of the walker of an equation."""

    clock: Unit
    complaints: list[str]

    def unit(self, tree: Tree) -> Known:
        """Return the unit of a tree."""

    def alike(self, arguments: Sequence[Tree], signs: str | Sequence[str]) -> Known:
        """Ask for one unit in all arguments."""

    def plain(self, role: str, item: Tree) -> None:
        """Ask for a dimensionless tree."""

    def duration(self, role: str, item: Tree) -> None:
        """Ask for a tree in the unit of time."""

    def power(self, base: Tree, exponent: Tree) -> Known:
        """Return the unit of a power."""

    def table_argument(self, table: str, item: Tree) -> None:
        """Ask for what a table can be looked up by."""


def only_numbers(tree: Tree) -> bool:
    """Tell whether a tree is made of numbers alone, such as 1/16."""
    return all(isinstance(item, (Literal, Numbers, Unary, Binary)) for item in walk(tree))


def literal(tree: Tree) -> float | None:
    """Return the value of a number, a negated number or a quotient of numbers, else None."""
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Unary) and tree.operator == "-":
        value = literal(tree.operand)
        return None if value is None else -value
    if isinstance(tree, Binary) and tree.operator == "/":
        above, below = literal(tree.left), literal(tree.right)
        return above / below if above is not None and below else None
    return None


def _choose(judge: Judge, given: list[Tree]) -> Known:
    condition, yes, no = given
    judge.plain("the condition", condition)
    return judge.alike([yes, no], "IF THEN ELSE")


def _step(judge: Judge, given: list[Tree]) -> Known:
    height, at = given
    judge.duration("the time of STEP", at)
    return judge.unit(height)


def _ramp(judge: Judge, given: list[Tree]) -> Known:
    for item in given[1:]:
        judge.duration("the time of RAMP", item)
    slope = judge.unit(given[0])
    return None if slope is None else slope * judge.clock


def _pulse(judge: Judge, given: list[Tree]) -> Known:
    for item in given:
        judge.duration("the time of PULSE", item)
    return DIMENSIONLESS


def _ratio(judge: Judge, given: list[Tree]) -> Known:
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


def _root(judge: Judge, given: list[Tree]) -> Known:
    (inside,) = given
    unit = judge.unit(inside)
    return None if unit is None else unit ** Fraction(1, 2)


def _power(judge: Judge, given: list[Tree]) -> Known:
    base, exponent = given
    return judge.power(base, exponent)


def _drawn(judge: Judge, given: list[Tree]) -> Known:
    return judge.alike(given[:-1], "RANDOM")


def _first(judge: Judge, given: list[Tree]) -> Known:
    return judge.alike(given[:2], "MODULO")


def _stock(judge: Judge, given: list[Tree]) -> Known:
    rate, initial = given
    flow = judge.unit(rate)
    stock = None if flow is None else flow * judge.clock
    start = None if only_numbers(initial) else judge.unit(initial)
    if stock is not None and start is not None and stock != start:
        judge.complaints.append(
            f"in INTEG: the flow {shown(rate)} gives unit {stock}, the initial value "
            f"{shown(initial)} has unit {start}"
        )
    return stock if stock is not None else start


def _initial(judge: Judge, given: list[Tree]) -> Known:
    (inside,) = given
    return judge.unit(inside)


def _sampled(judge: Judge, given: list[Tree]) -> Known:
    condition, sampled, start = given
    judge.plain("the condition", condition)
    return judge.alike(_started(sampled, start), "SAMPLE IF TRUE")


def _trend(judge: Judge, given: list[Tree]) -> Known:
    judge.duration("the averaging time", given[1])
    judge.unit(given[0])
    return DIMENSIONLESS / judge.clock


def _forecast(judge: Judge, given: list[Tree]) -> Known:
    judge.duration("the averaging time", given[1])
    judge.duration("the horizon", given[2])
    return judge.unit(given[0])


def _lagged(kind: str, parts: str, judge: Judge, given: list[Tree]) -> Known:
    """Judge a delay or smooth, whose arguments are input, time, and as named start and order."""
    if len(given) != 2 + len(parts):
        raise ValueError(kind)
    named = dict(zip(parts, given[2:], strict=True))
    judge.duration(f"the time of {kind}", given[1])
    if "n" in named:
        judge.plain(f"the order of {kind}", named["n"])
    return judge.alike(_started(given[0], named.get("i")), kind)


def _looked_up(judge: Judge, given: list[Tree]) -> Known:
    argument, _ = given
    judge.table_argument("WITH LOOKUP", argument)
    return DIMENSIONLESS


def _started(entering: Tree, initial: Tree | None) -> list[Tree]:
    """Return input and initial value, the latter only where it is no bare number."""
    return [entering] if initial is None or only_numbers(initial) else [entering, initial]


_LAGS = {
    "smooth": "",
    "smoothi": "i",
    "smooth3": "",
    "smooth3i": "i",
    "smooth_n": "in",
    "smooth_n_xmile": "n",
    "delay1": "",
    "delay1i": "i",
    "delay3": "",
    "delay3i": "i",
    "delay_n": "in",
    "delay_n_xmile": "n",
    "delay_fixed": "i",
    "delay_fixed_xmile": "",
    "delay_information": "i",
}
"""What follows input and time: i the value at the start, n the order."""

CALLS: dict[str, Callable[[Judge, list[Tree]], Known]] = {
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
    "integ": _stock,
    "initial": _initial,
    "game": _initial,
    "sample_if_true": _sampled,
    "trend": _trend,
    "forecast": _forecast,
    "forecast_xmile": _forecast,
    "with_lookup": _looked_up,
}
CALLS |= {
    name: partial(_lagged, name.removesuffix("_xmile").upper().replace("_", " "), parts)
    for name, parts in _LAGS.items()
}
