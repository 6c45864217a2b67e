"""The two languages, and the sentences of `phrases.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel

from qiantang.faults import Fault, StudyError, nearest
from qiantang.yamlfile import read_yaml, validate

Language = Literal["zh", "en"]

#: Languages that everything can be said in.
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_FILE = Path(__file__).with_name("phrases.yaml")


class Phrase(BaseModel):
    """One sentence in both languages; words in braces are filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str


class Phrases(RootModel[dict[str, Phrase]]):
    """The file ``phrases.yaml``."""


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
    return validate(read_yaml(_FILE), Phrases).root


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
