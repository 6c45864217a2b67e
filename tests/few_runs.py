"""Runs of few members for the tests of ensembles, and how they are looked at."""

from __future__ import annotations

import numpy as np
import xarray as xr

from qiantang.ensemble.ensemble import Ensemble, ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of
from qiantang.model.figures import Figure
from qiantang.study import Study, bundled_folder

BOTH = ["current_policy", "plan_in_full"]
SHIPPED = sorted(path.stem for path in (bundled_folder() / "scenarios").glob("*.yaml"))
ALL = 12  # members of the small study's fit


def few(study: Study, scenario: str = "current_policy", **options: object) -> xr.Dataset:
    given = {"members": 3, "engine": "kernel"} | options
    return study.run(scenario, **given).dataset


def same(left: xr.Dataset, right: xr.Dataset) -> bool:
    return all(np.array_equal(left[name], right[name], equal_nan=True) for name in left.data_vars)


def headline(dataset: xr.Dataset) -> np.ndarray:
    """Return all variables, shape (variable, scenario, member, time)."""
    return np.array([dataset[name].values for name in dataset.data_vars if name != "diverged"])


def passengers(study: Study, members: int, engine: str = "kernel") -> Ensemble:
    """Return an ensemble that reads passengers of three years, by the kernel of all other runs."""
    figures = [Figure("passengers", "yearly_total", year) for year in (2005, 2018, 2025)]
    chosen = choose_members(study, members, 1)
    return ensemble_of(
        study, chosen, 1, readout_of(study, figures, alone=engine == "numpy"), engine
    )
