"""The plan: its articles, and the targets that a figure can settle, checked together."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate
from qiantang.plan.articles import (
    Articles,
    Finite,
    Record,
    Text,
    Whole,
    articles_of,
    read_articles,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Plan",
    "Target",
    "Targets",
    "read_articles",
    "read_plan",
    "read_targets",
    "schemas",
]

Kind = Literal["yearly_total", "sum_of_years", "year_end", "ratio_rise", "rises_each_year"]
#: What templates, files and pages call a target.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Sense = Literal["above", "at_least", "rises", "rises_each_year"]

# The sense that a kind of measure must have; the other kinds compare with a threshold.
_SENSE_OF_KIND = {"ratio_rise": "rises", "rises_each_year": "rises_each_year"}


class Measure(Record):
    """How a target's figure is taken from the model."""

    kind: Kind
    variable: Text = Field(description="variable of the model")
    over: list[Text] = Field(default=[], description="ratio_rise only: the sum divided by")
    years: list[Whole] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "ratio_rise") != bool(self.over):
            raise ValueError("'over' belongs to ratio_rise, and only to it")
        if self.kind == "ratio_rise" and len(self.years) != len(("from", "to")):
            raise ValueError("ratio_rise needs two years, from and to")
        if self.kind in ("yearly_total", "year_end") and len(self.years) != 1:
            raise ValueError(f"{self.kind} needs one year")
        if self.years != sorted(set(self.years)):
            raise ValueError("years must increase")
        return self


class Happened(Record):
    """Where the evidence says what happened."""

    series: Text
    over: list[Text] = Field(default=[])
    years: list[Whole] = Field(min_length=1)


Grade = Literal["well", "thin", "assumed"]


class Grounds(Record):
    """What a target's odds rest on.

    Parameters
    ----------
    grade : {"well", "thin", "assumed"}
        A long series and drivers with forecasts; a short or broken series; no series at all, so
        that level and spread are judgement.
    """

    grade: Grade
    why: Text
    why_zh: str = ""


class Target(Record):
    """One promise of the plan that a figure can settle."""

    id: Name
    title: Text
    title_zh: str = ""
    article: Whole
    quote: Text = Field(description="the clause, word for word")
    unit: Text
    threshold: Finite
    sense: Sense
    measure: Measure
    happened: Happened
    grounds: Grounds | None = None
    note: Text

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        expected = _SENSE_OF_KIND.get(self.measure.kind)
        if expected is None and self.sense in _SENSE_OF_KIND.values():
            raise ValueError(f"sense {self.sense!r} does not go with {self.measure.kind}")
        if expected is not None and self.sense != expected:
            raise ValueError(f"{self.measure.kind} needs the sense {expected!r}")
        return self

    @property
    def grade(self) -> str:
        """What a row of this target rests on, in a word; empty where the plan does not say."""
        return "" if self.grounds is None else self.grounds.grade

    def is_reached(self, value: ArrayLike) -> NDArray[np.bool_]:
        """Tell for each value of the measure whether the promise is kept.

        Parameters
        ----------
        value : array_like
            The measure. [unit of the target]

        Returns
        -------
        ndarray of bool, shape of `value`
        """
        import numpy as np  # tables of the plan need no arrays

        values = np.asarray(value, dtype=np.float64)
        reached = values >= self.threshold if self.sense == "at_least" else values > self.threshold
        return np.asarray(reached, dtype=np.bool_)


class Targets(Record):
    """The targets of the plan, in the order of the table."""

    model_config = ConfigDict(title="Qiantang targets")

    note: Text
    targets: list[Target] = Field(min_length=1)


@dataclass(frozen=True)
class Plan:
    """The articles and the targets, checked against each other."""

    articles: Articles
    targets: Targets


def read_targets(path: Path) -> Targets:
    """Read the targets; refuse two with one id.

    Raises
    ------
    StudyError
    """
    return targets_of(read_yaml(path))


def targets_of(document: YamlDocument) -> Targets:
    """Check a document that is already read; see `read_targets`."""
    targets = validate(document, Targets)
    ids = [target.id for target in targets.targets]
    faults = [
        document.fault(("targets", index, "id"), f"{name!r} is the id of an earlier target")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
    if faults:
        raise StudyError(faults)
    return targets


def read_plan(
    folder: Path,
    levers: AbstractSet[str] | None = None,
    variables: AbstractSet[str] | None = None,
) -> Plan:
    """Read articles.yaml and targets.yaml and check one against the other.

    Parameters
    ----------
    folder : Path
    levers, variables : set of str, optional
        Names of the model; what the plan names is checked against them where they are given.

    Raises
    ------
    StudyError
    """
    documents: list[YamlDocument] = []
    parts: list[Any] = []
    faults: list[Fault] = []
    for of, name in ((articles_of, "articles.yaml"), (targets_of, "targets.yaml")):
        try:
            documents.append(read_yaml(folder / name))
            parts.append(of(documents[-1]))
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(faults)
    plan = Plan(*parts)
    names = {"levers": levers, "variables": variables}
    names["targets"] = {target.id for target in plan.targets.targets}
    faults += _name_faults(documents[0], plan.articles, names)
    faults += _target_faults(documents[1], plan, variables)
    if faults:
        raise StudyError(faults)
    return plan


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON schemas of the plan's two files."""
    return {"articles": Articles.model_json_schema(), "targets": Targets.model_json_schema()}


def _name_faults(
    document: YamlDocument, articles: Articles, names: dict[str, AbstractSet[str] | None]
) -> Iterator[Fault]:
    """Find levers, variables and targets that do not exist."""
    for index, article in enumerate(articles.articles):
        for kind, known in names.items():
            for place, name in enumerate(getattr(article, kind)):
                if known is not None and name not in known:
                    what = f"unknown {kind[:-1]} {name!r}{nearest(name, known)}"
                    yield document.fault(("articles", index, kind, place), what)


def _target_faults(
    document: YamlDocument, plan: Plan, variables: AbstractSet[str] | None
) -> Iterator[Fault]:
    """Find targets that their article does not state, and unknown variables."""
    articles = {article.number: article for article in plan.articles.articles}
    for index, target in enumerate(plan.targets.targets):
        at = ("targets", index)
        article = articles.get(target.article)
        if article is None:
            yield document.fault((*at, "article"), f"the plan has no article {target.article}")
        elif target.quote not in article.quote:
            what = f"these words do not stand in article {target.article}"
            yield document.fault((*at, "quote"), what)
        elif target.id not in article.targets:
            what = f"article {target.article} does not list this target"
            yield document.fault((*at, "id"), what)
        for name in [target.measure.variable, *target.measure.over]:
            if variables is not None and name not in variables:
                what = f"unknown variable {name!r}{nearest(name, variables)}"
                yield document.fault((*at, "measure"), what)
