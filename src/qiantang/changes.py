"""What a user changes of the world: drivers by year, constants from a date on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["value", "growth", "factor"]

#: Part of a world's name that says that a user changed it.
OWN = "own"
#: Shares of a driver's spread that have a name in a file.
SPREADS: Mapping[str, float] = {"kept": 1.0, "none": 0.0}

_PERCENT = re.compile(r"([+\-\N{MINUS SIGN}]?)\s*(\d+(?:\.\d+)?)\s*[%\N{FULLWIDTH PERCENT SIGN}]")
_TIMES = re.compile(r"[x\N{MULTIPLICATION SIGN}]\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Step:
    """One year or date of a change.

    Parameters
    ----------
    time : float
        [Year]
    kind : {"value", "growth", "factor"}
    number : float
        In the unit of what is changed, or a share.
    """

    time: float
    kind: Kind
    number: float

    @property
    def text(self) -> str:
        """The number as a file says it."""
        if self.kind == "growth":
            return f"{100 * self.number:+.6g} %"
        return f"x {self.number:.6g}" if self.kind == "factor" else f"{self.number:.6g}"


@dataclass(frozen=True)
class Change:
    """What a user says of one driver or constant.

    Parameters
    ----------
    steps : tuple of Step
        At least one, in order of time.
    spread : float
        Share that is left of the driver's spread in those years [Dmnl].
    note : str
        Why; moves no result.
    """

    steps: tuple[Step, ...]
    spread: float = 1.0
    note: str = field(default="", compare=False)

    @property
    def first(self) -> float:
        """Where it begins. [Year]"""
        return self.steps[0].time

    def record(self) -> dict[str, Any]:
        """Return plain data: each year with its number, as a file says them."""
        told: dict[str, Any] = {f"{step.time:g}": step.text for step in self.steps}
        return told | ({} if self.spread == 1.0 else {"spread": self.spread})


@dataclass(frozen=True)
class Changes:
    """All that a scenario changes of the world; false where it is nothing.

    Parameters
    ----------
    drivers, constants : tuple of (str, Change)
        In order of the names.
    """

    drivers: tuple[tuple[str, Change], ...] = ()
    constants: tuple[tuple[str, Change], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.drivers or self.constants)

    def record(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {
            "drivers": {name: change.record() for name, change in self.drivers},
            "constants": {name: change.record() for name, change in self.constants},
        }

    def told(self) -> list[str]:
        """Return each name with its numbers as a file says them."""
        return [
            f"{name} " + ", ".join(f"{step.time:g}: {step.text}" for step in change.steps)
            for name, change in (*self.drivers, *self.constants)
        ]

    @classmethod
    def of_record(cls, record: Mapping[str, Mapping[str, Any]]) -> Changes:
        """Return what a record tells."""
        return cls(*(
            tuple((name, _of_record(told)) for name, told in record[key].items())
            for key in ("drivers", "constants")
        ))  # fmt: skip


#: Nothing is changed.
UNCHANGED = Changes()


def amount(given: Any) -> tuple[Kind, float] | None:
    """Read one number of a change: ``17.5``, ``-5 %`` or ``x 0.9``; None if it is none of them."""
    if isinstance(given, bool):
        return None
    if isinstance(given, (int, float)):
        return "value", float(given)
    text = str(given).strip()
    if found := _PERCENT.fullmatch(text):
        share = float(found[2]) / 100
        return "growth", -share if found[1] in ("-", "\N{MINUS SIGN}") else share
    found = _TIMES.fullmatch(text)
    return ("factor", float(found[1])) if found else None


def _of_record(told: Mapping[str, Any]) -> Change:
    years = {float(year): given for year, given in told.items() if year != "spread"}
    texts = {y: float(g) if amount(g) is None else g for y, g in years.items()}
    return change_of(texts, float(told.get("spread", 1.0)))


def change_of(path: Mapping[float, Any], spread: float = 1.0, note: str = "") -> Change:
    """Return the change of a path whose numbers were found sound."""
    steps = []
    for time, given in path.items():
        read = amount(given)
        assert read is not None
        steps.append(Step(float(time), *read))
    return Change(tuple(steps), spread, note)


def constant_change(path: Mapping[float, Any], note: str = "") -> Change:
    """Return the change of a constant: a percentage is of its own value, so a factor."""
    steps = change_of(path).steps
    plain = (Step(s.time, "factor", 1 + s.number) if s.kind == "growth" else s for s in steps)
    return Change(tuple(plain), note=note)
