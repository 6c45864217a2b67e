"""A scenario file as it stands: levers, drivers, constants and words, each entry's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qiantang.changes import SPREADS, Changes, change_of, constant_change
from qiantang.vocabulary import vintage_text

Text = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
ArticleNumber = Annotated[int, Field(strict=True)]
Vintage = Annotated[
    str, BeforeValidator(vintage_text), Field(json_schema_extra={"type": ["string", "integer"]})
]


class Lever(BaseModel):
    """One lever as a path in time, with the articles that call for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Text = Field(description="unit of the lever, the same as in the model file")
    path: dict[Finite, Finite] = Field(
        min_length=1,
        description="year: value; years increase; the first value holds before, the last after",
    )
    between: Literal["ramp", "step"] = Field(
        description="ramp: a straight line from knot to knot; step: each value holds until the next"
    )
    cites: list[ArticleNumber] = Field(
        description="articles of the plan; none where no article calls for it, reading: assumed"
    )
    reading: Literal["stated", "inferred", "assumed"] = Field(
        description="how far the text gives these numbers"
    )
    note: Text = Field(description="why these numbers")

    @model_validator(mode="after")
    def _read_somewhere(self) -> Lever:
        if not self.cites and self.reading != "assumed":
            raise ValueError(f"cites no article, so its reading is assumed, not {self.reading}")
        return self


def _entry(given: object) -> object:
    """Read the short forms of an entry: a vintage alone, and years as keys beside its words."""
    if isinstance(given, (str, int)):
        return {"vintage": given}
    if not isinstance(given, dict):
        return given
    years = {k: v for k, v in given.items() if isinstance(k, (int, float))}
    words = {k: v for k, v in given.items() if k not in years}
    return {**words, "path": years} if years else words


class Setting(BaseModel):
    """What a file says of one driver or constant: years with their numbers, and words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: dict[Finite, Any] = Field(default={}, description="year: number, % or factor")
    unit: Text | None = Field(default=None, description="the same as the driver's or constant's")
    vintage: Vintage | None = Field(default=None, description="of the driver")
    spread: Any = Field(default="kept", description="of the driver in these years: a share of it")
    note: Text | None = Field(default=None, description="why these numbers")


class ScenarioFile(BaseModel):
    """A scenario as it stands in its file, before its base is taken in."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Qiantang scenario")

    title: Text
    title_zh: str = ""
    question: Text
    question_zh: str = ""
    base: Text | None = Field(description="name of the scenario this one starts from, or null")
    note: Text | None = Field(default=None, description="what a reader of the result should know")
    levers: dict[str, Lever] = Field(
        default={}, description="lever: path; a lever named here replaces that of the base"
    )
    drivers: dict[str, Annotated[Setting, BeforeValidator(_entry)]] = Field(
        default={},
        description="driver: its vintage where it is not that of the scenario, or its own years",
    )
    constants: dict[str, Annotated[Setting, BeforeValidator(_entry)]] = Field(
        default={}, description="constant or uncertainty: year: what holds from then on"
    )
    vintage: Vintage | None = Field(
        default=None, description="of all drivers; where absent the base's, else that of the plan"
    )


def changes_of(drivers: Mapping[str, Setting], constants: Mapping[str, Setting]) -> Changes:
    """Return what the entries of a scenario change, in order of the names."""
    driven = (
        (name, change_of(s.path, SPREADS.get(s.spread, s.spread), s.note or ""))
        for name, s in sorted(drivers.items())
        if s.path
    )
    dated = ((n, constant_change(s.path, s.note or "")) for n, s in sorted(constants.items()))
    return Changes(tuple(driven), tuple(dated))
