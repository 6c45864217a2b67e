"""What each article is worth for the decisive targets: its share in what the whole plan brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qiantang.memo.facts import TargetFacts
from qiantang.memo.teller import Teller
from qiantang.wording import Unit

if TYPE_CHECKING:
    from qiantang.policy.levertable import LeverTable, Share
    from qiantang.study import Study

#: Most members behind the shares: they take hundreds of runs of each.
MOST_MEMBERS = 200
#: Pairs of opposite orders.
PAIRS = 4
#: Articles listed.
LISTED = 8


def worth_table(
    study: Study, members: int, seed: int, progress: Callable[[str], None] = lambda _: None
) -> LeverTable | None:
    """Return the shares of the articles, None for a study without the two scenarios.

    Parameters
    ----------
    study : Study
    members, seed : int
        At most `MOST_MEMBERS` members are taken.
    progress : callable
        Told each lever, then each pair of orders.
    """
    from qiantang.levers import lever_table
    from qiantang.policy.packages import open_packages

    ends = study.about.scenarios
    if not {ends.full, ends.base} <= set(study.scenario_names()):
        return None
    size = min(members, MOST_MEMBERS)
    packages = open_packages(study, members=size, seed=seed)
    return lever_table(packages, pairs=PAIRS, progress=progress)


@dataclass(frozen=True)
class WorthFacts:
    """Shares by article for the decisive targets."""

    table: LeverTable
    targets: Sequence[TargetFacts]
    teller: Teller

    @property
    def base(self) -> str:
        """Title of the scenario that the plan is held against."""
        return self._title(self.table.base)

    @property
    def full(self) -> str:
        """Title of the scenario that is taken apart."""
        return self._title(self.table.full)

    @property
    def members(self) -> str:
        """Members behind the shares."""
        text = self.teller.whole(self.table.members)
        return self.teller.setting("levers_members", text, float(self.table.members))

    @property
    def pairs(self) -> str:
        """Pairs of orders behind the shares."""
        return self.teller.setting("pairs", str(self.table.pairs), float(self.table.pairs))

    @property
    def totals(self) -> list[dict[str, Any]]:
        """For each decisive target: what the whole plan brings, and the articles behind it."""
        found = []
        for one in self.targets:
            total = next(row for row in self.table.totals if row.target == one.id)
            unit = self.teller.words.target_unit(one.target)
            value = f"{total.p05:.6g}; {total.p95:.6g}"
            found.append(
                {
                    "target": one,
                    "total": self._say("total", self.teller.changed(total.mean, unit), total.mean,
                                       one),
                    "interval": self._say("total_interval",
                                          self.teller.words.interval(total.p05, total.p95, unit),
                                          value, one),
                    "first": self._first(one),
                }
            )  # fmt: skip
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The articles with the largest shares, one cell for each decisive target."""
        numbers = sorted(
            {int(row.name) for row in self.table.articles}, key=self._weight, reverse=True
        )[:LISTED]
        return [
            {
                "article": self.teller.words.article(number),
                "title": self._article_title(number),
                "cells": [self._cell(number, one) for one in self.targets],
            }
            for number in sorted(numbers)
        ]

    def _first(self, one: TargetFacts, count: int = 3) -> list[dict[str, str]]:
        """Return the articles with the largest shares in one target, in the total's direction."""
        shares = [row for row in self.table.articles if row.target == one.id]
        total = sum(row.mean for row in shares)
        along = sorted(shares, key=lambda row: row.mean * (1 if total > 0 else -1), reverse=True)
        return [
            {
                "article": self.teller.words.article(int(row.name)),
                "title": self._article_title(int(row.name)),
                "share": self._say(
                    "share",
                    self.teller.signed(row.mean, self.teller.words.target_unit(one.target), 2),
                    row.mean,
                    one,
                    article=self.teller.words.article(int(row.name)),
                ),
            }
            for row in along[:count]
            if row.mean * total > 0 and abs(row.mean) > 2 * row.error
        ]

    def _cell(self, number: int, one: TargetFacts) -> dict[str, str]:
        share = self._share(number, one)
        unit = self.teller.words.target_unit(one.target)
        bare = Unit("", "", unit.factor)
        return {
            "share": self._say("share", self.teller.signed(share.mean, bare, digits=2), share.mean,
                               one, article=self.teller.words.article(number)),
            "error": self._say("error", self.teller.words.figure(share.error, bare, digits=1),
                               share.error, one, article=self.teller.words.article(number)),
        }  # fmt: skip

    def _weight(self, number: int) -> float:
        """Return the largest share of an article, each target against its own total."""
        weights = []
        for one in self.targets:
            every = [abs(row.mean) for row in self.table.articles if row.target == one.id]
            weights.append(abs(self._share(number, one).mean) / (max(every) or 1.0))
        return max(weights)

    def _share(self, number: int, one: TargetFacts) -> Share:
        return next(
            row for row in self.table.articles if row.target == one.id and row.name == str(number)
        )

    def _say(
        self, stat: str, text: str, value: float | str, one: TargetFacts, **blanks: str
    ) -> str:
        teller = self.teller
        return teller.result(
            text,
            teller.say(f"stat.{stat}", target=one.name, **blanks),
            value,
            unit=one.target.unit,
            scenario=f"{self._short(self.table.base)} → {self._short(self.table.full)}",
            world=teller.short("known"),
            members=str(self.table.members),
            origin=teller.say("origin.levers", pairs=self.table.pairs),
        )

    def _short(self, scenario: str) -> str:
        """Return the letter of a scenario of the memo, the title of another."""
        letters = {one.name: one.letter for one in self.targets[0].scenarios}
        return letters.get(scenario) or self._title(scenario)

    def _title(self, scenario: str) -> str:
        return self.teller.words.scenario(self.teller.worlds.study.scenario(scenario))

    def _article_title(self, number: int) -> str:
        for article in self.teller.worlds.study.plan.articles.articles:
            if article.number == number:
                return self.teller.words.choose(article.title, article.title_zh)
        return ""
