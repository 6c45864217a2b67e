"""Made worlds: a member is the truth, its figures are seen with their errors by the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qiantang.ensemble.readout import yearly
from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.readings import Known
from review.conftest import MEMBERS

WORLDS = 25
ASKED = ("passengers", "fdi_used", "cargo", "gdp", "goods_exports", "border_passengers")


def seen_by_others(tracker: Filter, truth: int, first: Belief, rng: np.random.Generator) -> Belief:
    """Return what the other members come to given the figures of one of them."""
    readings = tuple(
        replace(
            reading,
            log_value=float(
                np.log(first.figure(reading.figure)[truth]) + reading.error * rng.standard_normal()
            ),
        )
        for reading in tracker.known(2019.25).readings
        if not reading.side
    )
    belief = tracker.given(Known(2019.25, readings), first.drivers)
    weights = belief.log_weights.copy()
    weights[truth] = -np.inf
    return replace(belief, log_weights=weights)


def test_intervals_hold_the_truth_of_made_worlds_and_are_narrower(tracker: Filter) -> None:
    rng = np.random.default_rng(11)
    first = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    held, narrower = [], []
    for truth in rng.choice(MEMBERS, WORLDS, replace=False):
        belief = seen_by_others(tracker, int(truth), first, rng)
        for name in ASKED:
            figure = yearly(tracker.study, name, 2019.0)
            low, high = belief.quantiles(belief.figure(figure), (0.05, 0.95))
            held.append(low <= first.figure(figure)[truth] <= high)
            before = first.quantiles(first.figure(figure), (0.05, 0.95))
            narrower.append(np.log(high / low) / np.log(before[1] / before[0]))
    assert 0.82 <= np.mean(held) <= 0.97
    assert np.median(narrower) < 0.9
