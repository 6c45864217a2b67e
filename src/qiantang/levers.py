"""What each lever moves on its own: the change of every target, member by member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from qiantang.ensemble import run_resolved
from qiantang.reach import INTERVAL, measure
from qiantang.scenario import Scenario
from qiantang.study import Study


@dataclass(frozen=True)
class Effect:
    """Effect of one lever, alone at the strength of a scenario, on one target.

    Parameters
    ----------
    lever, target : str
    articles : tuple of int
        Articles that call for the lever.
    unit : str
        Unit of the target.
    median, p05, p95 : float
        Change against the base, over members with common random numbers. [unit]
    probability : float
        Change of the probability that the target is reached.
    base : float
        Median of the target without the lever. [unit]
    """

    lever: str
    articles: tuple[int, ...]
    target: str
    unit: str
    median: float
    p05: float
    p95: float
    probability: float
    base: float

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def lever_effects(
    study: Study,
    *,
    base: str = "current_policy",
    full: str = "plan_in_full",
    members: int = 1000,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Effect]:
    """Pull each lever of a scenario alone and return its effect on every target.

    Parameters
    ----------
    study : Study
    base : str
        Scenario with no lever pulled.
    full : str
        Scenario whose lever paths are taken one at a time.
    members, seed : int
    progress : callable
        Told the lever before each run.
    """
    ground, plan = study.scenario(base), study.scenario(full)
    alone = [_alone(ground, plan, lever) for lever in plan.levers]
    runs = run_resolved(study, [ground, *alone], members=members, seed=seed, progress=progress)
    effects = []
    for target in study.plan.targets.targets:
        values = measure(runs.dataset, target.measure)
        reached = target.is_reached(values).mean(axis=1)
        for place, scenario in enumerate(alone, start=1):
            change = values[place] - values[0]
            low, middle, high = map(float, np.nanquantile(change, [INTERVAL[0], 0.5, INTERVAL[1]]))
            gain = float(reached[place] - reached[0])
            articles = _articles(study, scenario.name)
            base_median = float(np.nanmedian(values[0]))
            effects.append(
                Effect(scenario.name, articles, target.id, target.unit, middle, low, high, gain,
                       base_median)
            )  # fmt: skip
    return effects


def _alone(ground: Scenario, plan: Scenario, lever: str) -> Scenario:
    return replace(ground, name=lever, levers={**ground.levers, lever: plan.levers[lever]})


def _articles(study: Study, lever: str) -> tuple[int, ...]:
    return tuple(a.number for a in study.plan.articles.articles if lever in a.levers)
