"""Forecasts from an earlier origin: refitted to what was known, scored by `qiantang.skill`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.carry import Carried, carry
from qiantang.calibrate.chains import Plan, sample
from qiantang.calibrate.fit import open_unfinished, start_of
from qiantang.calibrate.laplace import approximate
from qiantang.calibrate.observed import select_observed
from qiantang.calibrate.runner import Runner, deviating
from qiantang.calibrate.target import Target
from qiantang.ensemble.case import Case
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.readout import readout_of
from qiantang.model.figures import Figure
from qiantang.study import Study
from qiantang.studyfile import HORIZON

Array = NDArray[np.float64]

#: Shorter chains than a fit's own: ten origins are refitted, and only quantiles are wanted.
PLAN = Plan(chains=32, warm_up=(800,), kept=40, thin=50, trust=(0.0,))


@dataclass(frozen=True)
class Forecast:
    """Draws of one series.

    Parameters
    ----------
    years : tuple of int, length h
        Calendar years; a yearly figure is the total of its year.
    values : ndarray, shape (member, h)
        In the unit of the series, measurement error included.
    """

    years: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class Refit:
    """A posterior that has seen nothing after an origin.

    Parameters
    ----------
    target : Target
    z : ndarray, shape (member, P)
        Parameters on the standard scale of the priors.
    carried : Carried
    drift : mapping of str to dict
        Of each observed series how far its deviation moves in a year, and what of it stays.
    """

    target: Target
    z: Array
    carried: Carried
    drift: Mapping[str, dict[str, float]]


@lru_cache(maxsize=16)
def refit(
    study: Study, origin: float, members: int, seed: int, folder: Path | None = None
) -> Refit:  # fmt: skip
    """Fit the study to the figures that were complete at an origin.

    Parameters
    ----------
    study : Study
    origin : float
        [Year]
    members, seed : int
    folder : Path, optional
        Where the chains are kept, so that a call that was interrupted goes on; in memory by
        default.

    Raises
    ------
    StudyError
        The folder holds chains that were made from other inputs.
    """
    observed = select_observed(study.evidence, origin)
    target = Target(study, observed, Runner(study, observed, origin), {})
    if folder is not None:
        refuse_others(folder, study, seed)
    normal = approximate(target) if folder is None else start_of(target, folder)
    target.find_active()
    drawn = sample(target.active_density, normal.only(target.active), PLAN, seed, folder)
    flat = drawn.draws.reshape(-1, drawn.draws.shape[-1])
    rng = np.random.default_rng([seed, int(origin)])
    x = target.complete(flat[rng.choice(len(flat), members, replace=len(flat) < members)], rng)
    return Refit(target, target.standard(x), carry(target, x, rng), target.drift(x))


def refuse_others(folder: Path, study: Study, seed: int) -> None:
    """Refuse a folder of refits that were made from other inputs, or by another plan of chains.

    Raises
    ------
    StudyError
    """
    open_unfinished(folder, study, PLAN, seed, quick=False)


def forecast_from(
    study: Study, origin: float, setting: str, members: int = 500, seed: int = 1
) -> dict[str, Forecast]:
    """Forecast the yearly series of a study from an origin, levers at rest.

    Parameters
    ----------
    study : Study
    origin : float
        Figures of the years before it were seen. [Year]
    setting : str
        One of `qiantang.studyfile.StudyFile.settings`:
        Drivers as could be known at the origin, or the true ones.
    members, seed : int

    Returns
    -------
    dict of str to Forecast
        Series to draws of the `HORIZON` years from the origin on; members whose run diverged or
        whose deviations did not settle are left out.
    """
    fit = refit(study, origin, members, seed)
    about = study.about
    vintage = about.actual if setting in about.settings_told else about.known
    vintages = tuple((name, vintage) for name in study.drivers.names)
    years = np.arange(int(origin), int(origin) + HORIZON)
    series = [s for s in study.evidence.series.values() if s.kind == "yearly_total"]
    figures = [Figure(s.variable, "yearly_total", float(y)) for s in series for y in years]
    readout = readout_of(study, figures)
    forecasters = deviating(study, fit.z, fit.target.runner.grid, fit.carried.deviations, origin)
    ensemble = replace(
        ensemble_of(study, forecasters, seed, readout), origin=min(origin, about.origin)
    )
    outcome = ensemble.run_one(Case({}, vintages))
    values = outcome.read[[readout.place[figure] for figure in figures]]
    sound = fit.carried.settled & ~outcome.diverged
    blocks = values.reshape(len(series), HORIZON, members)[:, :, sound]
    rng = np.random.default_rng([seed, 1])
    return {
        s.name: Forecast(
            tuple(map(int, years)),
            block.T
            * np.exp(usual_error(study, s.name, origin) * rng.standard_normal(block.T.shape)),
        )
        for s, block in zip(series, blocks, strict=True)
        if (block > 0).all()  # what had not begun at the origin is not forecast
    }


def usual_error(study: Study, name: str, origin: float) -> float:
    """Return the usual measurement error of a series in logs: a forecast foresees the figure.

    Of the years before the origin; where a series had none yet, of all its years.
    """
    used = study.evidence.series[name].used
    known = [row for row in used if row.year + 1.0 <= origin] or used
    errors = [row.log_sd(study.evidence.grades) for row in known]
    return float(np.median(errors)) if errors else 0.0
