"""The effort file: what each lever costs, what a package may hold, what may stand in its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import KeyPath, YamlDocument, read_yaml, validate
from qiantang.known import KnownDate
from qiantang.model.mdl import Dictionary
from qiantang.vocabulary import Vocabulary

Array = NDArray[np.float64]
Text = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Above = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeverEffort(_Record):
    """What one lever costs, and how far it may be pulled."""

    cost: Above = Field(description="effort at full intensity; it grows in proportion")
    most: Annotated[float, Field(strict=True, ge=0, le=1)] = Field(
        description="highest intensity allowed, 0 to 1"
    )
    grade: Literal["data", "judgement"] = Field(description="where the cost comes from")
    source: Text
    known: KnownDate = Field(description="latest date of what the cost rests on")


class Rule(_Record):
    """A limit on several levers together."""

    id: Text
    of: Literal["all"] | list[Text] = Field(description="levers it counts, or all")
    at_most: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None, description="levers above nought"
    )
    sum: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = Field(
        default=None, description="intensities together"
    )
    note: Text

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.at_most is None) == (self.sum is None):
            raise ValueError("expected one of 'at_most' and 'sum'")
        return self


class BestCase(_Record):
    """Values of parameters under which no package does worse."""

    set: dict[Text, Finite] = Field(min_length=1)
    note: Text


class Limit(_Record):
    """Something that may stand in the way of a target, and how to loosen it.

    One that has a variable and no way to be loosened is only compared with the others.
    """

    id: Text
    name: Text
    name_zh: Text
    targets: Literal["all"] | list[Text]
    variable: Text | None = Field(default=None, description="variable of the model that limits")
    set: dict[Text, Finite] = Field(default={}, description="parameter: value when loosened")
    times: dict[Text, Above] = Field(default={}, description="parameter: factor when loosened")
    note: Text
    note_zh: Text | None = None

    @model_validator(mode="after")
    def _loosens(self) -> Self:
        if not self.set and not self.times and self.variable is None:
            raise ValueError("expected 'variable', 'set' or 'times'")
        return self

    def stands_before(self, target: str) -> bool:
        """Tell whether the limit may stand in the way of a target."""
        return self.targets == "all" or target in self.targets

    def loosened(self, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """Return the changed parameters; a factor works on each member's own value."""
        return {**self.set, **{name: parameters[name] * k for name, k in self.times.items()}}


class EffortFile(BaseModel):
    """The effort file as it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Qiantang effort")

    note: Text
    unit: Text = Field(description="unit of the costs")
    unit_zh: Text | None = None
    levers: dict[str, LeverEffort] = Field(min_length=1)
    budget: Above | None = Field(description="most that a package may cost, or null")
    rules: list[Rule]
    best_case: BestCase
    limits: list[Limit]


@dataclass(frozen=True)
class Effort:
    """A checked effort file; levers by the names of the model.

    Parameters
    ----------
    path : Path
    file : EffortFile
    levers : mapping of str to LeverEffort
    names : mapping of str to str
        The model's name of a lever by its Chinese name.
    """

    path: Path
    file: EffortFile
    levers: Mapping[str, LeverEffort]
    names: Mapping[str, str]

    def cost(self, levers: Iterable[str]) -> Array:
        """Return the cost of each lever at full intensity, shape (lever,)."""
        return np.array([self.levers[name].cost for name in levers])

    def most(self, levers: Iterable[str]) -> Array:
        """Return the highest intensity of each lever, shape (lever,)."""
        return np.array([self.levers[name].most for name in levers])

    def counted(self, rule: Rule, levers: Sequence[str]) -> NDArray[np.bool_]:
        """Return which levers a rule counts, shape (lever,)."""
        named = {self.names.get(name, name) for name in rule.of} if rule.of != "all" else None
        return np.array([named is None or name in named for name in levers], dtype=bool)


def effort_path(folder: Path) -> Path:
    """Return where a study keeps its effort file."""
    return folder / "scenarios" / "plan" / "effort.yaml"


def read_effort(
    path: Path, vocabulary: Vocabulary, targets: Iterable[str], dictionary: Dictionary
) -> Effort:
    """Read an effort file and hold it against the model and the plan.

    Parameters
    ----------
    path : Path
    vocabulary : Vocabulary
    targets : iterable of str
        Ids of the targets.
    dictionary : Dictionary

    Raises
    ------
    StudyError
        With every fault of the file.
    """
    document = read_yaml(path)
    faults: list[Fault] = list(_faults(document, vocabulary, set(targets), dictionary))
    try:
        file = validate(document, EffortFile)
    except StudyError as error:
        raise StudyError([*error.faults, *faults]) from None
    if faults:
        raise StudyError(faults)
    names = {chinese: lever for lever, chinese in vocabulary.chinese.items()}
    levers = {names.get(name, name): record for name, record in file.levers.items()}
    return Effort(path, file, levers, names)


def _faults(
    document: YamlDocument, vocabulary: Vocabulary, targets: set[str], dictionary: Dictionary
) -> Iterator[Fault]:
    """Find what the form of the file cannot show; works on files whose form is wrong, too."""
    data = document.data if isinstance(document.data, dict) else {}
    levers = data.get("levers")
    if isinstance(levers, dict) and levers:
        yield from _names(document, ("levers",), levers, vocabulary)
        given = {vocabulary.lever(str(name)) for name in levers}
        meant = "".join(vocabulary.hint(str(n)) for n in levers if vocabulary.lever(str(n)) is None)
        for name in vocabulary.levers:
            if name not in given and f"mean {name}?" not in meant:
                yield document.fault(("levers",), f"no cost for the lever {name}")
    for kind in ("rules", "limits"):
        yield from _twice(document, kind, _dicts(data.get(kind)))
    for index, rule in _dicts(data.get("rules")):
        of = rule.get("of")
        if isinstance(of, list):
            yield from _names(document, ("rules", index, "of"), of, vocabulary)
    for index, limit in _dicts(data.get("limits")):
        where: KeyPath = ("limits", index)
        named = limit.get("targets")
        for place, name in enumerate(named if isinstance(named, list) else []):
            if isinstance(name, str) and name not in targets:
                what = f"unknown target {name!r}{nearest(name, targets)}"
                yield document.fault((*where, "targets", place), what)
        variable = limit.get("variable")
        if isinstance(variable, str) and variable not in dictionary:
            what = f"unknown variable {variable!r}{nearest(variable, dictionary)}"
            yield document.fault((*where, "variable"), what)
        yield from _parameters(document, (*where, "set"), limit.get("set"), dictionary)
        yield from _parameters(document, (*where, "times"), limit.get("times"), dictionary)
    best = data.get("best_case")
    if isinstance(best, dict):
        yield from _parameters(document, ("best_case", "set"), best.get("set"), dictionary)


def _names(
    document: YamlDocument, where: KeyPath, names: Iterable[Any], vocabulary: Vocabulary
) -> Iterator[Fault]:
    """Find unknown levers, and one named twice, once in English and once in Chinese."""
    seen: dict[str, str] = {}
    for index, name in enumerate(names):
        place = (*where, name if where == ("levers",) else index)
        lever = vocabulary.lever(str(name))
        if lever is None:
            yield document.fault(place, f"unknown lever {str(name)!r}{vocabulary.hint(str(name))}")
        elif lever in seen:
            yield document.fault(place, f"the same lever as {seen[lever]}")
        else:
            seen[lever] = str(name)


def _twice(
    document: YamlDocument, kind: str, records: Iterable[tuple[int, dict[Any, Any]]]
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, record in records:
        name = record.get("id")
        if isinstance(name, str) and name in seen:
            what = f"{name!r} is the id of an earlier one"
            yield document.fault((kind, index, "id"), what)
        seen.add(str(name))


def _parameters(
    document: YamlDocument, where: KeyPath, given: Any, dictionary: Dictionary
) -> Iterator[Fault]:
    """Find names that are no constant of the model, and values outside the model's limits."""
    for name, value in (given if isinstance(given, dict) else {}).items():
        item = dictionary.get(str(name))
        if item is None or not _is_constant(item.equation):
            constants = [key for key, known in dictionary.items() if _is_constant(known.equation)]
            what = f"no constant of the model file{nearest(str(name), constants)}"
            yield document.fault((*where, name), what)
            continue
        low, high = item.limits
        lowest, highest = -np.inf if low is None else low, np.inf if high is None else high
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if where[-1] == "set" and is_number and not lowest <= value <= highest:
            what = f"{value} is outside the model's limits, {lowest:g} to {highest:g} {item.unit}"
            yield document.fault((*where, name), what)


def _is_constant(equation: str) -> bool:
    try:
        float(equation)
    except ValueError:
        return False
    return True


def _dicts(value: Any) -> list[tuple[int, dict[Any, Any]]]:
    """Return the places and mappings of a list: its form is checked elsewhere."""
    items = value if isinstance(value, list) else []
    return [(place, item) for place, item in enumerate(items) if isinstance(item, dict)]
