"""What a study calls its variables, targets, levers, articles and scenarios, in one language."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from qiantang.wording.figures import chance, numeral
from qiantang.wording.language import Sentences, phrase
from qiantang.wording.titles import titles_shown
from qiantang.wording.units import Unit, myriad, number, reading_unit

if TYPE_CHECKING:
    from qiantang.plan.articles import Article
    from qiantang.plan.targets import Target
    from qiantang.scenario import Scenario
    from qiantang.study import Study

#: Upper ends of the verdicts, least likely first; the words stand in phrases.yaml.
VERDICTS = (
    (0.01, "hardly"),
    (0.05, "extremely_unlikely"),
    (0.10, "very_unlikely"),
    (1 / 3, "unlikely"),
    (2 / 3, "even"),
    (0.90, "likely"),
    (0.95, "very_likely"),
    (0.99, "extremely_likely"),
)
#: Grade of a target's grounds with which its odds are told in a word.
ASSUMED = "assumed"
#: Above and below these such a target is called likely, or unlikely.
LIKELY, UNLIKELY = 2 / 3, 1 / 3
#: Articles cited in Chinese numerals; a longer list is easier to read in figures.
_FEW = 4
#: Kinds of target whose figure is a change of a share.
_POINTS = "ratio_rise"


class Wording(Sentences):
    """Names, units and numbers of a study in one language.

    Parameters
    ----------
    study : Study
    lang : {"zh", "en"}

    Raises
    ------
    StudyError
        Unknown language.
    """

    def __init__(self, study: Study, lang: str = "en") -> None:
        super().__init__(lang)
        self.study = study

    def phrase(self, key: str, **values: object) -> str:
        """Return a sentence of phrases.yaml with its blanks filled."""
        return phrase(key, self.lang, **self.study_blanks, **values)

    @property
    def study_blanks(self) -> dict[str, str]:
        """What any sentence may say of the study: when its plan was made, and how it is called."""
        plan = self.study.about.plan
        return {
            "plan_date": self.of(plan, "when"), "plan": self.of(plan, "called"),
            "issued": self.of(plan, "issued"),
        }  # fmt: skip

    def of(self, record: Any, key: str) -> str:
        """Return a text of a record that may hold it in Chinese as well."""
        return self.choose(getattr(record, key), getattr(record, f"{key}_zh"))

    def variable(self, name: str) -> str:
        """Return the name of a variable: of its observed series, else of the model file."""
        for series in self.study.evidence.series.values():
            if series.variable == name:
                return self.choose(series.title, series.title_zh)
        return self.model_name(name)

    def model_name(self, name: str) -> str:
        """Return the name of a variable as the model file gives it."""
        entry = self.study.dictionary[name]
        return self.choose(entry.name, entry.meaning_zh)

    def lever(self, name: str) -> str:
        """Return the name of a lever."""
        return self.model_name(name)

    def target(self, target: Target) -> str:
        """Return the title of a target."""
        return self.choose(target.title, target.title_zh)

    def scenario(self, scenario: Scenario) -> str:
        """Return the title of a scenario."""
        return self.choose(*titles_shown(scenario))

    def article(self, article: int) -> str:
        """Return how an article is cited: article 7, 第七条."""
        return f"第{numeral(article)}条" if self.lang == "zh" else f"article {article}"

    def article_heading(self, article: Article) -> str:
        """Return number and title of an article, in English with the number in Chinese as well."""
        cited = f"第{numeral(article.number)}条"
        if self.lang == "zh":
            return f"{cited} {article.title_zh or article.title}"
        return f"Article {article.number}. {article.title}  {cited}"

    def articles(self, articles: Iterable[int]) -> str:
        """Return how several articles are cited: art. 7, 10; 第七、十条."""
        listed = list(articles)
        if not listed:
            return ""
        if self.lang == "zh":
            numerals: Callable[[int], str] = numeral if len(listed) <= _FEW else str
            return f"第{'、'.join(map(numerals, listed))}条"
        return f"art. {', '.join(map(str, listed))}"

    def unit(self, name: str) -> Unit:
        """Return the unit of a variable."""
        share = name.endswith("_share")
        return self._reading(self.study.dictionary[name].unit, share=share)

    def target_unit(self, target: Target) -> Unit:
        """Return the unit of a target."""
        points = target.measure.kind == _POINTS and target.unit == "Dmnl"
        return self._reading("points" if points else target.unit)

    def written(self, unit: str) -> Unit:
        """Return a unit of the model as readers write it."""
        return self._reading(unit)

    def _reading(self, unit: str, *, share: bool = False) -> Unit:
        return reading_unit(unit, self.lang, share=share, own=self.study.about.units)

    def number(self, value: float, digits: int = 3, *, trim: bool = True) -> str:
        """Write a plain number."""
        return number(value, self.lang, digits=digits, trim=trim)

    def figure(self, value: float, unit: str | Unit, digits: int = 3, *, trim: bool = True) -> str:
        """Write a figure of the model with its unit: 46 Mpax/Year is 4600万人次."""
        unit = self._reading(unit) if isinstance(unit, str) else unit
        unit = myriad(unit, value, self.lang)
        text = number(value * unit.factor, self.lang, digits=digits, trim=trim)
        return text + unit.short if math.isfinite(value) else text

    def interval(self, low: float, high: float, unit: str | Unit, digits: int = 3) -> str:
        """Write an interval with its unit."""
        unit = self._reading(unit) if isinstance(unit, str) else unit
        unit = myriad(unit, high, self.lang)
        ends = [number(end * unit.factor, self.lang, digits=digits) for end in (low, high)]
        return self.span(*ends) + unit.short

    def span(self, low: str, high: str) -> str:
        """Write the ends of an interval."""
        return self.phrase("span", low=low, high=high)

    def bare_probability(self, value: float) -> str:
        """Write a probability alone; an ensemble never says quite never or quite surely."""
        return chance(value, self.lang)

    def probability(self, value: float) -> str:
        """Write a probability as it stands in a sentence: P = 0.02, 概率2%."""
        text = self.bare_probability(value)
        if self.lang == "zh":
            return f"概率{text}"
        return f"P\u00a0{text[0]}\u00a0{text[1:]}" if text[0] in "<>" else f"P\u00a0=\u00a0{text}"

    def odds(self, value: float, grade: str = "") -> str:
        """Write the odds of a target alone: in a word where its level is assumed."""
        if grade == ASSUMED:
            return self.phrase(f"odds.{odds_word(value)}")
        return self.bare_probability(value)

    def odds_said(self, value: float, grade: str = "") -> str:
        """Write the odds of a target as they stand in a sentence: P = 0.02, 概率2%, likely."""
        return self.odds(value, grade) if grade == ASSUMED else self.probability(value)

    def verdict(self, value: float) -> str:
        """Say a probability in words: 'unlikely' up to a third, 'likely' from two thirds on."""
        if not math.isfinite(value):
            return self.phrase("verdict.unknown")
        word = next((word for end, word in VERDICTS if value < end), "surely")
        return self.phrase(f"verdict.{word}")


def odds_word(value: float) -> str:
    """Return the word for odds whose level is judgement: likely, open, unlikely or none."""
    if not math.isfinite(value):
        return "none"
    if UNLIKELY < value < LIKELY:
        return "open"
    return "likely" if value >= LIKELY else "unlikely"
