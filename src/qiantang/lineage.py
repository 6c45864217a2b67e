"""A scenario with its bases taken in, and the file and line that each part of it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qiantang.files.yamlfile import KeyPath, YamlDocument, read_yaml
from qiantang.rule import Rule
from qiantang.scenario import Lever, Scenario, resolve
from qiantang.study import Study


@dataclass(frozen=True)
class Origin:
    """Where a part of a scenario stands.

    Parameters
    ----------
    file : Path
    line : int
    """

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file.name}:{self.line}"


@dataclass(frozen=True)
class Lineage:
    """A flattened scenario, and where each part of it comes from.

    Parameters
    ----------
    scenario : Scenario
    levers, drivers : mapping of str to tuple of Origin
        The origin that holds first, then those it replaces, nearest base first.
    vintage : Origin or None
        None where no file gives one.
    changed : mapping of str to tuple of Origin
        Of the drivers and constants that the scenario changes.
    rules : tuple of (Origin, Rule)
        Conditions on which levers answer.
    """

    scenario: Scenario
    levers: Mapping[str, tuple[Origin, ...]]
    drivers: Mapping[str, tuple[Origin, ...]]
    vintage: Origin | None
    changed: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    rules: tuple[tuple[Origin, Rule], ...] = ()

    def record(self, chinese: Mapping[str, str]) -> dict[str, Any]:
        """Return a plain dict, ready for JSON.

        Parameters
        ----------
        chinese : mapping of str to str
            Chinese name of each lever.
        """
        scenario = self.scenario
        return {
            "name": scenario.name,
            "title": scenario.title,
            "title_zh": scenario.title_zh,
            "question": scenario.question,
            "question_zh": scenario.question_zh,
            "note": scenario.note,
            "files": [path.as_posix() for path in scenario.files],
            "vintage": {
                "value": scenario.vintage,
                "from": None if self.vintage is None else _place(self.vintage),
            },
            "drivers": {
                name: {"vintage": vintage, **_places(self.drivers[name])}
                for name, vintage in scenario.drivers.items()
            },
            "changes": scenario.changes.record(),
            "levers": {
                name: {
                    "name_zh": chinese.get(name, ""),
                    **_plain(lever),
                    **_places(self.levers[name]),
                }
                for name, lever in scenario.levers.items()
            },
            "rules": [
                {"when": rule.when.record(), "from": _place(origin),
                 "levers": {name: _plain(lever) for name, lever in rule.levers.items()}}
                for origin, rule in self.rules
            ],
            "sha256": scenario.sha256,
        }  # fmt: skip


def trace(study: Study, name: str) -> Lineage:
    """Read a scenario as a run would, and find the origin of each part.

    Parameters
    ----------
    study : Study
    name : str
        Name of a scenario of the study, or the path of a scenario file.

    Raises
    ------
    StudyError
    """
    vocabulary = study.vocabulary
    scenario = resolve(name, study.folder / "scenarios", vocabulary)
    documents = [read_yaml(path) for path in scenario.files]
    levers: dict[str, list[Origin]] = {}
    drivers: dict[str, list[Origin]] = {}
    for document in documents:
        for key in () if document.data.get("when") else document.data.get("levers") or ():
            lever = vocabulary.lever(str(key)) or str(key)
            levers.setdefault(lever, []).append(_origin(document, ("levers", key)))
        for key in document.data.get("drivers") or {}:
            driver = vocabulary.outside().driver(str(key)) or str(key)
            drivers.setdefault(driver, []).append(_origin(document, ("drivers", key)))
        for key in document.data.get("constants") or {}:
            constant = vocabulary.outside().constant(str(key)) or str(key)
            drivers.setdefault(constant, []).append(_origin(document, ("constants", key)))
    vintage = next(
        (_origin(d, ("vintage",)) for d in documents if d.data.get("vintage") is not None), None
    )
    return Lineage(
        scenario,
        {lever: tuple(levers[lever]) for lever in scenario.levers},
        {driver: tuple(drivers[driver]) for driver in scenario.drivers},
        vintage,
        {name: tuple(drivers[name])
         for name, _ in (*scenario.changes.drivers, *scenario.changes.constants)},
        tuple((_origin(document, ("when",)), rule)
              for rule in scenario.rules for document in documents if document.path == rule.file),
    )  # fmt: skip


def near(path: Path) -> str:
    """Return a path as seen from the working folder where it stands below it, else whole."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _origin(document: YamlDocument, where: KeyPath) -> Origin:
    return Origin(document.path, document.line(where))


def _place(origin: Origin) -> dict[str, Any]:
    return {"file": origin.file.as_posix(), "line": origin.line}


def _places(origins: tuple[Origin, ...]) -> dict[str, Any]:
    return {"from": _place(origins[0]), "replaces": [_place(origin) for origin in origins[1:]]}


def _plain(lever: Lever) -> dict[str, Any]:
    record = lever.model_dump(mode="json")
    record["path"] = [[year, value] for year, value in lever.path.items()]
    return record
