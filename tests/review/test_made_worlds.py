"""Made worlds: a member is the truth, its figures are seen with their errors by the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qiantang.ensemble.readout import yearly
from qiantang.review.filter import Filter
from qiantang.review.readings import Known
from review.conftest import MEMBERS
from tools.reliability import grouped, seen_by_others

WORLDS = 25
ASKED = ("passengers", "fdi_used", "cargo", "gdp", "goods_exports", "border_passengers")


def test_intervals_hold_the_truth_of_made_worlds_and_are_narrower(tracker: Filter) -> None:
    rng = np.random.default_rng(11)
    first = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    held, narrower = [], []
    for truth in rng.choice(MEMBERS, WORLDS, replace=False):
        belief = seen_by_others(tracker, int(truth), first, 2019.25, rng)
        for name in ASKED:
            figure = yearly(tracker.study, name, 2019.0)
            low, high = belief.quantiles(belief.figure(figure), (0.05, 0.95))
            held.append(low <= first.figure(figure)[truth] <= high)
            before = first.quantiles(first.figure(figure), (0.05, 0.95))
            narrower.append(np.log(high / low) / np.log(before[1] / before[0]))
    assert 0.82 <= np.mean(held) <= 0.97
    assert np.median(narrower) < 0.9


def test_a_share_that_came_lies_beside_what_was_said() -> None:
    rng = np.random.default_rng(3)
    said = rng.random(2000)
    rows = pd.DataFrame({"kind": "odds", "world": np.arange(2000) // 10, "said": said,
                         "came": rng.random(2000) < said})  # fmt: skip
    data = grouped(rows)
    assert data["count"].sum() == 2000
    assert ((data["p05"] <= data["came"]) & (data["came"] <= data["p95"])).all()
    assert data["came"].to_numpy() == pytest.approx(data["said"].to_numpy(), abs=0.06)
    assert grouped(rows.assign(came=True))["came"].tolist() == [1.0] * len(data)
