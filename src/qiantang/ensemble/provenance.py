"""What a run was made from: the facts that travel with its Dataset, written and read here alone.

What holds for all of it (study, model, fit, seed, engine, versions) stands in the attributes. What
holds for a scenario stands in coordinates along the axis ``scenario``: what picks scenarios, or
joins Datasets along that axis, takes their facts with them. A file keeps both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.changes import OWN, Changes
from qiantang.fits import text_digest
from qiantang.scenario import Scenario
from qiantang.scenariofile import When
from qiantang.study import Study
from qiantang.studyfile import Role
from qiantang.wording.titles import titles_shown

if TYPE_CHECKING:
    import xarray as xr

#: Axis along which the facts of scenarios stand, and how the names of those coordinates begin.
AXIS = "scenario"
_BEGIN = f"{AXIS}_"
#: Coordinates of the variable that ceased to be finite first, and when.
_FIRST, _WHEN = f"{_BEGIN}first_diverged", f"{_BEGIN}first_diverged_at"
#: Coordinate of the rules, as JSON records; empty where a scenario has none.
_RULES = f"{_BEGIN}rules"


@dataclass(frozen=True)
class Ruled:
    """A rule of a scenario that was run: its condition, what answers, and how often it was met.

    Parameters
    ----------
    when : When
    levers : tuple of str
    met : float
        Share of the members in which it was met at any of its dates.
    """

    when: When
    levers: tuple[str, ...]
    met: float


@dataclass(frozen=True)
class Origin:
    """What all of a Dataset was made from.

    Parameters
    ----------
    study : str
    model_sha256, fit : str
    seed : int
    engine : str
    vintage_given : str or None
        Vintage of the drivers that was asked for in place of the scenarios' own.
    qiantang : str
        Version of the program.
    """

    study: str
    model_sha256: str
    fit: str
    seed: int
    engine: str
    vintage_given: str | None
    qiantang: str

    @classmethod
    def of(cls, attributes: Mapping[Any, object]) -> Origin:
        """Return what attributes tell, as :func:`made_from` writes them."""
        told = {field.name: str(attributes[field.name]) for field in fields(cls)}
        given = {"seed": int(told["seed"]), "vintage_given": told["vintage_given"] or None}
        return cls(**(told | given))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Facts:
    """What one scenario of a Dataset is.

    Parameters
    ----------
    title, title_zh : str
    vintage : str
        Vintage of its drivers, as it is shown.
    world : {"known", "actual", "own", "mixed"}
    sha256 : str
        Digest of the scenario.
    changes : str
        What it changes of the world, as a JSON record; empty where it is nothing.
    """

    title: str
    title_zh: str
    vintage: str
    world: str
    sha256: str
    changes: str = ""


def facts_of(study: Study, scenario: Scenario, vintage: str | None = None) -> Facts:
    """Return what a scenario is, in the vintage given or its own."""
    others = sorted({v for v in scenario.drivers.values() if v != scenario.vintage})
    seen = [scenario.vintage, *others] if vintage is None else [vintage]
    own = scenario.changes
    world: Role = "own" if own else "mixed" if len(seen) > 1 else study.about.role(seen[0])
    told = json.dumps(own.record(), ensure_ascii=False) if own else ""
    return Facts(
        *titles_shown(scenario), " + ".join([*seen, *([OWN] if own else [])]), world,
        scenario.sha256, told,
    )  # fmt: skip


def along(facts: Sequence[Facts]) -> dict[str, tuple[str, Any]]:
    """Return the coordinates that tell the facts of scenarios, in their order."""
    return {
        f"{_BEGIN}{field.name}": (AXIS, np.array([getattr(one, field.name) for one in facts], str))
        for field in fields(Facts)
    }


def of_one(name: str, facts: Facts) -> dict[str, Any]:
    """Return the coordinates of a Dataset of a single scenario, which has no axis for it."""
    return {AXIS: name} | {key: values[0] for key, (_, values) in along([facts]).items()}


def made_from(study: Study, seed: int, vintage: str | None, engine: str) -> dict[str, str]:
    """Return the attributes: study, model, fit, seed, engine, versions."""
    return {
        "study": study.model_file.stem,
        "model_sha256": text_digest(study.model_file),
        "fit": study.fit.record.version,
        "seed": str(seed),
        "engine": engine,
        "vintage_given": vintage or "",
        "qiantang": version("qiantang"),
        "numpy": np.__version__,
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def first_diverged(firsts: Iterable[Sequence[tuple[str, float]]]) -> dict[str, tuple[str, Any]]:
    """Return the coordinates that tell what ceased to be finite first in each scenario, and when.

    Parameters
    ----------
    firsts : iterable of sequence of (str, float)
        Variable and time of each member that diverged, by scenario.
    """
    found = [faults[0] if faults else ("", np.nan) for faults in firsts]
    return {
        _FIRST: (AXIS, np.array([name for name, _ in found], str)),
        _WHEN: (AXIS, np.array([time for _, time in found], np.float64)),
    }


def played(scenarios: Sequence[Scenario], acts: Sequence[Sequence[Any]]) -> dict[str, list[Ruled]]:
    """Return the rules of scenarios that have some, and how often each was ever met.

    Parameters
    ----------
    scenarios : sequence of Scenario
    acts : sequence of sequence of ndarray of bool, shape (date, member)
        By scenario and rule, the members whose levers answer.
    """
    return {
        scenario.name: [
            Ruled(rule.when, tuple(rule.levers), float(np.any(act, axis=0).mean()))
            for rule, act in zip(scenario.rules, mine, strict=True)
        ]
        for scenario, mine in zip(scenarios, acts, strict=True)
        if scenario.rules
    }


def ruled(names: Sequence[str], rules: Mapping[str, Sequence[Ruled]]) -> dict[str, tuple[str, Any]]:
    """Return the coordinate that tells the rules of scenarios."""
    told = [
        json.dumps([
            {"when": one.when.record(), "levers": list(one.levers), "met": one.met}
            for one in rules[name]
        ]) if name in rules else ""
        for name in names
    ]  # fmt: skip
    return {_RULES: (AXIS, np.array(told, str))}


def is_of_run(dataset: xr.Dataset) -> bool:
    """Return whether a Dataset tells what it was made from, scenario by scenario."""
    known = {field.name for field in fields(Origin)} <= set(dataset.attrs)
    return known and set(along(())) <= set(dataset.coords) and AXIS in dataset.dims


def origin_of(dataset: xr.Dataset) -> Origin:
    """Return what all of a Dataset was made from."""
    return Origin.of(dataset.attrs)


def titles_of(dataset: xr.Dataset) -> dict[str, tuple[str, str]]:
    """Return the English and the Chinese title of each scenario; none of a Dataset without."""
    english, chinese = (_told(dataset, f"{_BEGIN}{key}") for key in ("title", "title_zh"))
    return {name: (english[name], chinese[name]) for name in english}


def vintages_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return the vintage of each scenario, as it is shown."""
    return _told(dataset, f"{_BEGIN}vintage")


def worlds_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return what the world of each scenario is to the study: known, actual, own or mixed."""
    return _told(dataset, f"{_BEGIN}world")


def digests_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return the digest of each scenario."""
    return _told(dataset, f"{_BEGIN}sha256")


def changes_of(dataset: xr.Dataset) -> dict[str, Changes]:
    """Return what scenarios change of the world; those that change nothing are left out."""
    told = _told(dataset, f"{_BEGIN}changes")
    return {name: Changes.of_record(json.loads(text)) for name, text in told.items() if text}


def rules_of(dataset: xr.Dataset) -> dict[str, list[Ruled]]:
    """Return the rules of scenarios, and how often each was met; those without are left out."""
    return {
        name: [
            Ruled(When(**one["when"]), tuple(one["levers"]), one["met"]) for one in json.loads(text)
        ]
        for name, text in _told(dataset, _RULES).items()
        if text
    }


def losses_of(dataset: xr.Dataset) -> dict[str, tuple[int, str, float]]:
    """Return members lost, what ceased to be finite first, and when, where members diverged."""
    names = _told(dataset, _FIRST)
    if not names:
        return {}
    times = _values(dataset, _WHEN)
    lost = dict(zip(names, np.atleast_2d(dataset["diverged"]).sum(axis=-1), strict=True))
    return {
        name: (int(lost[name]), names[name], float(time))
        for name, time in zip(names, times, strict=True)
        if lost[name]
    }


def table_of(dataset: xr.Dataset) -> Mapping[str, Sequence[object]]:
    """Return the facts of the scenarios as the columns of a table."""
    kept = [_BEGIN[:-1], *(n for n in map(str, dataset.coords) if n.startswith(_BEGIN))]
    return {name: _values(dataset, name).tolist() for name in kept}


def without(dataset: xr.Dataset) -> xr.Dataset:
    """Return the figures alone, without the facts of the scenarios."""
    return dataset.drop_vars([n for n in dataset.coords if str(n).startswith(_BEGIN)])


def _told(dataset: xr.Dataset, coordinate: str) -> dict[str, str]:
    """Return the text of a coordinate by scenario, be it an axis or one that was picked."""
    if coordinate not in dataset.coords:
        return {}
    names, texts = (_values(dataset, name) for name in (AXIS, coordinate))
    return {str(name): str(text) for name, text in zip(names, texts, strict=True)}


def _values(dataset: xr.Dataset, coordinate: str) -> np.ndarray[Any, Any]:
    return np.atleast_1d(dataset[coordinate].to_numpy())
