"""What the plan moves that has no figure of its own, as a template speaks of it."""

from __future__ import annotations

from dataclasses import dataclass

from qiantang.ensemble.outcomes import OutcomeRow, outcome_rows
from qiantang.memo.registry import plain, quoted
from qiantang.memo.teller import Teller
from qiantang.memo.worlds import Worlds
from qiantang.plan.outcomes import Outcome


@dataclass(frozen=True)
class OutcomeFacts:
    """One outcome: its name, what the evidence holds of it, its cells by year and scenario."""

    item: Outcome
    rows: tuple[OutcomeRow, ...]
    letters: dict[str, str]
    teller: Teller

    @property
    def name(self) -> str:
        """Its title."""
        return quoted(self.teller.words.of(self.item, "title"))

    @property
    def article(self) -> str:
        """The article that moves it."""
        return self.teller.words.article(self.item.article)

    @property
    def observed(self) -> str:
        """Whether the evidence before the plan holds figures of it, in a word."""
        return self.teller.say(f"observed.{self.item.observed}")

    @property
    def note(self) -> str:
        """What the evidence holds, or that it is an index."""
        return self.teller.words.of(self.item, "note")

    def cells(self, year: int) -> list[str]:
        """Return the median in each scenario in a year, with its unit."""
        return [self._said(row) for row in self.rows if row.year == year]

    def _said(self, row: OutcomeRow) -> str:
        words = self.teller.words
        return self.teller.result(
            words.figure(row.median, words.unit(row.of)),
            self.teller.say("stat.outcome", name=plain(self.name), year=row.year),
            row.median,
            unit=row.unit,
            scenario=self.letters[row.scenario],
        )


@dataclass(frozen=True)
class OutcomesFacts:
    """All outcomes and the years at which they are told."""

    years: tuple[int, ...]
    told: tuple[OutcomeFacts, ...]


def outcomes_of(worlds: Worlds, letters: dict[str, str], teller: Teller) -> OutcomesFacts | None:
    """Run the scenarios for the outcomes that the study names; None where it names none.

    Parameters
    ----------
    worlds : Worlds
    letters : dict of str to str
        Scenario to its letter in the memo.
    teller : Teller
    """
    study = worlds.study
    if study.outcomes is None:
        return None
    rows = outcome_rows(study, worlds.scenarios, members=worlds.members, seed=worlds.seed)
    items = tuple(
        OutcomeFacts(item, tuple(row for row in rows if row.of == item.of), letters, teller)
        for item in study.outcomes.outcomes
    )
    return OutcomesFacts(tuple(study.outcomes.years), items)
