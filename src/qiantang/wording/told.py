"""Facts that are said when the language is known: what `validate` asks, finds, and why.

Each is a text, in English, so that it can be compared, searched and written as one; in Chinese it
is said from the same facts. The sentences stand in `found.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from qiantang.files.yamlfile import read_yaml, validate
from qiantang.wording.language import Language, Phrase, Phrases, phrases

if TYPE_CHECKING:
    from qiantang.faults import Fault

_FILE = Path(__file__).with_name("found.yaml")


@lru_cache(maxsize=1)
def sentences() -> dict[str, Phrase]:
    """Return every sentence of ``found.yaml`` by its key."""
    return validate(read_yaml(_FILE), Phrases).root


class Saying(str):
    """A text in English that can be said in Chinese."""

    def said(self, lang: Language) -> str:
        """Return the text in a language."""
        return str.__str__(self)


class Told(Saying):
    """A sentence of ``found.yaml``, or of the command line, with its blanks filled.

    Parameters
    ----------
    key : str
    **blanks : object
        Numbers, names, and texts that are said in the language of the whole.

    Raises
    ------
    KeyError
        If there is no such sentence, or a blank is left.
    """

    key: str
    blanks: dict[str, object]

    def __new__(cls, key: str, **blanks: object) -> Self:
        """Fill the blanks in English."""
        made = super().__new__(cls, _filled(key, "en", blanks))
        made.key, made.blanks = key, blanks
        return made

    def said(self, lang: Language) -> str:
        """Return the sentence in a language."""
        return _filled(self.key, lang, self.blanks)

    def of(self, part: str) -> Told:
        """Return the sentence whose key differs in its last part, of the same facts."""
        return Told(f"{self.key.rpartition('.')[0]}.{part}", **self.blanks)


class Named(Saying):
    """A name: in English as the files have it, in Chinese as people call it."""

    chinese: str

    def __new__(cls, name: str, chinese: str) -> Self:
        """Keep both."""
        made = super().__new__(cls, name)
        made.chinese = chinese or name
        return made

    def said(self, lang: Language) -> str:
        """Return the name in a language."""
        return self.chinese if lang == "zh" else super().said(lang)


class Row(Saying):
    """Several texts in a row.

    Parameters
    ----------
    texts : iterable of str
        Empty ones are passed over.
    between : str
        Key of what stands between two.
    most : int, optional
        Texts that are listed; the rest is counted.
    """

    texts: tuple[str, ...]
    between: str
    most: int | None

    def __new__(cls, texts: Iterable[str], between: str = "and", most: int | None = None) -> Self:
        """Join them in English."""
        kept = tuple(text for text in texts if text)
        made = super().__new__(cls, _joined(kept, between, most, "en"))
        made.texts, made.between, made.most = kept, between, most
        return made

    def said(self, lang: Language) -> str:
        """Return the texts in a language."""
        return _joined(self.texts, self.between, self.most, lang)


class Refused(Saying):
    """A fault, told as refusals are."""

    fault: Fault

    def __new__(cls, fault: Fault) -> Self:
        """Keep the fault."""
        made = super().__new__(cls, str(fault))
        made.fault = fault
        return made

    def said(self, lang: Language) -> str:
        """Return the fault in a language."""
        from qiantang.wording.refusals import told

        return told(self.fault, lang)


def said(text: Any, lang: Language) -> Any:
    """Return what is said of a text in a language; what is no saying stays as it is."""
    return text.said(lang) if isinstance(text, Saying) else text


def word(text: str) -> str:
    """Return a word of a table, which stays as it is where ``found.yaml`` has none of it."""
    return _known(f"word.{text}", text)


def column(head: str) -> str:
    """Return the head of a column, which stays as it is where ``found.yaml`` has none of it."""
    return _known(f"column.{head}", head)


def _known(key: str, text: str) -> str:
    return Told(key) if key in sentences() else text


def _filled(key: str, lang: Language, blanks: dict[str, object]) -> str:
    known = sentences()
    found = known[key] if key in known else phrases()[key]
    return str(getattr(found, lang)).format(**{n: said(v, lang) for n, v in blanks.items()})


def _joined(texts: tuple[str, ...], between: str, most: int | None, lang: Language) -> str:
    shown = _filled(between, lang, {}).join(said(text, lang) for text in texts[:most])
    if most is None or len(texts) <= most:
        return shown
    return _filled("listed.more", lang, {"shown": shown, "more": len(texts) - most,
                                         "count": len(texts)})  # fmt: skip
