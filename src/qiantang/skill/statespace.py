"""Exponential smoothing and ARIMA on short yearly series, by statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product

import numpy as np
from numpy.typing import NDArray

from qiantang.skill.history import History

Array = NDArray[np.float64]
Predictive = tuple[Array, Array, int]

#: Highest orders tried; a yearly series of ten to twenty figures carries no more.
HIGHEST_AR, HIGHEST_MA, HIGHEST_D = 2, 2, 2
#: Level of the test of stationarity.
KPSS_LEVEL = 0.05
#: Figures from which the test has any power; below, a growing series is taken as a random walk.
KPSS_FIGURES = 8
#: Forms of exponential smoothing: trend, damped.
FORMS = ((None, False), ("add", False), ("add", True))


def walk(past: History, years: Sequence[int]) -> Predictive:
    """Return a random walk with drift: what both families come to on a handful of figures."""
    steps, free = np.diff(past.logs), past.figures - 2
    ahead = np.array(years) - past.last
    variance = np.sum((steps - steps.mean()) ** 2) / free
    scale = np.sqrt(variance * (ahead + ahead**2 / len(steps)))
    return past.logs[-1] + ahead * steps.mean(), scale, free


def smoothing(past: History, years: Sequence[int]) -> Predictive:
    """Return location, scale and degrees of freedom of exponential smoothing with additive errors.

    Parameters
    ----------
    past : History
        A missing year enters as interpolated and takes a degree of freedom.
    years : sequence of int

    References
    ----------
    Hyndman, R. J., Koehler, A. B., Ord, J. K. and Snyder, R. D. (2008). Forecasting with
    Exponential Smoothing. Springer, ch. 6 (variances) and 7 (selection).
    """
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = pd.Series(past.logs)
    found = []
    for form, damped in FORMS:
        count = 2 + (2 if form else 0) + damped  # smoothing weights and initial states
        if past.figures <= count + 2:  # AICc needs one more than the parameters and the variance
            continue
        with _quietly():
            fitted = ETSModel(series, error="add", trend=form, damped_trend=damped).fit(disp=False)
        likelihood = fitted.llf
        found.append((_aicc(likelihood, count + 1, past.figures), count, fitted))
    if not found:
        return walk(past, years)
    _, count, fitted = min(found, key=lambda item: item[0])
    ahead = [year - past.last for year in years]
    with _quietly():
        predicted = fitted.get_prediction(start=len(series), end=len(series) + max(ahead) - 1)
    free = past.figures - count
    widen = len(series) / free  # the library divides the squares by the number of years
    rows = [step - 1 for step in ahead]
    location = np.asarray(predicted.predicted_mean)[rows]
    variance = np.asarray(predicted.forecast_variance)[rows] * widen
    return location, np.sqrt(variance), free


def arima(past: History, years: Sequence[int]) -> Predictive:
    """Return location, scale and degrees of freedom of ARIMA with the order chosen automatically.

    Differences are taken until the KPSS test is content, then AICc chooses among all orders up to
    (2, 2), with and without a constant or drift. Missing years stay missing: the state space form
    bridges them with the right variance.

    References
    ----------
    Hyndman, R. J. and Khandakar, Y. (2008). Automatic time series forecasting: the forecast package
    for R. Journal of Statistical Software 27(3), section 3 (all orders tried, not step by step).
    """
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    series = np.where(past.known, past.logs, np.nan)
    times = differences(past)
    found = []
    for p, q, drift in product(range(HIGHEST_AR + 1), range(HIGHEST_MA + 1), (False, True)):
        count = p + q + drift
        if (drift and times == HIGHEST_D) or past.figures - times <= count + 2:
            continue
        with _quietly():
            model = SARIMAX(series, order=(p, times, q), trend="c" if drift else "n")
            try:
                fitted = model.fit(disp=False, maxiter=200)
            except np.linalg.LinAlgError:
                continue
        if _is_sound(fitted):
            found.append((_aicc(fitted.llf, count + 1, past.figures - times), count, fitted))
    if not found:
        return walk(past, years)
    _, count, fitted = min(found, key=lambda item: item[0])
    ahead = [year - past.last for year in years]
    with _quietly():
        predicted = fitted.get_forecast(max(ahead))
    free = past.figures - times - count
    widen = np.sqrt((past.figures - times) / free)
    rows = [step - 1 for step in ahead]
    return (
        np.asarray(predicted.predicted_mean)[rows],
        np.asarray(predicted.se_mean)[rows] * widen,
        free,
    )


def differences(past: History) -> int:
    """Return how often the series must be differenced before KPSS finds it stationary."""
    from statsmodels.tsa.stattools import kpss

    if past.figures < KPSS_FIGURES:
        return 1
    values = past.logs
    for times in range(HIGHEST_D):
        if np.ptp(values) == 0:
            return times
        with _quietly():
            _, probability, *_ = kpss(values, regression="c", nlags="auto")
        if probability > KPSS_LEVEL:
            return times
        values = np.diff(values)
    return HIGHEST_D


def _aicc(likelihood: float, count: int, figures: int) -> float:
    """Return Akaike's criterion corrected for few figures."""
    return 2 * count - 2 * likelihood + 2 * count * (count + 1) / (figures - count - 1)


def _is_sound(fitted: object) -> bool:
    """Tell whether the fit ended well and its roots stay off the unit circle."""
    roots = np.concatenate([np.atleast_1d(fitted.arroots), np.atleast_1d(fitted.maroots)])  # type: ignore[attr-defined]
    near = roots.size > 0 and np.abs(roots).min() < 1.001
    return bool(np.isfinite(fitted.llf)) and not near  # type: ignore[attr-defined]


@contextmanager
def _quietly() -> Iterator[None]:
    """Silence the library's warnings of short series: a poor fit loses by AICc and by its score."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
