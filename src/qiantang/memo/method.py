"""How a memo was made, in facts: members, seed, digests, what the words for probabilities mean."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from qiantang.charts.chart import Chart
from qiantang.memo.facts import Cell, TargetFacts
from qiantang.memo.registry import quoted
from qiantang.memo.teller import SHORT, Teller
from qiantang.wording.figures import rounded
from qiantang.wording.names import VERDICTS

#: Fewer members give a draft: a probability is then off by several points.
FEW = 200


@dataclass(frozen=True)
class MethodFacts:
    """Settings of a memo."""

    teller: Teller

    @property
    def members(self) -> str:
        """Members of each scenario."""
        members = self.teller.worlds.members
        return self.teller.setting("members", self.teller.whole(members), float(members))

    @property
    def few(self) -> bool:
        """Whether the members are too few for a paper that is handed over."""
        return self.teller.worlds.members < FEW

    @property
    def seed(self) -> str:
        """Seed of the draws."""
        seed = self.teller.worlds.seed
        return self.teller.setting("seed", str(seed), float(seed))

    @property
    def fit(self) -> str:
        """Name of the fit."""
        return self.teller.setting("fit", self.teller.fit, self.teller.fit)

    @property
    def model(self) -> str:
        """Digest of the model file."""
        return self.teller.setting("model", self.teller.model, self.teller.model)

    @property
    def evidence(self) -> str:
        """Digest of the table of evidence."""
        digest = self.teller.worlds.study.evidence.sha256[:SHORT]
        return self.teller.setting("evidence", digest, digest)

    @property
    def program(self) -> str:
        """Version of the program."""
        number = version("qiantang")
        return self.teller.setting("program", number, number)

    @property
    def half(self) -> str:
        """The narrow band of the charts."""
        return self._band(0.5)

    @property
    def most(self) -> str:
        """The wide band of the charts and the interval of the tables."""
        return self._band(0.9)

    @property
    def verdicts(self) -> list[dict[str, str]]:
        """The words for probabilities, and the range that each stands for."""
        ends = [0.0, *(end for end, _ in VERDICTS), 1.0]
        names = [*(name for _, name in VERDICTS), "surely"]
        found = []
        for name, low, high in zip(names, ends, ends[1:], strict=False):
            word = self.teller.words.phrase(f"verdict.{name}")
            text = self._range(low, high)
            value = f"{low:.6g}; {high:.6g}"
            range_ = self.teller.setting("verdict", text, value, word=word)
            found.append({"word": word, "range": range_})
        return found

    def _range(self, low: float, high: float) -> str:
        words = self.teller.words
        ends = [words.bare_probability(end) for end in (low, high)]
        if low == 0:
            return f"<{ends[1]}"
        if high == 1:
            return f"≥{ends[0]}"
        return words.phrase("range", low=ends[0], high=ends[1])

    def _band(self, share: float) -> str:
        text = self.teller.words.phrase("percent", share=rounded(100 * share))
        return self.teller.setting("band", text, share)


@dataclass(frozen=True)
class CountFacts:
    """How many targets are likely, even and unlikely in the last scenario's own world."""

    targets: tuple[TargetFacts, ...]
    teller: Teller

    @property
    def all(self) -> str:
        """All targets."""
        size = len(self.targets)
        what = self.teller.say("stat.targets")
        origin = self.teller.say("origin.plan", article="").strip(" ,")
        return self.teller.registry.say(str(size), what, float(size), origin=origin)

    def __getitem__(self, band: str) -> dict[str, Any]:
        from qiantang.memo.facts import LIKELY, UNLIKELY

        ends = {"likely": (LIKELY, 2.0), "even": (UNLIKELY, LIKELY), "unlikely": (-1.0, UNLIKELY)}
        low, high = ends[band]
        mine = [one for one in self.targets if low <= one.lead.chance < high]
        word = self.teller.words.phrase(f"verdict.{band}")
        return {"size": len(mine), "targets": mine, "word": word}

    def say(self, band: str) -> str:
        """Say how many targets are in a band: likely, even or unlikely."""
        size = self[band]["size"]
        lead: Cell = self.targets[0].lead
        word = self.teller.words.phrase(f"verdict.{band}")
        return self.teller.result(
            str(size),
            self.teller.say("stat.count", band=word),
            float(size),
            scenario=lead.scenario.letter,
            world=lead.scenario.short_world,
            origin=self.teller.say("origin.counted"),
        )


@dataclass(frozen=True)
class DecisiveFacts:
    """A decisive target with its chart, the doubts about it, and the numbers behind the chart."""

    target: TargetFacts
    key: str
    chart: Chart
    doubt: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The numbers behind the chart from the year before the plan on, one row a year."""
        words = self.target.teller.words
        frame = self.chart.data
        kept = frame[
            frame["scenario"].notna() & (frame["year"] >= self.target.teller.about.plan.base_year)
        ]
        found = []
        for year in sorted({int(year) for year in kept["year"]}):
            part = kept[kept["year"] == year]
            by_name = {row["scenario"]: row for row in part.to_dict("records")}
            cells = []
            for one in self.target.scenarios:
                row = by_name[one.name]
                told = [words.number(float(row[name]), digits=4) for name in ("p05", "p95")]
                cells.append(
                    {
                        "median": quoted(words.number(float(row["median"]), digits=4)),
                        "interval": quoted(words.span(*told)),
                    }
                )
            found.append({"year": quoted(str(year)), "cells": cells})
        return found

    @property
    def name(self) -> str:
        """What the chart shows: the variable behind the target."""
        return self.target.teller.words.variable(self.target.target.measure.variable)

    @property
    def summed(self) -> bool:
        """Whether the target adds up years that the chart shows one by one."""
        return self.target.target.measure.kind == "sum_of_years"

    @property
    def unit(self) -> str:
        """Unit of those numbers."""
        return str(self.chart.data["unit"].iloc[0])
