"""A scenario is one question: levers as paths in time over a base, and a vintage of the drivers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.changes import UNCHANGED, Changes
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate
from qiantang.rule import Rule, content_of, path_of, rules_on
from qiantang.scenariofile import Lever, ScenarioFile, Setting, changes_of
from qiantang.vocabulary import Vocabulary, content_faults

if TYPE_CHECKING:
    from qiantang.engine.path import Path as TimePath

__all__ = [
    "Lever",
    "Scenario",
    "ScenarioFile",
    "Vocabulary",
    "read_scenario",
    "resolve",
    "scenario_names",
]


@dataclass(frozen=True)
class Scenario:
    """A scenario with its bases taken in: all that a run needs to know of it.

    A file gives no ``parameters``: a point of a sweep has them in place of the members' own. The
    ``levers`` are those of members in which no rule is met.
    """

    name: str
    title: str
    title_zh: str
    question: str
    question_zh: str
    note: str | None
    levers: Mapping[str, Lever]
    drivers: Mapping[str, str]
    vintage: str
    files: tuple[Path, ...]
    changes: Changes = UNCHANGED
    parameters: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of what moves a result: paths, drivers and vintage, not the words."""
        levers = content_of(self.levers)
        content: dict[str, Any] = {
            "levers": levers, "drivers": dict(self.drivers), "vintage": self.vintage,
        }  # fmt: skip
        if self.rules:
            content["rules"] = [rule.record() for rule in self.rules]
        if self.changes:
            content["changes"] = self.changes.record()
        if self.parameters:
            content["parameters"] = dict(sorted(self.parameters.items()))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def __repr__(self) -> str:
        from qiantang.display import scenario_text

        return scenario_text(self)

    def _repr_html_(self) -> str:
        from qiantang.display import scenario_html

        return scenario_html(self)

    def path(self, lever: str) -> TimePath:
        """Return the path of a lever, straight lines between its knots.

        Before the first knot the first value holds, after the last the last. A step becomes two
        knots `STEP_WIDTH` apart. [unit of the lever]

        Raises
        ------
        KeyError
            If the scenario does not set the lever; it stays at the model's own value.
        """
        return path_of(self.levers[lever])

    @property
    def moved(self) -> tuple[str, ...]:
        """The levers that move, those that answer to a rule among them."""
        answer = (name for rule in self.rules for name in rule.levers)
        return tuple(dict.fromkeys([*self.levers, *answer]))

    def driver_vintage(self, driver: str) -> str:
        """Return the vintage in which this scenario sees a driver."""
        return self.drivers.get(driver, self.vintage)

    @property
    def world(self) -> tuple[object, ...]:
        """What it says of the world outside: equal where two scenarios see the same."""
        return self.vintage, tuple(sorted(self.drivers.items())), self.changes

    def unchanged(self) -> Scenario:
        """Return the same scenario without what it changes of the world."""
        return replace(self, changes=UNCHANGED)


def refuse_rules(*scenarios: Scenario) -> None:
    """Refuse scenarios with levers that answer, where levers are moved or scaled from outside.

    Raises
    ------
    StudyError
    """
    what = "its levers answer to a rule (when), expected a scenario whose levers are set"
    faults = [Fault(s.files[0] if s.files else s.name, None, "when", what)
              for s in scenarios if s.rules]  # fmt: skip
    if faults:
        raise StudyError(dict.fromkeys(faults))


def read_scenario(path: Path, vocabulary: Vocabulary) -> ScenarioFile:
    """Read one scenario file and check it against the model's vocabulary.

    Raises
    ------
    StudyError
        With every fault of the file.
    """
    return _checked(read_yaml(path), vocabulary)


def _checked(document: YamlDocument, vocabulary: Vocabulary) -> ScenarioFile:
    faults = list(content_faults(document, vocabulary))
    try:
        scenario = validate(document, ScenarioFile)
    except StudyError as error:
        raise StudyError([*error.faults, *faults]) from None
    if faults:
        raise StudyError(faults)
    levers = {vocabulary.lever(name) or name: lever for name, lever in scenario.levers.items()}
    named: dict[str, Any] = {"levers": levers}
    if scenario.drivers or scenario.constants:
        outside = vocabulary.outside()
        named["drivers"] = {outside.driver(n) or n: s for n, s in scenario.drivers.items()}
        named["constants"] = {outside.constant(n) or n: s for n, s in scenario.constants.items()}
    if scenario.when is not None:
        watched = vocabulary.watched.variable(scenario.when.variable)
        named["when"] = scenario.when.model_copy(update={"variable": watched})
    return scenario.model_copy(update=named)


def scenario_names(folder: Path) -> list[str]:
    """Return the names of the scenarios in a folder, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def resolve(name: str, folder: Path, vocabulary: Vocabulary) -> Scenario:
    """Read a scenario and its bases into one.

    Parameters
    ----------
    name : str
        Name of a scenario of the folder, or the path of a scenario file; the bases of such a file
        are looked for beside it first.
    folder : Path
    vocabulary : Vocabulary

    Raises
    ------
    StudyError
    """
    chain = _chain(name, folder, vocabulary)
    return _resolved(chain[0][0].stem, chain, vocabulary)


def _resolved(
    name: str, chain: Sequence[tuple[Path, ScenarioFile]], vocabulary: Vocabulary
) -> Scenario:
    """Put a scenario and its bases, the scenario first, into one."""
    levers: dict[str, Lever] = {}
    drivers: dict[str, Setting] = {}
    constants: dict[str, Setting] = {}
    vintage = vocabulary.vintage
    rules: tuple[Rule, ...] = ()
    for path, file in reversed(chain):
        rules = rules_on(rules, file, path)
        levers |= {} if file.when else file.levers
        drivers |= file.drivers
        constants |= file.constants
        vintage = file.vintage or vintage
    own = chain[0][1]
    return Scenario(
        name=name,
        title=own.title,
        title_zh=own.title_zh,
        question=own.question,
        question_zh=own.question_zh,
        note=own.note,
        levers=levers,
        drivers={name: s.vintage for name, s in drivers.items() if s.vintage is not None},
        vintage=vintage,
        files=tuple(path for path, _ in chain),
        changes=changes_of(drivers, constants),
        rules=rules,
    )


def resolve_record(
    record: Mapping[str, Any], folder: Path, vocabulary: Vocabulary, name: str = "own"
) -> Scenario:
    """Read a scenario that is given as a dict, with the keys of a file; none is required.

    Parameters
    ----------
    record : mapping
        May hold a ``name`` as well.
    folder : Path
    vocabulary : Vocabulary
    name : str
        Where the record holds none.

    Raises
    ------
    StudyError
        With every fault.
    """
    given = dict(record)
    name = str(given.pop("name", name))
    title = name.replace("_", " ").capitalize()
    filled = {"title": title, "question": f"{title}?", "base": None, **given}
    document = YamlDocument(Path(f"{name} (dict)"), filled, {})
    return _resolved(name, _bases(document, folder, vocabulary), vocabulary)


def _chain(name: str, folder: Path, vocabulary: Vocabulary) -> list[tuple[Path, ScenarioFile]]:
    """Return a scenario and its bases, the scenario first."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else _place(name, [folder])
    if path is None:
        what = f"no such scenario{nearest(name, scenario_names(folder))}"
        raise StudyError([Fault(folder / f"{name}.yaml", None, "", what)])
    return _bases(read_yaml(path), folder, vocabulary)


def _bases(
    document: YamlDocument, folder: Path, vocabulary: Vocabulary
) -> list[tuple[Path, ScenarioFile]]:
    """Return a scenario and its bases, the scenario first."""
    chain: list[tuple[Path, ScenarioFile]] = []
    while True:
        path, file = document.path, _checked(document, vocabulary)
        chain.append((path, file))
        if file.base is None:
            return chain
        base = _place(file.base, [path.parent, folder])
        if base is None:
            known = [*scenario_names(path.parent), *scenario_names(folder)]
            what = f"no such scenario, got {file.base!r}{nearest(file.base, known)}"
            raise StudyError([document.fault(("base",), what)])
        seen = [place for place, _ in chain]
        if base in seen:
            names = " -> ".join(place.stem for place in [*seen, base])
            what = f"the bases run in a circle: {names}"
            raise StudyError([read_yaml(seen[0]).fault(("base",), what)])
        document = read_yaml(base)


def _place(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the file of a scenario in the first folder that has it."""
    for folder in folders:
        if door.stands(folder, f"{name}.yaml"):
            return folder / f"{name}.yaml"
    return None
