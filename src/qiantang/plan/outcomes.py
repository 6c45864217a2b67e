"""What the plan moves that has no figure of its own: variables told beside the targets."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field

from qiantang.faults import StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.plan.articles import Record, Text, Whole


class Outcome(Record):
    """One variable that the plan moves without promising a figure.

    Parameters
    ----------
    of : str
        Variable of the model.
    article : int
        Article of the plan that moves it.
    observed : {"series", "other", "none"}
        What the evidence before the plan holds: figures, figures of another definition, nothing.
    """

    of: Text
    title: Text
    title_zh: str = ""
    article: Whole
    observed: Literal["series", "other", "none"]
    note: Text
    note_zh: str = ""


class Outcomes(Record):
    """The outcomes and the years at which they are told."""

    model_config = ConfigDict(title="Qiantang outcomes")

    years: list[Whole] = Field(min_length=1)
    outcomes: list[Outcome] = Field(min_length=1)


def outcomes_path(folder: Path) -> Path:
    """Return where a study names its outcomes."""
    return folder / "scenarios" / "plan" / "outcomes.yaml"


def read_outcomes(path: Path, variables: set[str]) -> Outcomes | None:
    """Read a study's outcomes; None where it names none.

    Raises
    ------
    StudyError
        A variable that the model does not have, or any fault of form.
    """
    if not path.is_file():
        return None
    document = read_yaml(path)
    outcomes = validate(document, Outcomes)
    faults = [
        document.fault(
            ("outcomes", place, "of"), f"no variable of the model{nearest(item.of, variables)}"
        )
        for place, item in enumerate(outcomes.outcomes)
        if item.of not in variables
    ]
    if faults:
        raise StudyError(faults)
    return outcomes
