"""What came of a target: figures of the evidence, with source and grade."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qiantang.memo.registry import quoted
from qiantang.memo.teller import Teller
from qiantang.plan.targets import Target


@dataclass(frozen=True)
class HappenedFacts:
    """What happened of a target, as a template speaks of it."""

    target: Target
    value: float | None
    teller: Teller

    @property
    def name(self) -> str:
        """Title of the target."""
        return self.teller.words.target(self.target)

    @property
    def known(self) -> bool:
        """Whether a figure of what happened was found."""
        return self.value is not None

    @property
    def reached(self) -> bool:
        """Whether what happened reaches the target."""
        return self.known and bool(self.target.is_reached(self._actual))

    @property
    def word(self) -> str:
        """Reached or missed."""
        return self.teller.say("reached" if self.reached else "missed")

    @property
    def figure(self) -> str:
        """What happened, with its unit."""
        teller, grades = self.teller, {self._grade(row) for row in self._rows}
        text = teller.words.figure(self._actual, teller.words.target_unit(self.target))
        return teller.registry.say(
            text,
            teller.say("stat.happened", target=self.name),
            self._actual,
            unit=self.target.unit,
            origin=teller.say("origin.evidence", grade=teller.say("list").join(sorted(grades))),
        )

    @property
    def sources(self) -> list[dict[str, str]]:
        """Figures, source, reference and grade of the evidence behind what happened.

        Rows of one series and one source stand together.
        """
        groups: dict[tuple[str, str, str, str], list[Any]] = {}
        for row in self._rows:
            key = (row.series, row.source, row.reference, row.grade)
            groups.setdefault(key, []).append(row)
        return [self._source(rows) for rows in groups.values()]

    @property
    def _actual(self) -> float:
        return float(self.value or 0.0)

    @cached_property
    def _rows(self) -> list[Any]:
        evidence = self.teller.worlds.study.evidence
        names = dict.fromkeys((self.target.happened.series, *self.target.happened.over))
        return [
            row
            for name in names
            if name in evidence.series
            for row in evidence.series[name].used
            if row.year in self.target.happened.years and row.value is not None
        ]

    def _grade(self, row: Any) -> str:
        known = row.grade in ("documented", "derived", "undocumented")
        return self.teller.say(f"grade.{row.grade}") if known else quoted(row.grade)

    def _source(self, rows: list[Any]) -> dict[str, str]:
        teller, words, row = self.teller, self.teller.words, rows[0]
        series = teller.worlds.study.evidence.series[row.series]
        title = words.choose(series.title, series.title_zh)
        figures = [
            teller.say("dated_figure", when=teller.when([int(one.year)]), value=self._seen(one))
            for one in rows
        ]
        known = row.reference not in ("", "none")
        return {
            "series": title,
            "figures": teller.say("list").join(figures),
            "source": quoted(row.source) if known or row.grade != "undocumented" else "",
            "reference": quoted(row.reference) if known else "",
            "grade": self._grade(row),
        }

    def _seen(self, row: Any) -> str:
        """Say a figure of the evidence."""
        teller, words = self.teller, self.teller.words
        series = teller.worlds.study.evidence.series[row.series]
        title, when = words.choose(series.title, series.title_zh), teller.when([int(row.year)])
        return teller.registry.say(
            words.figure(row.value, series.unit, digits=4),
            teller.say("stat.evidence_figure", series=title, when=when),
            row.value,
            unit=series.unit,
            origin=teller.say("origin.evidence", grade=self._grade(row)),
        )
