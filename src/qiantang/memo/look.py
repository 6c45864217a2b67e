"""How a memo looks: page, fonts and sizes of each language, from look.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from qiantang.files.yamlfile import read_yaml, validate

Length = Annotated[float, Field(gt=0)]
Names = Annotated[list[str], Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(_Record):
    """Paper and margins. [mm]"""

    width: Length
    height: Length
    top: Length
    bottom: Length
    left: Length
    right: Length

    @property
    def across(self) -> float:
        """Width of the text. [mm]"""
        return self.width - self.left - self.right

    @property
    def down(self) -> float:
        """Height of the text. [mm]"""
        return self.height - self.top - self.bottom


class Fonts(_Record):
    """Fonts by use, the first that is there is taken; `latin` for letters and digits in Chinese."""

    title: Names
    heading: Names
    subheading: Names
    body: Names
    table: Names
    latin: Names


class Sizes(_Record):
    """Sizes of letters. [pt]"""

    title: Length
    heading: Length
    subheading: Length
    body: Length
    caption: Length
    table: Length
    small: Length
    note: Length


class Look(_Record):
    """The look of one language."""

    page: Page
    fonts: Fonts
    sizes: Sizes
    leading: Length
    indent: Annotated[float, Field(ge=0)]
    numbered: bool
    page_number: Annotated[str, Field(pattern=r"^[^{}]*\{\}[^{}]*$")]


class Looks(_Record):
    """The file look.yaml."""

    zh: Look
    en: Look


def read_look(path: Path, lang: str) -> Look:
    """Read the look of a language.

    Raises
    ------
    StudyError
        With every fault of the file.
    """
    looks = validate(read_yaml(path), Looks)
    return looks.zh if lang == "zh" else looks.en
