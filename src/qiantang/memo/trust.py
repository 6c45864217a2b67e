"""How far a memo can be trusted, in facts: unseen figures, missing ones, evidence, hindcasts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from qiantang.faults import StudyError
from qiantang.memo.facts import TargetFacts
from qiantang.memo.registry import quoted
from qiantang.memo.teller import Teller
from qiantang.memo.worlds import World

#: Interval within which a figure counts as foreseen.
_INSIDE = (0.05, 0.95)
#: Weakest targets named.
_WEAKEST = 3


@dataclass(frozen=True)
class TrustFacts:
    """Weak spots and checks of a memo."""

    targets: tuple[TargetFacts, ...]
    teller: Teller

    @property
    def sees_until(self) -> str:
        """Last year whose figures the fit has seen."""
        until = self.teller.worlds.study.fit.record.sees_until
        return self.teller.when([int(np.ceil(until)) - 1])

    @cached_property
    def unobserved(self) -> list[TargetFacts]:
        """Targets for which no figure of what happened was found."""
        return [one for one in self.targets if not one.has_happened]

    @property
    def unobserved_count(self) -> str:
        """How many they are."""
        return self._count("stat.unobserved", len(self.unobserved))

    @cached_property
    def _checked(self) -> list[tuple[str, int, bool]]:
        """Series, year and whether the figure lies inside, for figures that the fit did not see."""
        teller = self.teller
        study, runs = teller.worlds.study, teller.worlds.actual
        lead = teller.worlds.first.name
        found = []
        for name, series in study.evidence.series.items():
            if series.variable not in runs.dataset:
                continue
            values = runs[series.variable].sel(scenario=lead)
            for row in series.used:
                year = int(row.year)
                after = row.value is not None and row.year >= study.fit.record.sees_until
                if series.kind == "dated" or not after or year not in values.time:
                    continue
                members = values.sel(time=year).to_numpy()
                sound = members[np.isfinite(members)]
                if len(sound):
                    low, high = np.quantile(sound, _INSIDE)
                    found.append((name, year, bool(low <= row.value <= high)))
        return found

    @property
    def checks(self) -> int:
        """How many figures could be checked, to decide upon."""
        return len(self._checked)

    @property
    def checked(self) -> str:
        """How many figures that the fit did not see could be checked."""
        return self._count("stat.checked", len(self._checked), world="actual")

    @property
    def inside(self) -> str:
        """How many of them lie inside the 90 per cent interval in the world as it happened."""
        inside = sum(hit for _, _, hit in self._checked)
        return self._count("stat.inside", inside, world="actual")

    @property
    def years(self) -> str:
        """The years of those figures."""
        years = sorted({year for _, year, _ in self._checked})
        return self.teller.when(years) if years else ""

    @property
    def outside(self) -> list[str]:
        """Series and year of each figure that lies outside."""
        words, series = self.teller.words, self.teller.worlds.study.evidence.series
        missed: dict[str, list[int]] = {}
        for name, year, hit in self._checked:
            if not hit:
                missed.setdefault(name, []).append(year)
        return [
            words.choose(series[name].title, series[name].title_zh)
            + words.gap
            + self.teller.say("list").join(self.teller.when([year]) for year in years)
            for name, years in missed.items()
        ]

    @property
    def lost(self) -> int:
        """How many runs diverged, to decide upon."""
        return int(self.teller.worlds.own.dataset["diverged"].sum())

    @property
    def diverged(self) -> str:
        """How many runs diverged and are left out."""
        return self._count("stat.diverged", self.lost)

    @cached_property
    def weakest(self) -> list[dict[str, Any]]:
        """The targets that rest on the fewest figures, and how many of those are documented."""
        counted = sorted(
            ((one, *self._figures(one)) for one in self.targets), key=lambda item: item[1]
        )
        return [
            {
                "target": one,
                "size": size,
                "figures": self._count("stat.evidence", size, target=one.name),
                "documented": self._count("stat.documented", documented, target=one.name),
            }
            for one, size, documented in counted[:_WEAKEST]
        ]

    def _figures(self, one: TargetFacts) -> tuple[int, int]:
        """Count the figures of a target that the fit used, and those that are documented."""
        study = self.teller.worlds.study
        names = {one.target.measure.variable, *one.target.measure.over}
        rows = [
            row
            for series in study.evidence.series.values()
            if series.variable in names
            for row in series.used
            if row.year < study.fit.record.sees_until
        ]
        return len(rows), sum(row.grade == "documented" for row in rows)

    @cached_property
    def skill(self) -> dict[str, Any]:
        """How many bars the newest scoreboard meets, and those it misses.

        Empty without one, and where it was made from other inputs than those of this study.
        """
        from qiantang.skill.saved import newest, refuse_changed
        from qiantang.skill.settings import read_series, titles_of
        from qiantang.skill.verdict import bars

        teller, study = self.teller, self.teller.worlds.study
        try:
            saved = newest(study)
            refuse_changed(study, saved)
            series = read_series(
                study.folder / "calibration" / "skill" / "series.yaml",
                study.evidence,
                study.drivers,
            )
        except StudyError:
            return {}
        titles = titles_of(study, series, teller.lang)
        found = bars(saved.rows, series, teller.lang, titles)
        origin = teller.say("origin.skill", name=saved.record.version)
        return {
            "met": self._count("stat.bars_met", sum(bar.passed for bar in found)),
            "bars": self._count("stat.bars", len(found)),
            "missed": [
                {
                    "statement": quoted(bar.statement),
                    "detail": teller.registry.say(
                        bar.detail,
                        teller.say("stat.skill", what=bar.statement),
                        bar.detail,
                        origin=origin,
                    ),
                }
                for bar in found
                if not bar.passed
            ],
        }

    def _count(self, key: str, value: int, world: World | None = None, **blanks: object) -> str:
        teller = self.teller
        scenario = teller.worlds.first.name if world else ""
        letters = {one.name: one.letter for one in self.targets[0].scenarios}
        return teller.result(
            teller.whole(value),
            teller.say(key, **blanks),
            float(value),
            scenario=letters.get(scenario, ""),
            world=teller.short(world) if world else "",
        )
