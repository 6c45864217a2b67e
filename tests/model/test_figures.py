"""Figures of a run: totals from tallies in closed form, year ends, dated values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qiantang.model.figures import Figure, on_grid, outputs_of, read_figures, times_of
from qiantang.study import Study

STEP = 1 / 64
RATE = 0.07


def flow_integral(first: float, last: float) -> float:
    """Integral of exp(RATE (t - 2000))."""
    return (math.exp(RATE * (last - 2000)) - math.exp(RATE * (first - 2000))) / RATE


def saved(times: np.ndarray) -> np.ndarray:
    """Return tally and stock of an exponential flow, shape (output, time, member)."""
    tally = np.array([flow_integral(2000, time) for time in times])
    stock = np.exp(RATE * (times - 2000))
    return np.array([tally, stock])[:, :, None] * np.array([1.0, 3.0])


FIGURES = [
    Figure("trade", "yearly_total", 2005),
    Figure("trade", "yearly_mean", 2017),
    Figure("price", "year_end", 2005),
    Figure("price", "dated", 2010 + 58 * STEP),
]
NAMES = ("trade_tally", "price")
EXPECTED = np.array(
    [
        flow_integral(2005, 2006),
        flow_integral(2017, 2018),
        math.exp(RATE * 6),
        math.exp(RATE * (10 + 58 * STEP)),
    ]
)


def test_figures_are_the_closed_form() -> None:
    times = times_of(FIGURES, STEP)
    read = read_figures(FIGURES, saved(times), NAMES, times, STEP)
    assert read.shape == (4, 2)
    np.testing.assert_allclose(read, EXPECTED[:, None] * [1.0, 3.0], rtol=1e-12)


@pytest.mark.parametrize("every", [1, 2, 64])
def test_figures_do_not_depend_on_which_times_were_saved(every: int) -> None:
    needed = times_of(FIGURES, STEP)
    more = np.union1d(needed, 2000 + STEP * np.arange(0, 26 * 64 + 1, every))
    read = read_figures(FIGURES, saved(more), NAMES, more, STEP)
    lean = read_figures(FIGURES, saved(needed), NAMES, needed, STEP)
    np.testing.assert_array_equal(read, lean)


def test_the_order_of_saved_times_and_outputs_does_not_matter() -> None:
    times = times_of(FIGURES, STEP)[::-1]
    read = read_figures(FIGURES, saved(times)[::-1], NAMES[::-1], times, STEP)
    np.testing.assert_allclose(read[:, 0], EXPECTED, rtol=1e-12)


def test_a_run_is_asked_for_what_the_figures_need_and_no_more() -> None:
    assert outputs_of(FIGURES) == ("trade_tally", "price")
    assert times_of(FIGURES, STEP).tolist() == [2005, 2006, 2010 + 58 * STEP, 2017, 2018]


@pytest.mark.parametrize(
    ("kind", "times", "centre"),
    [
        ("yearly_total", (2005, 2006), 2005.5),
        ("yearly_mean", (2005, 2006), 2005.5),
        ("year_end", (2006,), 2006.0),
        ("dated", (2005,), 2005.0),
    ],
)
def test_where_a_figure_sits(kind: str, times: tuple[float, ...], centre: float) -> None:
    figure = Figure("trade", kind, 2005)  # type: ignore[arg-type]
    assert figure.times == times
    assert figure.centre == centre


def test_a_date_is_brought_to_the_nearest_step() -> None:
    assert on_grid(2010.4404, STEP) == 2010 + 28 * STEP
    assert abs(on_grid(2010.839, STEP) - 2010.839) <= STEP / 2
    assert on_grid(2018.0, STEP) == 2018.0


def test_a_yearly_total_of_the_model_is_the_integral_of_its_flow(study: Study) -> None:
    program = study.program
    step = program.time_step
    grid = 2005 + step * np.arange(round(1 / step) + 1)
    run = program.run(["passengers", "passengers_tally"], grid, engine="numpy").values[:, :, 0]
    by_hand = np.trapezoid(run[0], dx=step)
    figure = [Figure("passengers", "yearly_total", 2005)]
    tally = np.array([run[1]])[:, :, None]
    read = read_figures(figure, tally, ("passengers_tally",), grid, step)
    assert read[0, 0] == pytest.approx(by_hand, rel=1e-9)
