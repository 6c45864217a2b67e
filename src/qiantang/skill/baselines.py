"""Naive forecasts to beat, each a predictive distribution in logs fitted at the origin.

The kinds stand for what a careful clerk would do without a model. Point forecasts, standard errors
and orders come from statsmodels: it holds exponential smoothing, ARIMA and regression in one
package, and is itself what the larger forecasting packages build upon. Every kind takes the error
of its parameters into account: residual variances are divided by the degrees of freedom that the
figures leave, and the predictive distribution is Student's with as many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from qiantang.skill import shares, statespace
from qiantang.skill.history import History
from qiantang.skill.world import World

Array = NDArray[np.float64]
Baseline = Callable[[History, World, Sequence[int], int], Array]

#: Student's distribution has no mean below this; the tails would decide the score.
FEWEST_FREE = 2
#: Years of the trend.
TREND_YEARS = 5
#: Figures from which the regression of growth has a constant.
WITH_CONSTANT = 6


def levels(members: int) -> Array:
    """Return the probabilities at which a distribution is read off, shape (member,)."""
    return (np.arange(members) + 0.5) / members


def student(location: Array, scale: Array, free: int, members: int) -> Array:
    """Return quantiles of Student's distribution, shape (member, year).

    Parameters
    ----------
    location, scale : ndarray, shape (year,) or (member, year)
    free : int
        Degrees of freedom; at least `FEWEST_FREE` are used.
    members : int
    """
    quantiles = stats.t.ppf(levels(members), max(free, FEWEST_FREE))
    return np.asarray(location + scale * quantiles[:, None])


def persistence(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Carry the last figure on: a random walk without drift."""
    steps, free = np.diff(past.logs), past.figures - 1
    ahead = np.array(years) - past.last
    scale = np.sqrt(ahead * np.sum(steps**2) / free)
    return student(np.full(len(ahead), past.logs[-1]), scale, free, members)


def drift(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Carry the mean growth of the whole history on: a random walk with drift."""
    return student(*statespace.walk(past, years), members)


def trend(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Draw a straight line in logs through the last five years."""
    first = len(past.years) - TREND_YEARS
    while first > 0 and past.known[first:].sum() < FEWEST_FREE + 2:
        first -= 1
    kept = past.known & (np.arange(len(past.years)) >= first)
    design = _with_constant(past.years[kept] - past.last)
    return _least_squares(
        design, past.logs[kept], _with_constant(np.array(years) - past.last)[None], members
    )


def smoothing(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Smooth exponentially: level, trend or damped trend, chosen by AICc."""
    return student(*statespace.smoothing(past, years), members)


def arima(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Fit ARIMA with the order chosen by a unit root test and AICc."""
    return student(*statespace.arima(past, years), members)


def regression(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Regress the log of the series on the log of its driver."""
    kept = [i for i, year in enumerate(past.years) if past.known[i] and int(year) in world.past]
    if len(kept) < FEWEST_FREE + 2:
        return drift(past, world, years, members)
    design = _with_constant([world.past[int(past.years[i])] for i in kept])
    ahead = np.stack([_with_constant(world.future[year]) for year in years], axis=1)
    return _least_squares(design, past.logs[kept], ahead, members)


def growth_regression(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Regress the growth of the series on the growth of its driver, from the last figure on.

    Growth over two years, where one figure is missing, has twice the variance and is weighted so.
    A constant, the trend of the city's share, enters once six figures are at hand.
    """
    kept = [i for i, year in enumerate(past.years) if past.known[i] and int(year) in world.past]
    if len(kept) < FEWEST_FREE + 2 or past.last not in world.past:
        return drift(past, world, years, members)
    driver = np.array([world.past[int(past.years[i])] for i in kept])
    gaps = np.diff(past.years[kept]).astype(np.float64)
    constant = len(kept) >= WITH_CONSTANT
    design = _columns(gaps, np.diff(driver), constant) / np.sqrt(gaps)[:, None]
    growth = np.diff(past.logs[kept]) / np.sqrt(gaps)
    ahead = np.array(years, dtype=np.float64) - past.last
    change = np.stack([world.future[year] for year in years], axis=1) - world.past[past.last]
    wanted = np.stack([_columns(ahead, row, constant) for row in change])
    return np.asarray(past.logs[-1] + _least_squares(design, growth, wanted, members, own=ahead))


def share(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Carry the last share of the national total on."""
    found = shares.kept(past, world, years)
    return drift(past, world, years, members) if found is None else _dealt(*found, members)


def share_damped(past: History, world: World, years: Sequence[int], members: int) -> Array:
    """Let the recent trend of the share of the national total fade."""
    found = shares.damped(past, world, years)
    return drift(past, world, years, members) if found is None else _dealt(*found, members)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra on one thread: the matrices are tiny, and threads only wait for others.

    On a machine that is busy, threads that wait made a fit of milliseconds take seconds.
    """
    import_module("statsmodels.tsa.statespace.sarimax")  # limits hold for what is loaded already
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


#: The baselines in the order of the table.
BASELINES: dict[str, Baseline] = {
    "persistence": persistence,
    "drift": drift,
    "trend": trend,
    "ets": smoothing,
    "arima": arima,
    "regression": regression,
    "growth_regression": growth_regression,
    "share": share,
    "share_damped": share_damped,
    "share_given": share,
}

#: Those that look at the series alone.
WORLDLESS = ("persistence", "drift", "trend", "ets", "arima")
#: Those that need the national total of the same thing.
SHARES = ("share", "share_damped", "share_given")
#: The one whose driver ahead is the model's own; with true drivers it is the share kept.
GIVEN = "share_given"


def _with_constant(values: ArrayLike) -> Array:
    column = np.asarray(values, dtype=np.float64)
    return np.column_stack([np.ones(len(column)), column])


def _columns(steps: Array, change: Array, constant: bool) -> Array:
    return np.column_stack([steps, change]) if constant else change[:, None]


def _least_squares(
    design: Array, observed: Array, wanted: Array, members: int, own: Array | float = 1.0
) -> Array:
    """Predict by least squares, parameter error included.

    Parameters
    ----------
    design : ndarray, shape (n, k)
    observed : ndarray, shape (n,)
    wanted : ndarray, shape (path, year, k)
        Regressors of the years ahead; one path, or as many as members.
    members : int
    own : ndarray, shape (year,), or float
        Variance of a year's own error as a multiple of the residual variance.

    Returns
    -------
    ndarray, shape (member, year)
        See `_dealt`.
    """
    from statsmodels.regression.linear_model import OLS

    fitted = OLS(observed, design).fit()
    free = len(observed) - design.shape[1]
    variance = fitted.ssr / max(free, 1)
    inner = np.einsum("pyk,kl,pyl->py", wanted, fitted.normalized_cov_params, wanted)
    return _dealt(wanted @ fitted.params, np.sqrt(variance * (own + inner)), free, members)


def _dealt(location: Array, scale: Array, free: int, members: int) -> Array:
    """Return members of Student's distribution about one path, or about as many as members.

    Where the paths are uncertain the quantiles are dealt to them at random, the same for all, so
    that each member is one path with one error.

    Parameters
    ----------
    location : ndarray, shape (path, year)
    scale : ndarray, shape (path, year) or (year,)
    free, members : int

    Returns
    -------
    ndarray, shape (member, year)
    """
    if len(location) == 1:
        return student(location[0], np.atleast_2d(scale)[0], free, members)
    order = np.random.default_rng(len(location)).permutation(members)
    quantiles = stats.t.ppf(levels(members), max(free, FEWEST_FREE))[order]
    return np.asarray(location + scale * quantiles[:, None])
