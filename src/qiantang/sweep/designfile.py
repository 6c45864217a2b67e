"""The form of a sweep's design file, read and checked like a scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from qiantang.files import door
from qiantang.files.yamlfile import YamlDocument

if TYPE_CHECKING:
    from qiantang.scenario import Scenario
    from qiantang.study import Study

Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True)]

#: What an axis may move, in the words of the file.
MOVES = ("intensity", "start", "delay", "uncertainty", "vintage")
#: Ways to give the values of an axis.
WAYS = ("values", "quantiles", "range")
#: Kinds of design that draw their points.
SAMPLED = ("latin_hypercube", "sobol", "saltelli")
#: Kinds of design that step through given values.
STEPPED = ("grid", "one_at_a_time", "pairs")

#: Runs of a chunk unless the design says otherwise: about a second of work.
CHUNK_RUNS = 16_384
#: Most points of a design, scenarios included.
MOST_POINTS = 1_000_000

AXIS_NAME = re.compile(r"[a-z][a-z0-9_]*")

_NAMES: JsonDict = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_VALUE: JsonDict = {"type": ["number", "string"]}


def _as_list(given: object) -> object:
    """Read one name as a list of one."""
    return [given] if isinstance(given, str) else given


Names = Annotated[
    list[Text], BeforeValidator(_as_list), Field(min_length=1, json_schema_extra=_NAMES)
]


class Axis(BaseModel):
    """One axis of a design: what it moves, and through which values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intensity: Names | None = Field(
        default=None, description="lever, levers, `all` or `each`: its path times the value"
    )
    start: Names | None = Field(
        default=None, description="lever, levers, `all` or `each`: year in which its path begins"
    )
    delay: Names | None = Field(
        default=None, description="lever, levers, `all` or `each`: years by which its path is late"
    )
    uncertainty: Text | None = Field(
        default=None, description="parameter of calibration/priors.yaml, the same in every member"
    )
    vintage: Names | None = Field(default=None, description="driver, drivers or `all`")
    unit: Text | None = Field(
        default=None, description="of the values; the model's own; none with vintage"
    )
    values: Annotated[list[Any], Field(min_length=1)] | None = Field(
        default=None, description="values one by one", json_schema_extra={"items": _VALUE}
    )
    quantiles: Annotated[list[Any], Field(min_length=1)] | None = Field(
        default=None,
        description="uncertainty only: quantiles of its prior, between 0 and 1",
        json_schema_extra={"items": {"type": "number"}},
    )
    range: Any = Field(
        default=None,
        description="sampled designs: lowest and highest value; or `prior`, for an uncertainty",
        json_schema_extra={
            "oneOf": [
                {"const": "prior"},
                {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
                {"type": "null"},
            ]
        },
    )
    base: Any = Field(
        default=None,
        description="one_at_a_time, pairs: value while others move; absent: as the scenario says",
        json_schema_extra={"type": ["number", "string", "null"]},
    )


class FigureRecord(BaseModel):
    """A yearly figure to keep besides the targets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    variable: Text = Field(description="variable of the model")
    years: list[Whole] = Field(min_length=1, description="calendar years")


class DesignFile(BaseModel):
    """A sweep: points over levers and uncertainties, crossed with scenarios and members."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Qiantang sweep")

    title: Text
    title_zh: str = ""
    question: Text
    question_zh: str = ""
    note: Text | None = Field(default=None, description="what a reader of the result should know")
    kind: Literal[
        "grid", "one_at_a_time", "pairs", "latin_hypercube", "sobol", "saltelli", "list"
    ] = Field(description="how the points are laid out")
    scenarios: list[Text] = Field(min_length=1, description="each point is run in each of them")
    levers_from: Text | None = Field(
        default=None,
        description="scenario whose lever paths an intensity scales; absent: each scenario's own",
    )
    members: Annotated[int, Field(strict=True, ge=1)] = Field(
        description="members of the newest fit, the same ones at every point"
    )
    seed: Annotated[int, Field(strict=True, ge=0)] = Field(
        description="of members, drivers and sampled points"
    )
    size: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="sampled designs: points drawn; a power of two for sobol"
    )
    points: Annotated[list[dict[str, Any]], Field(min_length=1)] | None = Field(
        default=None, description="list only: one mapping a point, axis: value"
    )
    axes: dict[str, Axis] = Field(default={}, description="axis: what it moves and how far")
    figures: list[FigureRecord] = Field(
        default=[], description="yearly figures to keep besides the targets"
    )
    keep: Literal["runs", "summaries"] = Field(
        default="runs", description="every run, or quantiles and probabilities of each point"
    )
    chunk_runs: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = Field(
        default=CHUNK_RUNS, description="runs that are computed and written together"
    )


@dataclass(frozen=True)
class Design:
    """A design that has passed all checks.

    Parameters
    ----------
    name : str
        Name of the file, without its suffix.
    document : YamlDocument
        As it stands on disk.
    file : DesignFile
    """

    name: str
    document: YamlDocument
    file: DesignFile

    def scenario(self, study: Study, name: str) -> Scenario:
        """Read one of the design's scenarios."""
        return study.scenario(str(scenario_path(self.document, name, study) or name))

    @property
    def content(self) -> Mapping[str, Any]:
        """What moves a result: not the words, not the comments."""
        words = {"title", "title_zh", "question", "question_zh", "note"}
        return self.file.model_dump(mode="json", exclude=words)


def scenario_path(document: YamlDocument, name: str, study: Study) -> Path | None:
    """Return the file of a scenario that is given by a path, as seen from the design's folder.

    Raises
    ------
    OSError
        If the path leads out of the study, or out of the folder of a design that stands elsewhere.
    """
    if not name.endswith((".yaml", ".yml")):
        return None
    folder = document.path.parent
    inside = folder.resolve().is_relative_to(study.folder.resolve())
    return door.beside(folder, name, study.folder if inside else folder)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a design file."""
    return DesignFile.model_json_schema()
