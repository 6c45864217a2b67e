"""What levers do, as records: alone, as a share of the plan, by target and article."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd


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
