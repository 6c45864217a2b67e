"""The design of a robust search, read and held against its study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate

if TYPE_CHECKING:
    from qiantang.study import Study

Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True, ge=1)]

#: What may be sought, and whether more of it is better.
MEASURES = {
    "probability": True,
    "superquantile": True,
    "radius": True,
    "regret": False,
    "effort": False,
}


class Objective(BaseModel):
    """One thing that a package is to be good at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: Literal["probability", "superquantile", "radius", "regret", "effort"] = Field(
        description="P of reaching the target; mean of its worst tenth; share of worlds, the "
        "nearest first, in which it holds; what is given up in one case of ten; the cost"
    )
    target: Text | None = Field(default=None, description="id of a target; none with effort")

    @property
    def name(self) -> str:
        """Name of its column."""
        return self.measure if self.target is None else f"{self.measure}_{self.target}"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.measure == "effort") != (self.target is None):
            raise ValueError("every measure but effort has a 'target', and effort has none")
        return self


class RobustFile(BaseModel):
    """A robust search: what may be moved, what is sought, and how long."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Qiantang robust search")

    title: Text
    title_zh: str = ""
    question: Text
    question_zh: str = ""
    note: Text | None = None
    objectives: Annotated[list[Objective], Field(min_length=2, max_length=8)]
    levers: Literal["all"] | Annotated[list[Text], Field(min_length=1)] = Field(
        default="all", description="levers that may be moved, in English or Chinese"
    )
    latest: Annotated[float, Field(ge=0, le=10)] = Field(
        default=0, description="years by which a lever may begin later than in the full plan"
    )
    vintage: Text | None = Field(default=None, description="of the drivers; absent: the base's own")
    members: Whole = Field(description="members that candidates are scored on")
    fresh: Whole = Field(description="members that the winners are scored on anew")
    seed: Annotated[int, Field(strict=True, ge=0)]
    searches: Annotated[int, Field(strict=True, ge=2, le=50)] = Field(
        default=3, description="searches from different seeds"
    )
    population: Annotated[int, Field(strict=True, ge=8, le=1000)] = 60
    generations: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 40


@dataclass(frozen=True)
class RobustDesign:
    """A design that has passed all checks.

    Parameters
    ----------
    name : str
    document : YamlDocument
    file : RobustFile
    levers : tuple of str
        By the names of the model, in its order.
    """

    name: str
    document: YamlDocument
    file: RobustFile
    levers: tuple[str, ...]

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return tuple(objective.name for objective in self.file.objectives)

    @property
    def content(self) -> dict[str, Any]:
        """What moves a result: not the words."""
        words = {"title", "title_zh", "question", "question_zh", "note"}
        return self.file.model_dump(mode="json", exclude=words)


def read_robust(name: str, study: Study) -> RobustDesign:
    """Read a design by name, under ``scenarios/robust``, or from the path of a file.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    return robust_of(read_yaml(_place(name, study.folder / "scenarios" / "robust")), study)


def robust_of(document: YamlDocument, study: Study) -> RobustDesign:
    """Hold the design of a document against a study.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    file = validate(document, RobustFile)
    if faults := list(_faults(document, file, study)):
        raise StudyError(faults)
    full = study.scenario(study.about.scenarios.full)
    pulled = [lever for lever in study.vocabulary.levers if lever in full.levers]
    named = {study.vocabulary.lever(lever) for lever in file.levers} if file.levers != "all" else ()
    levers = tuple(lever for lever in pulled if not named or lever in named)
    return RobustDesign(document.path.stem, document, file, levers)


def _place(name: str, folder: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = sorted(one.stem for one in folder.glob("*.yaml"))
        raise StudyError([Fault(path, None, "", f"no such design{nearest(name, known)}")])
    return path


def _faults(document: YamlDocument, file: RobustFile, study: Study) -> Iterator[Fault]:
    targets = [target.id for target in study.plan.targets.targets]
    seen = set()
    for place, objective in enumerate(file.objectives):
        if objective.target is not None and objective.target not in targets:
            hint = nearest(objective.target, targets) or f", expected one of {', '.join(targets)}"
            where = ("objectives", place, "target")
            yield document.fault(where, f"no target {objective.target!r}{hint}")
        if objective.name in seen:
            yield document.fault(("objectives", place), "stands there already")
        seen.add(objective.name)
    full = study.scenario(study.about.scenarios.full)
    for place, name in enumerate(file.levers if file.levers != "all" else ()):
        lever = study.vocabulary.lever(name)
        if lever is None:
            hint = study.vocabulary.hint(name)
            yield document.fault(("levers", place), f"unknown lever {name!r}{hint}")
        elif lever not in full.levers:
            yield document.fault(("levers", place), f"{full.name} does not pull it")
    for fault in study.about.vintage_faults(file.vintage):
        yield document.fault(("vintage",), fault.what)
    kept = study.fit.record.members
    if file.members + file.fresh > kept:
        what = f"{file.members} and {file.fresh} fresh members, {kept} are in the fit"
        yield document.fault(("fresh",), what)
