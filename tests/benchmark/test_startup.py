"""The benchmark of starting: medians of paired rounds, the first of them not counted."""

from __future__ import annotations

from collections.abc import Sequence

from qiantang.benchmark.startup import BARS, BASE, ratios, table
from qiantang.cli import VERBS


def test_ratios_are_of_medians_without_the_first_round() -> None:
    base = iter([100.0, 2.0, 1.0, 3.0])
    verb = iter([50.0, 5.0, 3.0, 4.0])

    def clock(words: Sequence[str]) -> float:
        return next(base) if tuple(words) == BASE else next(verb)

    assert ratios([("reach",)], 3, clock) == {("reach",): 4.0 / 2.0}


def test_a_missed_bar_stands_out_and_every_verb_is_one() -> None:
    lines = table({("reach",): 1.61, ("evidence",): 0.42}).splitlines()
    assert "**1.61**" in lines[2]
    assert "| 0.42 | 0.5 |" in lines[3]
    assert {verb[0] for verb in BARS} <= set(VERBS)
