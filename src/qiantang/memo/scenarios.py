"""A scenario as a template speaks of it."""

from __future__ import annotations

from dataclasses import dataclass

from qiantang.ensemble.provenance import rules_of
from qiantang.memo.registry import quoted
from qiantang.memo.teller import Teller
from qiantang.scenario import Lever, Scenario
from qiantang.wording.changed import changes_said
from qiantang.wording.ruled import rule_said

#: Articles in a row are said as a span from here on.
_SPAN = 4


@dataclass(frozen=True)
class ScenarioFacts:
    """A scenario."""

    scenario: Scenario
    letter: str
    teller: Teller
    vintage: str
    role: str

    @property
    def name(self) -> str:
        """Its name in files."""
        return self.scenario.name

    @property
    def title(self) -> str:
        """Its title, as its file gives it."""
        return quoted(self.teller.words.scenario(self.scenario))

    @property
    def question(self) -> str:
        """Its question, as its file gives it."""
        one = self.scenario
        return quoted(self.teller.words.choose(one.question, one.question_zh))

    @property
    def world(self) -> str:
        """The world that it names itself; of one that changes it each driver and number."""
        world = self.teller.world(self.role)
        if not self.is_own:
            return world
        told = changes_said(self.scenario.changes, self.teller.words)
        return quoted(f"{world}{self.teller.words.phrase('colon')}{told}")

    @property
    def rules(self) -> str:
        """The conditions on which its levers answer, and how often they did; empty without any."""
        words = self.teller.words
        found = rules_of(self.teller.worlds.own.dataset).get(self.name, [])
        return quoted(words.phrase("semicolon").join(
            rule_said(one.when, one.levers, words, one.met) for one in found
        ))  # fmt: skip

    @property
    def is_own(self) -> bool:
        """Whether it changes the world itself."""
        return bool(self.scenario.changes)

    @property
    def short_world(self) -> str:
        """The same in a word, for the annex."""
        return self.teller.short(self.role)

    @property
    def articles(self) -> str:
        """The articles that its levers cite: 第七、十条; empty without levers."""
        cited = sorted({one for lever in self._levers for one in lever.cites})
        if len(cited) > _SPAN and cited == list(range(cited[0], cited[-1] + 1)):
            ends = [self.teller.words.article(cited[place]) for place in (0, -1)]
            return self.teller.say("from_to", first=ends[0], last=ends[1])
        return self.teller.words.articles(cited)

    @property
    def _levers(self) -> list[Lever]:
        """Its levers, those that answer among them."""
        answer = (lever for rule in self.scenario.rules for lever in rule.levers.values())
        return [*self.scenario.levers.values(), *answer]

    @property
    def digest(self) -> str:
        """Digest of what moves its results."""
        short = self.scenario.sha256[:12]
        return self.teller.setting("scenario", short, short, letter=self.letter)
