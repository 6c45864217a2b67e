"""Units as text become powers of base units, and the powers can be multiplied and compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_SYNONYMS = {
    "dmnl": "",
    "dimensionless": "",
    "fraction": "",
    "1": "",
    "year": "Year",
    "years": "Year",
    "yr": "Year",
    "month": "Month",
    "months": "Month",
    "week": "Week",
    "weeks": "Week",
    "day": "Day",
    "days": "Day",
    "hour": "Hour",
    "hours": "Hour",
    "minute": "Minute",
    "minutes": "Minute",
    "second": "Second",
    "seconds": "Second",
}

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[()*/^])|(?P<number>[-+]?\d+(?:\.\d+)?)(?![^\W\d])|"
    r"(?P<name>[^\W\d][\w$%]*(?:[ \t]+[^\W\d][\w$%]*)*|[$%]+))"
)


@dataclass(frozen=True)
class Unit:
    """Powers of base units; no power at all is dimensionless.

    Parameters
    ----------
    powers : tuple of (str, Fraction)
        Base unit and exponent, sorted by name, no exponent zero.
    """

    powers: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, powers: Mapping[str, Fraction | int]) -> Unit:
        """Build a unit from a mapping of base unit to exponent."""
        kept = ((name, Fraction(power)) for name, power in powers.items() if power)
        return cls(tuple(sorted(kept)))

    @property
    def is_dimensionless(self) -> bool:
        """Tell whether no base unit is left."""
        return not self.powers

    def __mul__(self, other: Unit) -> Unit:
        total = dict(self.powers)
        for name, power in other.powers:
            total[name] = total.get(name, Fraction(0)) + power
        return Unit.of(total)

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Unit:
        return Unit.of({name: power * exponent for name, power in self.powers})

    def __str__(self) -> str:
        if self.is_dimensionless:
            return "Dmnl"
        above = [_shown(name, power) for name, power in self.powers if power > 0]
        below = [_shown(name, -power) for name, power in self.powers if power < 0]
        return "/".join(["*".join(above) or "1", *below])


DIMENSIONLESS = Unit()


def parse_unit(text: str) -> Unit:
    """Read a unit such as ``bnCNY/(bnUSD*Year)``.

    Parameters
    ----------
    text : str
        Base units joined by ``*`` and ``/`` with round brackets and whole powers; ``Dmnl`` and
        ``1`` are dimensionless.

    Returns
    -------
    Unit

    Raises
    ------
    ValueError
        One sentence that says what cannot be read.
    """
    tokens = _tokens(text)
    if not tokens:
        raise ValueError("the unit is empty, expected for example Mpax/Year or Dmnl")
    unit, rest = _product(tokens, text)
    if rest:
        raise ValueError(f"unit {text!r} has an unexpected {rest[0]!r}")
    return unit


def _shown(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    return f"{name}^{power}" if power.denominator == 1 else f"{name}^({power})"


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"unit {text!r} cannot be read at {text[at:]!r}")
        tokens.append(match.group(0).strip())
        at = match.end()
    return tokens


def _product(tokens: list[str], text: str) -> tuple[Unit, list[str]]:
    unit, rest = _power(tokens, text)
    while rest and rest[0] in "*/":
        factor, after = _power(rest[1:], text)
        unit = unit * factor if rest[0] == "*" else unit / factor
        rest = after
    return unit, rest


def _power(tokens: list[str], text: str) -> tuple[Unit, list[str]]:
    unit, rest = _base(tokens, text)
    if rest[:1] == ["^"]:
        if len(rest) < 2 or not re.fullmatch(r"[-+]?\d+", rest[1]):
            raise ValueError(f"unit {text!r} has a power that is no whole number")
        return unit ** int(rest[1]), rest[2:]
    return unit, rest


def _base(tokens: list[str], text: str) -> tuple[Unit, list[str]]:
    if not tokens:
        raise ValueError(f"unit {text!r} ends too early")
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        unit, rest = _product(rest, text)
        if rest[:1] != [")"]:
            raise ValueError(f"unit {text!r} lacks a closing bracket")
        return unit, rest[1:]
    if head in {"*", "/", "^", ")"}:
        raise ValueError(f"unit {text!r} has an unexpected {head!r}")
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", head) and head != "1":
        raise ValueError(f"unit {text!r} contains the number {head}, expected names of units only")
    name = " ".join(head.split())
    name = _SYNONYMS.get(name.lower(), name)
    return (Unit.of({name: 1}) if name else DIMENSIONLESS), rest
