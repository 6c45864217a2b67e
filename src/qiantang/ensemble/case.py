"""A case: what a run is given besides its members. Every question becomes cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qiantang.changes import UNCHANGED, Changes
from qiantang.engine.path import Path
from qiantang.evidence.changed import refuse_doubles
from qiantang.scenario import Scenario
from qiantang.scenariofile import When
from qiantang.study import Study

Vintages = tuple[tuple[str, str], ...]
"""Vintage of every driver, in one order."""


@dataclass(frozen=True)
class Reply:
    """Levers that answer in the members in which a condition is met.

    Parameters
    ----------
    when : When
    levers : mapping of str to Path
        As they go where they answer at the first date; the case's own hold until then.
    """

    when: When
    levers: Mapping[str, Path]

    def scaled(self, share: float, names: Collection[str] | None = None) -> Reply:
        """Return the same with every value of some levers, or of all, times a share."""
        levers = {
            name: path.scaled(share) if names is None or name in names else path
            for name, path in self.levers.items()
        }
        return Reply(self.when, levers)


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
    replies : tuple of Reply
        Played out member by member as the case is run; no lever stands in two.
    """

    levers: Mapping[str, Path]
    vintages: Vintages
    parameters: Mapping[str, float | npt.NDArray[np.float64]] = field(default_factory=dict)
    changes: Changes = UNCHANGED
    name: str = ""
    replies: tuple[Reply, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Digest of everything that moves a result."""
        levers = _knots(self.levers)
        parameters = [[name, _plain(value)] for name, value in self.parameters.items()]
        changes = [self.changes.record()] if self.changes else []
        replies = [[[one.when.record(), _knots(one.levers)] for one in self.replies]]
        more = [*changes, *(replies if self.replies else [])]
        text = json.dumps([levers, parameters, self.vintages, *more])
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def form(self) -> tuple[object, ...]:
        """What cases must share to run side by side: drivers, and the years of the levers."""
        years = tuple((n, tuple(np.asarray(p.times).tolist())) for n, p in self.levers.items())
        both = {name for name, _ in self.changes.constants} & set(self.parameters)
        # A changed constant starts from a value of its own, levers that answer go their own ways.
        alone = self.digest if both or self.replies else ""
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
    parameters, replies = dict(scenario.parameters), replies_of(scenario)
    return Case(levers, vintages, parameters, changes, scenario.name, replies)


def replies_of(scenario: Scenario) -> tuple[Reply, ...]:
    """Return the rules of a scenario."""
    return tuple(Reply(rule.when, rule.paths()) for rule in scenario.rules)


def vintages_of(study: Study, scenario: Scenario, vintage: str | None = None) -> Vintages:
    """Return the vintage of every driver in a scenario."""
    return tuple((name, vintage or scenario.driver_vintage(name)) for name in study.drivers.names)


def _knots(levers: Mapping[str, Path]) -> list[object]:
    return [[name, _plain(path.times), _plain(path.values)] for name, path in levers.items()]


def _plain(value: object) -> object:
    return np.asarray(value, dtype=np.float64).tolist()
