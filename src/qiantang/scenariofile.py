"""A scenario file as it stands: levers, drivers, constants and words, each entry's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qiantang.changes import SPREADS, Changes, change_of, constant_change
from qiantang.vocabulary import vintage_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def _listed(given: object) -> object:
    """Read one date as a list of one."""
    return given if isinstance(given, list) else [given]


class When(BaseModel):
    """A rule: the levers of the file answer in the members in which a condition is met.

    Each member is looked at by itself, at each date, as the model runs. Before levers answer they
    are those of the base. Their paths are written as they go where they answer at the first date;
    where they answer later, at another date or after a delay, they come so much later.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"oneOf": [{"required": ["below"]}, {"required": ["above"]}]},
    )  # fmt: skip

    variable: Text = Field(description="variable of the model, looked at as it stands on the date")
    unit: Text | None = Field(default=None, description="the same as the variable's in the model")
    below: Finite | None = Field(default=None, description="met below this")
    above: Finite | None = Field(default=None, description="met above this")
    at: Annotated[list[Finite], BeforeValidator(_listed)] = Field(
        min_length=1,
        description="date or dates at which it is looked at, each a step of the model",
        json_schema_extra={"type": ["number", "array"]},
    )
    lasts: Literal["once", "while"] = Field(
        default="once",
        description="once: from the first date at which it is met; while: as long as it is met",
    )
    delay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        default=0.0, description="years from a date until the levers answer"
    )

    @model_validator(mode="after")
    def _one_side(self) -> When:
        if (self.below is None) == (self.above is None):
            raise ValueError("expected either below or above")
        return self

    @property
    def dates(self) -> tuple[float, ...]:
        """Dates at which it is looked at, ascending. [Year]"""
        return tuple(self.at)

    def is_met(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of each value of the variable whether the condition is met; never of no number."""
        return values > self.level if self.below is None else values < self.level

    @property
    def level(self) -> float:
        """What the variable is held against. [unit of the variable]"""
        level = self.above if self.below is None else self.below
        assert level is not None  # one of the two is given
        return level

    def told(self) -> str:
        """Return the condition in plain words: the variable, below or above what, and when."""
        side = "above" if self.below is None else "below"
        dates = ", ".join(f"{date:g}" for date in self.dates)
        late = f", {self.delay:g} years later" if self.delay else ""
        held = ", while it holds" if self.lasts == "while" else ""
        return f"{self.variable} {side} {self.level:g} at {dates}{held}{late}"

    def record(self) -> dict[str, Any]:
        """Return plain data: what moves a result."""
        told = {"variable": self.variable, "at": list(self.dates), "lasts": self.lasts,
                "delay": self.delay}  # fmt: skip
        return told | {"above" if self.below is None else "below": self.level}


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
    when: When | None = Field(
        default=None, description="a condition: the levers of this file answer where it is met"
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
