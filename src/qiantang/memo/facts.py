"""What a template may speak of: targets, and their chances in each scenario and world.

Every number here is text already, said through the register when a template first uses it; bare
numbers to decide upon are ``chance`` and the like, and never printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from qiantang.ensemble.reach import Row
from qiantang.memo.happened import HappenedFacts
from qiantang.memo.registry import quoted
from qiantang.memo.scenarios import ScenarioFacts
from qiantang.memo.teller import Teller
from qiantang.memo.worlds import WORLDS, World
from qiantang.plan.targets import Target

#: From here on a target is called likely, and up to here unlikely: a third and two thirds.
LIKELY, UNLIKELY = 2 / 3, 1 / 3
#: Probabilities that differ by less are called the same.
SAME = 0.05


@dataclass(frozen=True)
class Cell:
    """One target in one scenario and one world."""

    row: Row
    target: Target
    scenario: ScenarioFacts
    world: World
    teller: Teller

    @property
    def chance(self) -> float:
        """Probability as a bare number, to decide upon."""
        return self.row.probability

    @property
    def verdict(self) -> str:
        """The probability in words: unlikely, 不大可能."""
        return self.teller.words.verdict(self.row.probability)

    @property
    def probability(self) -> str:
        """P = 0.02, 概率2%."""
        text = self.teller.words.odds_said(self.chance, self.row.grade)
        return self._said("probability", text, self.chance)

    @property
    def p(self) -> str:
        """The probability alone: 0.02, 2%."""
        bare = self.teller.words.odds(self.chance, self.row.grade)
        return self._said("probability", bare, self.chance)

    @property
    def median(self) -> str:
        """Median with its unit."""
        words = self.teller.words
        text = words.figure(self.row.median, words.target_unit(self.target))
        return self._said("median", text, self.row.median, self.target.unit)

    @property
    def interval(self) -> str:
        """The 90 per cent interval with its unit."""
        words, row = self.teller.words, self.row
        text = words.interval(row.p05, row.p95, words.target_unit(self.target))
        value = f"{row.p05:.6g}; {row.p95:.6g}"
        return self._said("interval", text, value, self.target.unit)

    def _said(self, stat: str, text: str, value: float | str, unit: str = "") -> str:
        teller = self.teller
        what = teller.say(f"stat.{stat}", target=teller.words.target(self.target))
        world = teller.short(self.row.world)
        return teller.result(
            text, what, value, unit=unit, scenario=self.scenario.letter, world=world
        )


@dataclass(frozen=True)
class TargetFacts:
    """A target: what the plan sets, what each scenario makes of it, what happened."""

    target: Target
    scenarios: tuple[ScenarioFacts, ...]
    teller: Teller

    @property
    def id(self) -> str:
        """Its name in files."""
        return self.target.id

    @property
    def name(self) -> str:
        """Its title."""
        return self.teller.words.target(self.target)

    @property
    def article(self) -> str:
        """The article that sets it: article 7, 第七条."""
        return self.teller.words.article(self.target.article)

    @property
    def when(self) -> str:
        """The year or years that it speaks of."""
        return self.teller.when(self.target.measure.years)

    @property
    def quote(self) -> str:
        """The clause of the plan, word for word."""
        return quoted(self.target.quote)

    @property
    def unit(self) -> str:
        """Its unit as readers write it."""
        return self.teller.words.target_unit(self.target).label

    @property
    def threshold(self) -> str:
        """What the plan asks: at least 46 million, rises each year."""
        teller, target = self.teller, self.target
        if target.sense in ("rises", "rises_each_year"):
            return teller.say(f"sense.{target.sense}")
        text = teller.words.figure(target.threshold, teller.words.target_unit(target))
        said = teller.registry.say(
            text,
            teller.say("stat.threshold", target=self.name),
            target.threshold,
            unit=target.unit,
            origin=teller.say("origin.plan", article=self.article),
        )
        return teller.say(f"sense.{target.sense}", value=said)

    def cells(self, world: World = "own") -> list[Cell]:
        """Return the target in every scenario, in its own world or that of a vintage."""
        return [self._cell(one, world) for one in self.scenarios]

    @property
    def lead(self) -> Cell:
        """The target in the last scenario, in the world that the scenario names."""
        return self._cell(self.scenarios[-1], "own")

    @property
    def known(self) -> Cell:
        """The target in the last scenario, in the world as known at the plan."""
        return self._cell(self.scenarios[-1], "known")

    @property
    def actual(self) -> Cell:
        """The target in the last scenario, in the world as it happened."""
        return self._cell(self.scenarios[-1], "actual")

    def _cell(self, scenario: ScenarioFacts, world: World) -> Cell:
        row = self.teller.worlds.rows[world, scenario.name, self.target.id]
        return Cell(row, self.target, scenario, world, self.teller)

    @property
    def case(self) -> str:
        """How the two worlds compare in the last scenario.

        never (unlikely in both), always (likely in both), lost (likely, then not), gained, less,
        more, same; own where the scenario changes the world itself, and neither of the two is its.
        """
        if self.scenarios[-1].is_own and self.lead.chance == self.lead.chance:
            return "own"
        known, actual = self.known.chance, self.actual.chance
        if not (known == known and actual == actual):
            return "unknown"
        if known < UNLIKELY and actual < UNLIKELY:
            return "never"
        if known >= LIKELY and actual >= LIKELY:
            return "always"
        if known >= LIKELY:
            return "lost"
        if actual >= LIKELY:
            return "gained"
        if abs(actual - known) < SAME:
            return "same"
        return "less" if actual < known else "more"

    @property
    def gap(self) -> str:
        """The probability as it happened less that as known at the plan, in points."""
        return self._gap(self.actual.chance - self.known.chance, self.known, self.actual)

    def gap_of(self, place: int) -> str:
        """Return the same for the scenario at a place of the list, from 0."""
        known, actual = self.cells("known")[place], self.cells("actual")[place]
        return self._gap(actual.chance - known.chance, known, actual)

    @property
    def gain(self) -> str:
        """The probability in the last scenario less that in the first, in points."""
        first, last = self.cells()[0], self.cells()[-1]
        return self._gap(last.chance - first.chance, first, last)

    @property
    def gap_told(self) -> str:
        """The same as `gap`, as it stands in a sentence."""
        known, actual = self.known, self.actual
        return self._gap(actual.chance - known.chance, known, actual, self.teller.points_told)

    @property
    def gain_told(self) -> str:
        """The same as `gain`, as it stands in a sentence."""
        first, last = self.cells()[0], self.cells()[-1]
        return self._gap(last.chance - first.chance, first, last, self.teller.points_told)

    @property
    def gain_size(self) -> float:
        """The same as a bare number, to decide upon."""
        return self.cells()[-1].chance - self.cells()[0].chance

    def _gap(
        self, change: float, before: Cell, after: Cell, write: Callable[[float], str] | None = None
    ) -> str:
        teller = self.teller
        letters = dict.fromkeys((before.scenario.letter, after.scenario.letter))
        worlds = dict.fromkeys(teller.short(one.world) for one in (before, after))
        return teller.result(
            (write or teller.points)(change),
            teller.say("stat.gap", target=self.name),
            change,
            scenario=" → ".join(letters),
            world=" → ".join(worlds),
        )

    def groups(self) -> list[list[Cell]]:
        """Return its cells by the world that each scenario names: no paragraph mixes two."""
        worlds: dict[object, list[Cell]] = {}
        for cell in self.cells():
            key = cell.scenario.vintage, cell.scenario.scenario.changes
            worlds.setdefault(key, []).append(cell)
        return list(worlds.values())

    @property
    def comparable(self) -> bool:
        """Whether the first and the last scenario name the same world."""
        return len({(one.vintage, one.scenario.changes)
                    for one in (self.scenarios[0], self.scenarios[-1])}) == 1  # fmt: skip

    @property
    def spread(self) -> float:
        """How far its probability moves over scenarios and worlds: what makes it decisive."""
        chances = [cell.chance for world in WORLDS for cell in self.cells(world)]
        sound = [chance for chance in chances if chance == chance]
        return max(sound) - min(sound) if sound else 0.0

    @cached_property
    def came(self) -> HappenedFacts:
        """What happened."""
        return HappenedFacts(self.target, self.lead.row.actual, self.teller)

    @property
    def has_happened(self) -> bool:
        """Whether a figure of what happened was found."""
        return self.came.known

    @property
    def happened_word(self) -> str:
        """Reached or missed."""
        return self.came.word

    @property
    def happened(self) -> str:
        """What happened, with its unit."""
        return self.came.figure

    @property
    def sources(self) -> list[dict[str, str]]:
        """Figures, source, reference and grade of the evidence behind what happened."""
        return self.came.sources
