"""What each lever does to every target: alone, and as its share of the full plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.reach import INTERVAL
from qiantang.policy.levertable import Effect, LeverTable, Share, Total
from qiantang.policy.packages import Packages
from qiantang.policy.shapley import Shares, sampled_shares
from qiantang.study import Study

Array = NDArray[np.float64]

#: Pairs of opposite orders from which shares are estimated unless told otherwise.
PAIRS = 6


def effects_alone(
    packages: Packages, progress: Callable[[str], None] = lambda _: None
) -> list[Effect]:
    """Return the effect of each lever alone, targets in the order of the plan."""
    ground = packages.score(np.zeros(len(packages.levers)))
    alone = {}
    for row, lever in zip(np.eye(len(packages.levers)), packages.levers, strict=True):
        progress(lever)
        alone[lever] = packages.score(row)
    effects = []
    for target in packages.targets:
        before = ground.values[target.id]
        reached = target.is_reached(before).mean()
        for lever, score in alone.items():
            after = score.values[target.id]
            low, middle, high = _quantiles(after - before)
            gain = float(target.is_reached(after).mean() - reached)
            called = articles_of(packages.study, lever)
            effects.append(
                Effect(lever, called, target.id, target.unit, middle, low, high, gain,
                       float(np.nanmedian(before)))
            )  # fmt: skip
    return effects


def lever_table(
    packages: Packages,
    *,
    pairs: int = PAIRS,
    progress: Callable[[str], None] = lambda _: None,
) -> LeverTable:
    """Return the effect of each lever alone and its share of the full plan, by article too.

    Parameters
    ----------
    packages : Packages
    pairs : int
        Pairs of opposite orders from which the shares are estimated; 0 leaves the shares out.
    progress : callable
        Told the lever, then the pair, before each is run.
    """
    effects = effects_alone(packages, progress)
    shares: tuple[Share, ...] = ()
    articles: tuple[Share, ...] = ()
    if pairs:
        found = full_plan_shares(packages, pairs, progress)
        shares = _rows(packages, list(packages.levers), found.values, found.errors)
        split = _split(packages)
        names = [str(article.number) for article in _called(packages)]
        values = np.tensordot(split, found.values, axes=1)
        # Errors of levers are taken as independent; they add up to nought over all levers.
        errors = np.sqrt(np.tensordot(split**2, found.errors**2, axes=1))
        articles = _rows(packages, names, values, errors)
    return LeverTable(
        tuple(effects), shares, articles, tuple(_totals(packages)), packages.members.size,
        packages.seed, pairs, packages.base.name, packages.full.name,
        packages.study.fit.record.version,
    )  # fmt: skip


def full_plan_shares(
    packages: Packages, pairs: int, progress: Callable[[str], None] = lambda _: None
) -> Shares:
    """Return the Shapley shares of the levers, shape (lever, target, 2 + member).

    The first column is the mean over members, the second the probability of the target, the rest
    the members one by one.
    """

    def game(coalition: NDArray[np.bool_]) -> Array:
        score = packages.score(coalition.astype(np.float64))
        rows = []
        for target in packages.targets:
            values = score.values[target.id]
            rows.append([np.nanmean(values), target.is_reached(values).mean(), *values])
        return np.array(rows)

    rng = np.random.default_rng(packages.seed)
    return sampled_shares(game, len(packages.levers), pairs, rng, progress)


def articles_of(study: Study, lever: str) -> tuple[int, ...]:
    """Return the numbers of the articles that call for a lever."""
    return tuple(a.number for a in study.plan.articles.articles if lever in a.levers)


def _rows(packages: Packages, names: list[str], values: Array, errors: Array) -> tuple[Share, ...]:
    rows = []
    for place, target in enumerate(packages.targets):
        for name, value, error in zip(names, values[:, place], errors[:, place], strict=True):
            low, _, high = _quantiles(value[2:])
            rows.append(
                Share(name, target.id, target.unit, float(value[0]), float(error[0]), low, high,
                      float(value[1]), float(error[1]))
            )  # fmt: skip
    return tuple(rows)


def _called(packages: Packages) -> list[Any]:
    """Return the articles that call for any lever of the plan."""
    every = packages.study.plan.articles.articles
    return [article for article in every if set(article.levers) & set(packages.levers)]


def _split(packages: Packages) -> Array:
    """Return the part of each lever that falls to each article, shape (article, lever)."""
    calls = np.array(
        [[lever in a.levers for lever in packages.levers] for a in _called(packages)], dtype=float
    )
    return np.asarray(calls / np.maximum(calls.sum(axis=0), 1), dtype=np.float64)


def _totals(packages: Packages) -> list[Total]:
    ground = packages.score(np.zeros(len(packages.levers)))
    full = packages.score(np.ones(len(packages.levers)))
    totals = []
    for target in packages.targets:
        before, after = ground.values[target.id], full.values[target.id]
        low, _, high = _quantiles(after - before)
        chances = [float(target.is_reached(values).mean()) for values in (before, after)]
        mean = float(np.nanmean(after) - np.nanmean(before))
        totals.append(
            Total(target.id, target.unit, mean, low, high, chances[1] - chances[0], *chances)
        )
    return totals


def _quantiles(change: Array) -> tuple[float, float, float]:
    low, middle, high = map(float, np.nanquantile(change, [INTERVAL[0], 0.5, INTERVAL[1]]))
    return low, middle, high
