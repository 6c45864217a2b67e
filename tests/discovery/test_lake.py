"""The lake problem: figures of Rhodium's notebook, within the spread of its sample."""

from __future__ import annotations

import numpy as np
import pytest

import lake
from qiantang.discovery.prim import Cases, peel, quality, simplified
from qiantang.sweep.indices import _indices
from qiantang.sweep.sampling import latin_hypercube, saltelli

#: Release of phosphorus every year.
RELEASE = 0.02


def test_the_lake_is_the_published_one() -> None:
    level = lake.critical(0.42, 2.0)
    natural = lake.inflows(0.02, 0.0017783, np.random.default_rng(1))
    course, kept = lake.constant(RELEASE, 0.42, 2.0, natural, level)
    assert course.max() == pytest.approx(0.1431, abs=0.005)
    assert kept == 1
    utility = 0.4 * RELEASE * (0.98 ** np.arange(lake.YEARS)).sum()
    assert utility == pytest.approx(0.34695, abs=5e-5)


def test_sobol_indices_of_the_lakes_reliability() -> None:
    worlds = lake.worlds(saltelli(1024, 5, 1))
    found = _indices(lake.reliability(worlds, RELEASE, 1).reshape(7, -1))
    assert found[0, :3] == pytest.approx((0.516, 0.227, 0.066), abs=0.05)
    assert found[1, :3] == pytest.approx((0.727, 0.421, 0.204), abs=0.05)


def test_the_lakes_box_is_where_it_cleans_itself_and_recycles_late() -> None:
    worlds = lake.worlds(latin_hypercube(1000, 5, 1))
    hits = lake.reliability(worlds, RELEASE, 1) > 0.5
    cases = Cases(worlds, hits, np.ones(5))
    boxes = [simplified(cases, box, 0.05) for box in peel(cases)]
    alike = [box for box in boxes if list(box.restricted) == [0, 1]]
    nearest = min(alike, key=lambda box: abs(quality(cases, box).coverage - 0.647))
    found = quality(cases, nearest)
    assert found.coverage == pytest.approx(0.647, abs=0.05)
    assert found.density == pytest.approx(0.992, abs=0.05)
    assert nearest.low[0] == pytest.approx(0.231, abs=0.05)
    assert nearest.low[1] == pytest.approx(2.865, abs=0.5)
