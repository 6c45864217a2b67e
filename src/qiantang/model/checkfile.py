"""The format of checks.yaml: a statement, the changes given, and what must follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate
from qiantang.model.mdl import Dictionary

Over = Literal["central", "each_lever_at_limits", "all_levers_at_minimum", "all_levers_at_maximum"]
Must = Literal["equal", "at_most", "at_least", "never_fall", "never_rise", "conserve", "be_finite"]

BASE = "base"
_TOLERANCE = 1e-9


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Change(_Record):
    """One variable set, multiplied or shifted, for all time or from one time to another."""

    set: float | Literal["minimum", "maximum"] | None = None
    times: float | None = None
    plus: float | None = None
    since: float | None = Field(default=None, alias="from")
    until: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Change:
        if sum(item is not None for item in (self.set, self.times, self.plus)) != 1:
            raise ValueError("expected exactly one of set, times and plus")
        return self


class Assertion(_Record):
    """What must hold for one variable at all times, or from one time to another.

    ``than`` is a number, another variable or ``base``, the run without the changes given; it is
    multiplied by ``times``. ``tolerance`` is relative, ``within`` absolute in the variable's unit.
    A flow is a variable, or variables joined by ``*`` and ``/``.
    """

    variable: str
    must: Must
    than: float | str | None = None
    times: float = 1.0
    since: float | None = Field(default=None, alias="from")
    until: float | None = None
    tolerance: float = Field(default=_TOLERANCE, ge=0)
    within: float = Field(default=0.0, ge=0)
    inflows: tuple[str, ...] = ()
    outflows: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Assertion:
        if self.must in {"equal", "at_most", "at_least"} and self.than is None:
            raise ValueError(f"must: {self.must} needs than: a number, a variable, or base")
        if self.must == "conserve" and not (self.inflows or self.outflows):
            raise ValueError("must: conserve needs inflows or outflows")
        return self


class Check(_Record):
    """One statement about the model and the runs that would refute it."""

    id: str
    statement: str
    statement_zh: str = ""
    kind: Literal["reality", "extreme", "conservation"]
    given: dict[str, Change] = {}
    against: dict[str, Change] = {}
    over: tuple[Over, ...] = ("central",)
    cases: tuple[dict[str, str], ...] = ()
    then: tuple[Assertion, ...]

    @model_validator(mode="after")
    def _asserts_something(self) -> Check:
        if not self.then:
            raise ValueError("then is empty, expected at least one assertion")
        return self

    def expanded(self) -> Iterator[Check]:
        """Yield the check once for each case, with ``${word}`` replaced by the case's value."""
        if not self.cases:
            yield self
        for case in self.cases:
            data = self.model_dump(by_alias=True, exclude={"cases"})
            yield Check.model_validate(_filled(data, case))


class Checks(_Record):
    """The file ``checks.yaml``."""

    title: str
    checks: tuple[Check, ...]


def read_checks(path: Path, dictionary: Dictionary) -> tuple[Check, ...]:
    """Read a checks file and make sure that it names variables of the model only.

    Parameters
    ----------
    path : Path
    dictionary : Dictionary

    Returns
    -------
    tuple of Check

    Raises
    ------
    StudyError
        With every fault, each with its line.
    """
    document = read_yaml(path)
    checks = validate(document, Checks).checks
    faults = list(_double_ids(document, checks))
    for position, check in enumerate(checks):
        where = ("checks", position)
        for variant in check.expanded():
            for part, name in _names(variant):
                if "$" in name:
                    faults.append(document.fault((*where, part), f"no case fills {name}"))
                elif name not in dictionary:
                    what = f"no variable {name} in the model{dictionary.nearest(name)}"
                    faults.append(document.fault((*where, part), what))
            for part, name, what in _unbounded(variant, dictionary):
                faults.append(document.fault((*where, part), f"{name} has no {what} in the model"))
    if faults:
        raise StudyError(dict.fromkeys(faults))
    return checks


def covered_stocks(checks: Iterable[Check]) -> frozenset[str]:
    """Return the stocks whose conservation some check states."""
    return frozenset(
        item.variable
        for check in checks
        for variant in check.expanded()
        for item in variant.then
        if item.must == "conserve"
    )


def flow_terms(flow: str) -> list[tuple[str, str]]:
    """Split ``a * b / c`` into (sign, name) pairs, the sign ``*`` or ``/``."""
    parts = re.split(r"\s*([*/])\s*", flow.strip())
    return list(zip(["*", *parts[1::2]], parts[::2], strict=True))


def _filled(data: Any, case: Mapping[str, str]) -> Any:
    if isinstance(data, dict):
        return {_filled(key, case): _filled(value, case) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_filled(item, case) for item in data]
    return Template(data).safe_substitute(case) if isinstance(data, str) else data


def _double_ids(document: YamlDocument, checks: Sequence[Check]) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, check in enumerate(checks):
        if check.id in seen:
            yield document.fault(("checks", position, "id"), f"the id {check.id} is used twice")
        seen.add(check.id)


def _names(check: Check) -> Iterator[tuple[str, str]]:
    """Yield every variable a check names, with the part of the check it stands in."""
    yield from (("given", name) for name in check.given)
    yield from (("against", name) for name in check.against)
    for item in check.then:
        yield from (("then", name) for name in outputs_of(item))


def _unbounded(check: Check, dictionary: Dictionary) -> Iterator[tuple[str, str, str]]:
    """Yield the changes to a limit that the model does not state."""
    for part, changes in (("given", check.given), ("against", check.against)):
        for name, change in changes.items():
            if isinstance(change.set, str) and name in dictionary:
                low, high = dictionary[name].limits
                if (low if change.set == "minimum" else high) is None:
                    yield part, name, change.set


def outputs_of(item: Assertion) -> list[str]:
    """Return the variables an assertion needs of a run."""
    other = [item.than] if isinstance(item.than, str) and item.than != BASE else []
    flows = [name for flow in (*item.inflows, *item.outflows) for _, name in flow_terms(flow)]
    return [item.variable, *other, *flows]
