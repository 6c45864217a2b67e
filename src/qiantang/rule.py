"""Levers of a scenario file as paths, and the rules by which they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from qiantang.scenariofile import Lever, ScenarioFile, When

if TYPE_CHECKING:
    from qiantang.engine.path import Path

# A step is a very steep ramp: far shorter than any time step, far longer than rounding.
STEP_WIDTH = 1e-6


@dataclass(frozen=True)
class Rule:
    """Levers that answer: in the members in which a condition is met they go their own way.

    Parameters
    ----------
    when : When
    levers : mapping of str to Lever
    file : pathlib.Path
        The scenario file that says so.
    """

    when: When
    levers: Mapping[str, Lever]
    file: FilePath

    def paths(self) -> dict[str, Path]:
        """Return the path of each lever as it goes where it answers at the first date."""
        return {name: path_of(lever) for name, lever in self.levers.items()}

    def record(self) -> dict[str, Any]:
        """Return plain data: what moves a result."""
        return {"when": self.when.record(), "levers": content_of(self.levers)}


def rules_on(rules: tuple[Rule, ...], file: ScenarioFile, path: FilePath) -> tuple[Rule, ...]:
    """Return the rules of a base with what a file built on it says: a lever obeys one at most."""
    left = (
        replace(rule, levers={n: o for n, o in rule.levers.items() if n not in file.levers})
        for rule in rules
    )
    own = [] if file.when is None else [Rule(file.when, file.levers, path)]
    return (*(rule for rule in left if rule.levers), *own)


def path_of(lever: Lever) -> Path:
    """Return the path of a lever, straight lines between its knots.

    A step becomes two knots `STEP_WIDTH` apart. [unit of the lever]
    """
    import numpy as np  # arrays, when something runs

    from qiantang.engine.path import Path

    knots = list(lever.path.items())
    if lever.between == "step":
        doubled = knots[:1]
        for (_, before), (time, after) in pairwise(knots):
            doubled += [(time - STEP_WIDTH, before), (time, after)]
        knots = doubled
    times, values = np.array(knots, dtype=np.float64).T
    return Path(times.copy(), values.copy())


def content_of(levers: Mapping[str, Lever]) -> dict[str, Any]:
    """Return what of levers moves a result."""
    return {n: [one.unit, one.between, list(one.path.items())] for n, one in levers.items()}
