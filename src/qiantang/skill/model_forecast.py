"""The model as a forecaster: forecasts of the calibration, refitted at each origin."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.faults import Fault, StudyError
from qiantang.skill.settings import Draws, Forecaster

if TYPE_CHECKING:
    from qiantang.study import Study

#: Where the calibration keeps its forecasts, and the function that makes them.
MODULE, FUNCTION = "qiantang.calibrate.forecast", "forecast_from"


def model_forecaster(study: Study, members: int, seed: int) -> Forecaster:
    """Return the model of a study as a forecaster.

    Parameters
    ----------
    study : Study
    members : int
        Members of each forecast.
    seed : int

    Raises
    ------
    StudyError
        If this installation has no forecasts from an origin.
    """
    try:
        forecast_from: Any = getattr(import_module(MODULE), FUNCTION)
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != MODULE:
            raise
        what = "the calibration makes no forecasts from an origin"
        raise StudyError([Fault(study.folder, None, "skill", what)]) from None

    def forecast(origin: float, setting: str) -> Mapping[str, Draws]:
        return checked(forecast_from(study, origin, setting, members, seed), origin, setting)

    return forecast


def checked(made: Mapping[str, Any], origin: float, setting: str) -> dict[str, Draws]:
    """Return forecasts as draws, refusing what cannot be scored.

    Anything with ``years`` and ``values`` will do. A member is left out where it is not finite; if
    that is more than half, or a figure is not above zero, there is no forecast to speak of.

    Raises
    ------
    StudyError
        With every series that is at fault.
    """
    found, faults = {}, []
    for name, given in made.items():
        years = tuple(int(year) for year in given.years)
        values = np.asarray(given.values, dtype=np.float64)
        what = ""
        if values.ndim != 2 or values.shape[1] != len(years):
            what = f"values of shape {values.shape} for {len(years)} years, expected (member, year)"
        elif np.isfinite(values).mean(axis=0).min(initial=1.0) < 0.5:
            what = "more than half of the members are not finite"
        elif (values <= 0).any():
            what = "a figure is not above zero; scores are taken in logs"
        if what:
            faults.append(Fault(f"forecast from {origin:g}, {setting}", None, name, what))
        found[name] = Draws(years, values)
    if faults:
        raise StudyError(faults)
    return found
