"""Who says the numbers: puts a number into words and notes it in the register in one step."""

from __future__ import annotations

from qiantang.fits import text_digest
from qiantang.memo.registry import Registry
from qiantang.memo.shortwords import short_words
from qiantang.memo.worlds import Worlds
from qiantang.wording import Language, Unit, Wording
from qiantang.wording.figures import whole

#: Length of a digest in the text and in the annex.
SHORT = 12


class Teller:
    """Says numbers in a language and notes each.

    Parameters
    ----------
    worlds : Worlds
    lang : {"zh", "en"}
    """

    def __init__(self, worlds: Worlds, lang: Language) -> None:
        study = worlds.study
        self.worlds = worlds
        self.about = study.about
        self.words = Wording(study, lang)
        self.lang = lang
        self.registry = Registry()
        self.model = text_digest(study.model_file)[:SHORT]
        self.fit = study.fit.record.version

    def say(self, key: str, **blanks: object) -> str:
        """Return short words of words.yaml, blanks filled."""
        return short_words(key, self.lang, **self.words.study_blanks, **blanks)

    def world(self, role: str) -> str:
        """Return the state of the world outside in words: of a vintage, or of both mixed."""
        return self._of_vintage("title", role) or self.say(f"world.{role}")

    def short(self, role: str) -> str:
        """Return the same in a word."""
        return self._of_vintage("short", role) or self.say(f"short.{role}")

    def _of_vintage(self, key: str, role: str) -> str:
        if role not in ("known", "actual"):
            return ""
        return self.words.of(getattr(self.about.vintages, role), key)

    def setting(self, key: str, text: str, value: float | str, **blanks: object) -> str:
        """Say a setting of the memo."""
        what = self.say(f"set.{key}", **blanks)
        return self.registry.say(text, what, value, origin=self.say("origin.setting"))

    def result(self, text: str, what: str, value: float | str, **origin: str) -> str:
        """Say a result of the runs."""
        run = {
            "members": str(self.worlds.members),
            "seed": str(self.worlds.seed),
            "model": self.model,
            "fit": self.fit,
            "origin": self.say("origin.run"),
        }
        return self.registry.say(text, what, value, **(run | origin))

    def whole(self, value: int) -> str:
        """Write a whole number as the language groups it."""
        return whole(value, self.lang)

    def signed(self, value: float, unit: Unit, digits: int = 3) -> str:
        """Write a change with its sign and unit."""
        text = self.words.figure(value, unit, digits)
        return f"+{text}" if value > 0 and text[:1] != "−" and float(value) != 0 else text

    def points(self, change: float) -> str:
        """Write a difference of two probabilities in points of a hundred, with its sign."""
        if change != change:
            return self.say("untold")
        whole = round(100 * change)
        sign = "+" if whole > 0 else "−" if whole < 0 else ""
        return self.say("points", value=f"{sign}{abs(whole)}")

    def points_told(self, change: float) -> str:
        """Write the same as it stands in a sentence: 高出45个百分点 in Chinese."""
        whole = round(100 * change) if change == change else 0
        if not whole:
            return self.points(change)
        return self.say("points.more" if whole > 0 else "points.less", value=abs(whole))

    def changed(self, value: float, unit: Unit) -> str:
        """Write a change as it stands in a sentence: 增加237亿元 in Chinese."""
        text = self.signed(value, unit)
        if text[:1] not in "+−":
            return text
        return self.say("change.more" if text[0] == "+" else "change.less", value=text[1:])

    def when(self, years: list[int]) -> str:
        """Return one year or a span of years in words."""
        if len(years) == 1:
            return self.say("year", year=years[0])
        return self.say("years", first=years[0], last=years[-1])
