"""The two languages, and the sentences of `phrases.yaml` and `commands.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate

Language = Literal["zh", "en"]

#: Languages that everything can be said in.
LANGUAGES: tuple[Language, ...] = ("zh", "en")

#: The same as a page names them.
TONGUES: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}

#: What papers and pictures say, and what the command line says.
_FILES = ("phrases.yaml", "commands.yaml")


class Phrase(BaseModel):
    """One sentence in both languages; words in braces are filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str


class Phrases(RootModel[dict[str, Phrase]]):
    """A file of sentences."""


def check_language(lang: str) -> Language:
    """Return the language, or refuse one that is not known.

    Raises
    ------
    StudyError
    """
    if lang not in LANGUAGES:
        what = f"unknown language {lang!r}, expected {' or '.join(LANGUAGES)}"
        raise StudyError([Fault("lang", None, "", what)])
    return lang


@lru_cache(maxsize=1)
def phrases() -> dict[str, Phrase]:
    """Return every sentence by its key."""
    found: dict[str, Phrase] = {}
    for name in _FILES:
        found |= validate(read_yaml(Path(__file__).with_name(name)), Phrases).root
    return found


def phrase(key: str, lang: Language, **values: object) -> str:
    """Return a sentence with its blanks filled.

    Raises
    ------
    KeyError
        If there is no such sentence, or a blank is left.
    """
    known = phrases()
    if key not in known:
        raise KeyError(f"no phrase {key}{nearest(key, known)}")
    return str(getattr(known[key], lang)).format(**values)


def both(key: str, **values: object) -> tuple[str, str]:
    """Return a sentence in English and in Chinese."""
    return phrase(key, "en", **values), phrase(key, "zh", **values)


class Sentences:
    """Sentences and numbers in one language, of no study in particular.

    Parameters
    ----------
    lang : {"zh", "en"}

    Raises
    ------
    StudyError
        Unknown language.
    """

    def __init__(self, lang: str = "en") -> None:
        self.lang: Language = check_language(lang)

    def phrase(self, key: str, **values: object) -> str:
        """Return a sentence with its blanks filled."""
        return phrase(key, self.lang, **values)

    @property
    def gap(self) -> str:
        """What stands between two sentences, or words: Chinese needs no blank."""
        return " " if self.lang == "en" else ""

    def choose(self, english: str, chinese: str | None) -> str:
        """Return one of two texts; where the Chinese is missing the English stands in."""
        return chinese if self.lang == "zh" and chinese else english
