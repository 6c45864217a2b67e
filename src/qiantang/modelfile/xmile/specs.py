"""``<sim_specs>``: the time grid and the method of integration (sections 2.3 and 3.4)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal as OneOf

from qiantang.modelfile.xmile.xml import Node

METHODS = ("euler", "rk4")
ROLES = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")
_OWN_NAME = re.compile(r"^\s*[^\W\d][\w ]*=")
"""Vensim exports the step as ``TIME_STEP=0.125``."""

OWN_NAMES = ("STARTTIME", "STOPTIME", "DT", "SAVE INTERVAL")
"""What a control is called where the model has a variable of the usual name."""


@dataclass(frozen=True, slots=True)
class Specs:
    """The simulation that a file asks for, in its unit of time.

    Parameters
    ----------
    line : int
    start, stop, step : float
    save : float or None
        Between saved times; None where every step is saved.
    unit : str
    integrator : {"euler", "rk4"}
    note : str
    """

    line: int
    start: float
    stop: float
    step: float
    save: float | None
    unit: str
    integrator: OneOf["euler", "rk4"]
    note: str

    def values(self) -> tuple[float, float, float, float | None]:
        """Return the numbers in the order of :data:`ROLES`."""
        return self.start, self.stop, self.step, self.save


def read_specs(node: Node) -> Specs | list[tuple[int, str]]:
    """Return what a ``<sim_specs>`` says, or its faults as lines and sentences."""
    faults: list[tuple[int, str]] = []

    def number(tag: str, missing: float | None = None) -> float:
        child = node.first(tag)
        if child is None and missing is not None:
            return missing
        if child is None:
            faults.append((node.line, f"<sim_specs> has no <{tag}>, expected a time"))
            return math.nan
        value = _number(child.text)
        if value is None:
            shown = child.text.strip()
            faults.append((child.line, f"<{tag}> is '{shown}', expected a finite number"))
        return math.nan if value is None else value

    start, stop, step = number("start"), number("stop"), number("dt", 1.0)
    dt = node.first("dt")
    if step <= 0:
        faults.append((dt.line if dt else node.line, f"<dt> is {step:g}, expected more than 0"))
    elif dt and _true(dt.attributes.get("reciprocal", "false")):
        step = 1.0 / step
    if stop < start:
        faults.append((node.line, f"<stop> is {stop:g}, expected at least the start, {start:g}"))
    save = _save(node, faults)
    integrator, note = _method(node.attributes.get("method", "euler"))
    unit = node.attributes.get("time_units", "").strip()
    return faults or Specs(node.line, start, stop, step, save, unit, integrator, note)


def _save(node: Node, faults: list[tuple[int, str]]) -> float | None:
    """Return the time between saved values: an attribute of Stella, or a ``<savestep>``."""
    text = node.attributes.get("isee:save_interval", "")
    for tag in ("savestep", "save_step"):
        text = text or node.attributes.get(tag, "") or node.words(tag)
    if not text.strip():
        return None
    value = _number(text)
    if value is None or value < 0:
        faults.append((node.line, f"the save interval is '{text}', expected a positive number"))
    return value or None


def _number(text: str) -> float | None:
    try:
        value = float(_OWN_NAME.sub("", text).strip().replace("_", "x"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _true(text: str) -> bool:
    return text.strip().lower() in {"true", "1", ""}


def _method(text: str) -> tuple[OneOf["euler", "rk4"], str]:
    """Return the first method of a list that the engine has, and what to say otherwise.

    RK2 falls back to RK4 (section 3.4.1); so do the adaptive methods, which are nearest to it.
    """
    wanted = [part.strip().lower() for part in text.split(",") if part.strip()] or ["euler"]
    chosen = next((name for name in wanted if name in METHODS), None)
    if chosen is None:
        chosen = "rk4" if wanted[0] in {"rk2", "rk45", "gear"} else "euler"
    first = wanted[0].upper()
    note = ""
    if wanted[0] not in METHODS:
        note = f"the file asks for integration by {first}; {chosen.upper()} is the nearest here"
    return ("rk4" if chosen == "rk4" else "euler"), note
