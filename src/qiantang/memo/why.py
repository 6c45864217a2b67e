"""Why a target stands where it does: the loop that is most often the strongest, and which way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from qiantang.faults import Fault, StudyError
from qiantang.memo.facts import TargetFacts
from qiantang.memo.registry import quoted
from qiantang.memo.teller import Teller
from qiantang.wording.tabled import signed_percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qiantang.loops.report import LoopReport

#: Most members whose loops are scored: each takes seconds.
MOST_MEMBERS = 60
#: Articles that are named of a loop.
NAMED = 3


@dataclass(frozen=True)
class WhyFacts:
    """The loops that act on a target in the last scenario, from the plan to the target's year."""

    target: TargetFacts
    report: LoopReport
    teller: Teller

    @property
    def when(self) -> str:
        """The years that are looked at."""
        times = self.report.dataset["time"].to_numpy()
        return self.teller.when(sorted({int(times[0]), int(np.ceil(times[-1])) - 1}))

    @property
    def loop(self) -> str:
        """Name of the loop that is most often the strongest."""
        titles = (str(self.report.dataset[key].to_numpy()[self._place])
                  for key in ("title", "title_zh"))  # fmt: skip
        return quoted(self.teller.words.choose(*titles))

    @property
    def kind(self) -> str:
        """Its polarity, to decide upon: reinforcing, balancing or changing."""
        return str(self.report.dataset["polarity"].to_numpy()[self._place])

    @property
    def articles(self) -> list[str]:
        """Articles of the plan that act on it, the first few."""
        told = str(self.report.dataset["articles"].to_numpy()[self._place])
        return [self.teller.words.article(int(n)) for n in told.split(", ") if n][:NAMED]

    @property
    def chance(self) -> str:
        """In how many members and quarters no other loop is stronger."""
        return self._said("strongest", float(self._strongest[self._place]))

    @property
    def share(self) -> str:
        """Median of its share of the feedback, below nought where it holds back."""
        share = self.report.dataset["share"].to_numpy()[self._place]
        return self._said("loop_share", float(np.nanmedian(share)))

    @property
    def held_back(self) -> str:
        """In how many members balancing loops outweigh the others at the end."""
        return self._said("held_back", self._balance(-1))

    @property
    def held_back_before(self) -> str:
        """The same at the first quarter."""
        return self._said("held_back_before", self._balance(0))

    @property
    def is_outside(self) -> bool:
        """Whether the share of outside is known."""
        return "outside" in self.report.dataset

    @property
    def outside(self) -> str:
        """Median share of outside in the change of what the target measures."""
        return self._said("outside", float(np.nanmedian(self.report.dataset["outside"])))

    @cached_property
    def _strongest(self) -> NDArray[np.float64]:
        return np.asarray(self.report.dataset["strongest"].mean("time"), dtype=np.float64)

    @property
    def _place(self) -> int:
        return int(self._strongest.argmax())

    def _balance(self, at: int) -> float:
        """Return the share of members in which balancing loops have the larger sum."""
        share = self.report.dataset["share"].to_numpy()[:, at]
        sound = share[:, np.isfinite(share).all(axis=0)]
        return float((sound.sum(axis=0) < 0).mean())

    def _said(self, stat: str, value: float) -> str:
        teller, lead = self.teller, self.target.lead.scenario
        text = signed_percent(value, teller.lang)
        return teller.result(
            text,
            teller.say(f"stat.{stat}", target=self.target.name),
            value,
            scenario=lead.letter,
            world=lead.short_world,
            members=str(self.report.dataset.sizes["member"]),
            origin=teller.say("origin.loops"),
        )


def why_facts(
    targets: Sequence[TargetFacts], teller: Teller, progress: Callable[[str], None]
) -> list[WhyFacts]:
    """Score the loops of some targets in the last scenario, those left out that are on none.

    Raises
    ------
    StudyError
        No loop acts on any of them.
    """
    from qiantang.loops.ofstudy import loops_of_study  # compiled code, when it is asked for

    worlds = teller.worlds
    found: list[WhyFacts] = []
    faults: list[Fault] = []
    for one in targets:
        try:
            report = loops_of_study(
                worlds.study, one.id, worlds.lead, members=min(worlds.members, MOST_MEMBERS),
                seed=worlds.seed, first=teller.about.plan.date,
                last=one.target.measure.years[-1] + 1, progress=progress,
            )  # fmt: skip
        except StudyError as error:
            faults += error.faults
        else:
            found.append(WhyFacts(one, report, teller))
    if not found:
        raise StudyError(faults)
    return found
