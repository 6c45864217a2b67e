"""Says the numbers of a review, each noted in the register with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qiantang.fits import text_digest
from qiantang.memo.annex import annex_table
from qiantang.memo.document import (
    Block,
    Heading,
    Inline,
    Number,
    Paragraph,
    Text,
    Turn,
    inlines,
)
from qiantang.memo.registry import BEGIN, END, KEY, Registry
from qiantang.memo.shortwords import short_words
from qiantang.memo.teller import SHORT

if TYPE_CHECKING:
    from qiantang.review.review import Review
    from qiantang.wording import Unit, Wording

#: A number marked in a text.
_MARKED = re.compile(f"{BEGIN}(\\d+){KEY}([^{END}]*){END}")


class Said:
    """Says numbers of a review in a language and notes each.

    Parameters
    ----------
    review : Review
    words : Wording
    """

    def __init__(self, review: Review, words: Wording) -> None:
        self.words = words
        self.registry = Registry()
        study = review.study
        self._run = {
            "scenario": words.scenario(review.tracker.scenario), "members": str(review.members),
            "seed": str(review.seed), "model": text_digest(study.model_file)[:SHORT],
            "fit": study.fit.record.version, "origin": self.short("origin.review"),
        }  # fmt: skip

    def short(self, key: str, **blanks: object) -> str:
        """Return short words of words.yaml."""
        return short_words(key, self.words.lang, **self.words.study_blanks, **blanks)

    def result(self, text: str, what: str, value: float | str, unit: str = "") -> str:
        """Say what the members came to."""
        return self.registry.say(text, what, value, unit=unit, **self._run)

    def given(self, text: str, what: str, value: float | str, origin: str, unit: str = "") -> str:
        """Say what is no result: a threshold, a figure published, a setting."""
        return self.registry.say(text, what, value, unit=unit, origin=origin)

    def setting(self, text: str, key: str, value: float | str) -> str:
        """Say a setting of the review."""
        return self.given(text, self.short(f"set.{key}"), value, self.short("origin.setting"))

    def chance(self, value: float, target: str, when: str = "") -> str:
        """Say the probability of a target."""
        what = self.short("stat.probability", target=target)
        text = self.words.bare_probability(value)
        return self.result(text, f"{what}{self._bracket(when)}", value)

    def figure(self, value: float, unit: Unit, of: str, named: str) -> str:
        """Say a figure of the members, in the reader's unit; the register keeps the model's."""
        return self.result(self.words.figure(value, unit), of, value, named)

    def annex(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """Return the annex of what some blocks say."""
        named = {one.number for block in blocks for one in inlines(block)
                 if isinstance(one, Number)}  # fmt: skip
        return (
            Turn(),
            Heading(2, (Text(self.short("annex.title")),), plain=True),
            Paragraph((Text(self.short("annex.says")),), "source"),
            annex_table(self.registry.used(named), self.words.lang),
        )

    def _bracket(self, text: str) -> str:
        if not text:
            return ""
        return self.words.phrase("bracket", text=text)


def told(text: str) -> tuple[Inline, ...]:
    """Return a text with its marked numbers as numbers of the register."""
    parts = _MARKED.split(text)
    found: list[Inline] = []
    for place in range(0, len(parts), 3):
        if parts[place]:
            found.append(Text(parts[place]))
        if place + 1 < len(parts):
            found.append(Number(parts[place + 2], int(parts[place + 1])))
    return tuple(found)
