"""What each lever does to every target: alone, and as its share of the full plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.ensemble.reach import INTERVAL
from qiantang.policy.packages import Packages
from qiantang.policy.shapley import Shares, sampled_shares
from qiantang.study import Study

Array = NDArray[np.float64]

#: Pairs of opposite orders from which shares are estimated unless told otherwise.
PAIRS = 6


@dataclass(frozen=True)
class Effect:
    """Effect of one lever, alone at the strength of the full plan, on one target.

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


@dataclass(frozen=True)
class Share:
    """Shapley share of one lever, or of one article, in the effect of the full plan on one target.

    Parameters
    ----------
    name : str
        Lever, or number of the article.
    target, unit : str
    mean : float
        Share of the mean change; over all levers they add up to the change itself. [unit]
    error : float
        Standard error of that mean, from the orders drawn. [unit]
    p05, p95 : float
        Over members. [unit]
    probability, probability_error : float
        Share of the change of the probability that the target is reached.
    """

    name: str
    target: str
    unit: str
    mean: float
    error: float
    p05: float
    p95: float
    probability: float
    probability_error: float


@dataclass(frozen=True)
class Total:
    """What the full plan does to one target: the sum of the shares.

    Parameters
    ----------
    target, unit : str
    mean, p05, p95 : float
        Change against the base. [unit]
    probability : float
        Change of the probability that the target is reached.
    base_probability, full_probability : float
    """

    target: str
    unit: str
    mean: float
    p05: float
    p95: float
    probability: float
    base_probability: float
    full_probability: float


@dataclass(frozen=True)
class LeverTable:
    """Effects alone, shares by lever and by article, totals, and how they were found.

    Parameters
    ----------
    effects : tuple of Effect
    shares, articles : tuple of Share
        Empty where no order was drawn. The share of a lever is split evenly over the articles
        that call for it.
    totals : tuple of Total
    members, seed, pairs : int
    base, full, fit : str
    """

    effects: tuple[Effect, ...]
    shares: tuple[Share, ...]
    articles: tuple[Share, ...]
    totals: tuple[Total, ...]
    members: int
    seed: int
    pairs: int
    base: str
    full: str
    fit: str

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON; NaN becomes None."""
        record = asdict(self)
        for name in ("effects", "shares", "articles", "totals"):
            record[name] = [
                {key: None if value != value else value for key, value in row.items()}
                for row in record[name]
            ]
        return record

    def of(self, target: str) -> LeverTable:
        """Return the part that speaks of one target."""
        return replace(
            self,
            effects=tuple(row for row in self.effects if row.target == target),
            shares=tuple(row for row in self.shares if row.target == target),
            articles=tuple(row for row in self.articles if row.target == target),
            totals=tuple(row for row in self.totals if row.target == target),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each lever and target, as `study.chart.levers` draws it."""
        shares = {(share.name, share.target): share for share in self.shares}
        rows = []
        for effect in self.effects:
            share = shares.get((effect.lever, effect.target))
            rows.append(
                {
                    "lever": effect.lever,
                    "target": effect.target,
                    "median": effect.median,
                    "p05": effect.p05,
                    "p95": effect.p95,
                    "shapley": None if share is None else share.mean,
                    "article": list(effect.articles),
                }
            )
        return pd.DataFrame(rows)


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
