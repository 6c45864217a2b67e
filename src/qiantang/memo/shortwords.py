"""The short words of the annex and of the tables, of `words.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from qiantang.files.yamlfile import read_yaml, validate
from qiantang.wording import Language
from qiantang.wording.language import Phrases

_WORDS = Path(__file__).with_name("words.yaml")


@lru_cache(maxsize=1)
def _phrases() -> Phrases:
    return validate(read_yaml(_WORDS), Phrases)


def short_words(key: str, lang: Language, **blanks: object) -> str:
    """Return short words in a language, blanks filled."""
    return str(getattr(_phrases().root[key], lang)).format(**blanks)
