"""Boxes: against published ones, and against cases of which the box is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from public_data import public
from qiantang.discovery.prim import Box, Cases, peel, quality, quasi_p, simplified, whole
from qiantang.discovery.screen import screened
from qiantang.discovery.tree import leaves

pytest.importorskip("sklearn", reason="the extra [search] is not installed")


def cases(inputs: np.ndarray, hits: np.ndarray, repeats: float = 1.0) -> Cases:
    return Cases(inputs, hits, np.full(inputs.shape[1], repeats))


def cube(seed: int = 1, size: int = 2000, inputs: int = 5) -> Cases:
    """Return even cases that hit where the first input is high and the second low."""
    drawn = np.random.default_rng(seed).random((size, inputs))
    return cases(drawn, (drawn[:, 0] > 0.6) & (drawn[:, 1] < 0.3))


def bryant() -> tuple[list[str], Cases]:
    """Return Bryant and Lempert's 882 cases, 89 of them of interest."""
    data = pd.read_csv(public("bryant et al 2010 data.csv"), index_col=False)
    inputs = data.iloc[:, 2:11]
    return list(inputs.columns), cases(inputs.to_numpy(float), data.iloc[:, 15].to_numpy(bool))


def test_bryant_and_lemperts_box_is_found() -> None:
    """Figures of box 21 as the EMA Workbench's notebook on scenario discovery prints them."""
    names, data = bryant()
    assert (len(data.hits), data.hits.sum()) == (882, 89)
    box = peel(data, alpha=0.1)[21]
    found = quality(data, box)
    assert found.coverage == pytest.approx(0.752809, abs=5e-7)
    assert found.density == pytest.approx(0.770115, abs=5e-7)
    assert found.mass == pytest.approx(0.0986395, abs=5e-8)
    limits = {names[p]: (box.low[p], box.high[p]) for p in box.restricted}
    assert limits == {
        "Cellulosic cost": (pytest.approx(72.65), np.inf),
        "Total biomass": (-np.inf, pytest.approx(755.8)),
        "Demand elasticity": (pytest.approx(-0.422), np.inf),
        "Biomass backstop price": (pytest.approx(150.05), np.inf),
    }
    chances = np.nanmin(quasi_p(data, box)[:, box.restricted], axis=0)
    published = [0.15741333528927348, 4.716968553178765e-06, 1.1849299115762218e-16,
                 3.515112530263049e-11]  # fmt: skip
    assert chances == pytest.approx(published, rel=1e-9)


def test_the_limit_that_chance_explains_is_dropped() -> None:
    names, data = bryant()
    box = peel(data, alpha=0.1)[21]
    plain = simplified(data, box, 0.05)
    assert "Cellulosic cost" not in {names[place] for place in plain.restricted}
    found = quality(data, plain)
    assert (found.coverage, found.density, found.mass) == pytest.approx(
        (0.764045, 0.715789, 0.10771), abs=5e-6
    )


def test_the_tree_splits_as_published() -> None:
    """Leaves of the same notebook: coverage, density and mass of box 1 and 8."""
    _, data = bryant()
    found = [quality(data, leaf) for leaf in leaves(data)]
    assert len(found) == 8
    first, last = found[0], found[-1]
    assert (first.coverage, first.density, first.mass) == pytest.approx(
        (0.011236, 0.021739, 0.052154), abs=5e-7
    )
    assert (last.coverage, last.density, last.mass) == pytest.approx(
        (0.606742, 0.642857, 0.095238), abs=5e-7
    )
    assert sum(one.mass for one in found) == pytest.approx(1)


def test_a_box_that_is_there_is_found_and_its_limits_are_near() -> None:
    data = cube()
    best = max((simplified(data, box, 0.05) for box in peel(data)),
               key=lambda box: quality(data, box).balance)  # fmt: skip
    assert list(best.restricted) == [0, 1]
    assert best.low[0] == pytest.approx(0.6, abs=0.05)
    assert best.high[1] == pytest.approx(0.3, abs=0.05)
    assert quality(data, best).balance > 0.95


def test_boxes_shrink_and_grow_denser() -> None:
    data = cube()
    found = [quality(data, box) for box in peel(data)]
    assert found[0].coverage == found[0].mass == 1
    assert all(b.mass < a.mass and b.density > a.density
               for a, b in pairwise(found))  # fmt: skip
    assert found[-1].mass >= 0.05


def test_equal_values_stay_together() -> None:
    """A choice of two is peeled whole: its limit lies between the two."""
    choice = np.repeat([0.0, 1.0], 50)[:, None]
    boxes = peel(cases(choice, choice[:, 0] == 1))
    assert [(box.low[0], box.high[0]) for box in boxes] == [(-np.inf, np.inf), (0.5, np.inf)]
    assert len(peel(cases(np.ones((20, 1)), np.arange(20) < 3))) == 1


def test_quasi_p_is_a_binomial_tail_and_repeated_cases_count_once() -> None:
    data = cube()
    box = Box(np.array([0.5, *[-np.inf] * 4]), np.array([np.inf, 0.5, *[np.inf] * 3]))
    inside, wider = box.holds(data.inputs), box.opened(1).holds(data.inputs)
    expected = stats.binom.sf(data.hits[inside].sum() - 1, inside.sum(), data.hits[wider].mean())
    found = quasi_p(data, box)
    assert found[1, 1] == pytest.approx(expected, rel=1e-9)
    assert np.isnan(found[0, 1])
    thrice = cases(np.repeat(data.inputs, 3, axis=0), np.repeat(data.hits, 3), 3.0)
    assert quasi_p(thrice, box)[1, 1] == pytest.approx(expected, rel=1e-9)


def test_a_box_without_limits_keeps_all() -> None:
    data = cube()
    found = quality(data, whole(5))
    assert (found.coverage, found.mass, found.restricted) == (1, 1, 0)
    assert found.density == data.hits.mean()


def test_the_screen_keeps_what_matters_and_little_else() -> None:
    """Of 200 inputs two matter; at most a tenth of what passes may be chance, on average."""
    data = cube(size=400, inputs=200)
    kept = screened(data, np.ones(200, dtype=bool))
    assert {0, 1} <= set(kept.tolist())
    assert len(kept) <= 5
    noise = cases(data.inputs, np.random.default_rng(5).random(400) < 0.3)
    assert len(screened(noise, np.ones(200, dtype=bool))) <= 1
    chosen = np.ones(200, dtype=bool)
    chosen[7] = False
    assert 7 in screened(noise, chosen)
