"""Forecasters that stand in for the model."""

from __future__ import annotations

import numpy as np

from qiantang.skill.baselines import student
from qiantang.skill.history import known_figures, truth
from qiantang.skill.settings import Draws, asked_years
from qiantang.study import Study


class Oracle:
    """A forecaster that knows the figures to a per cent; times ``bias``."""

    def __init__(self, study: Study, names: list[str], bias: float = 1.0) -> None:
        self.study, self.names, self.bias = study, names, bias

    def __call__(self, origin: float, setting: str) -> dict[str, Draws]:
        years = asked_years(self.study.about, origin, setting)
        made = {}
        for name in self.names:
            figures = truth(self.study.evidence, name)
            centre = np.log([self.bias * figures.get(year, 1.0) for year in years])
            made[name] = Draws(years, np.exp(student(centre, np.full(len(years), 0.01), 50, 400)))
        return made


class Carrier:
    """The last figure carried on with noise: a stand-in for the model."""

    def __init__(self, study: Study, names: list[str]) -> None:
        self.study, self.names = study, names

    def __call__(self, origin: float, setting: str) -> dict[str, Draws]:
        years = asked_years(self.study.about, origin, setting)
        made = {}
        for name in self.names:
            figures = known_figures(self.study.evidence, name, origin)
            if figures:
                noise = np.random.default_rng(3).normal(0.0, 0.1, (400, len(years)))
                made[name] = Draws(years, list(figures.values())[-1] * np.exp(noise))
        return made
