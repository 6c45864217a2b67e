"""A case: what a run is given besides its members. Every question becomes cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qiantang.changes import UNCHANGED, Changes
from qiantang.engine.path import Path
from qiantang.evidence.changed import refuse_doubles
from qiantang.scenario import Scenario
from qiantang.study import Study

Vintages = tuple[tuple[str, str], ...]
"""Vintage of every driver, in one order."""


@dataclass(frozen=True, eq=False)
class Case:
    """Levers over time, parameters in place of the members' own, and the world outside.

    Parameters
    ----------
    levers : mapping of str to Path
        The levers that move, in the order of the model; the others stay at the model's value.
    vintages : Vintages
    parameters : mapping of str to float or array of shape (member,)
        [unit of the parameter]
    changes : Changes
        Of drivers and constants, over their vintages and over parameters.
    name : str
        For messages; no part of the identity.
    """

    levers: Mapping[str, Path]
    vintages: Vintages
    parameters: Mapping[str, float | npt.NDArray[np.float64]] = field(default_factory=dict)
    changes: Changes = UNCHANGED
    name: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of everything that moves a result."""
        levers = [[n, _plain(p.times), _plain(p.values)] for n, p in self.levers.items()]
        parameters = [[name, _plain(value)] for name, value in self.parameters.items()]
        changes = [self.changes.record()] if self.changes else []
        text = json.dumps([levers, parameters, self.vintages, *changes])
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def form(self) -> tuple[object, ...]:
        """What cases must share to run side by side: drivers, and the years of the levers."""
        years = tuple((n, tuple(np.asarray(p.times).tolist())) for n, p in self.levers.items())
        both = {name for name, _ in self.changes.constants} & set(self.parameters)
        alone = self.digest if both else ""  # its constant starts from a value of its own
        return (self.vintages, self.changes, years, tuple(self.parameters), alone)

    @cached_property
    def inputs(self) -> tuple[object, ...]:
        """What cases must have in common to share a history: all but the levers."""
        parameters = ((n, np.asarray(v, dtype=np.float64).tobytes())
                      for n, v in self.parameters.items())  # fmt: skip
        return (self.vintages, self.changes, *parameters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Case) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def case_of(study: Study, scenario: Scenario, vintage: str | None = None) -> Case:
    """Return a scenario as a case, its drivers at one vintage in place of its own if given.

    Raises
    ------
    StudyError
        A change of a driver that another carries already.
    """
    levers = {
        name: scenario.path(name) for name in study.vocabulary.levers if name in scenario.levers
    }
    vintages, changes = vintages_of(study, scenario, vintage), scenario.changes
    known = study.drivers.definitions
    refuse_doubles(known, study.about, dict(vintages), changes.drivers)
    return Case(levers, vintages, dict(scenario.parameters), changes, scenario.name)


def vintages_of(study: Study, scenario: Scenario, vintage: str | None = None) -> Vintages:
    """Return the vintage of every driver in a scenario."""
    return tuple((name, vintage or scenario.driver_vintage(name)) for name in study.drivers.names)


def _plain(value: object) -> object:
    return np.asarray(value, dtype=np.float64).tolist()
