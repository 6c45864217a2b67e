"""From the panel's figures to the arrays that a model reads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from qiantang.panel.arrays import Changes, Counts, Crowding
from qiantang.panel.panelfile import PanelFigure
from qiantang.panel.quantityfile import Quantity, Total


@dataclass(frozen=True)
class Figures:
    """What the study knows: the panel, the national totals, and its own observed series.

    Parameters
    ----------
    panel : tuple of PanelFigure
    errors : Mapping of str to float
        Standard deviation of the logarithm of a figure, by grade. [Dmnl]
    drivers : Mapping of str to Mapping of int to float
        Value by driver and year.
    observed : Mapping of str to Mapping of int to (float, float)
        Central value and its log error, by series and year.
    last : int
        The last year that was known; nothing later is used.
    """

    panel: tuple[PanelFigure, ...]
    errors: Mapping[str, float]
    drivers: Mapping[str, Mapping[int, float]]
    observed: Mapping[str, Mapping[int, tuple[float, float]]]
    last: int


#: Log share and its error, by member and year.
Shares = dict[str, dict[int, tuple[float, float]]]


def changes(figures: Figures, quantity: Quantity) -> Changes:
    """Return the yearly log changes of shares, member by member."""
    return _changes(_shares(figures, quantity), None)[0]


def crowding(figures: Figures, quantity: Quantity) -> Crowding:
    """Return changes of airports' shares with last year's traffic over the design of the year.

    A year counts only where a capacity is known all through it; a new terminal counts by the part
    of the year it is open.
    """
    traffic = _yearly(figures, quantity)
    rows = [row for row in figures.panel if row.series == quantity.capacity]
    loads: dict[tuple[str, int], float] = {}
    for city, years in traffic.items():
        steps = sorted((row.year, row.value) for row in rows if row.city == city)
        for year in years:
            design = _mean_capacity(steps, year)
            if design is not None and year - 1 in years:
                loads[city, year] = math.log(years[year - 1][0] / design)
    found, load = _changes(_shares(figures, quantity), loads)
    if quantity.knee is None:
        return Crowding(found, load[:, None])
    over = np.maximum(load - math.log(quantity.knee), 0.0)
    return Crowding(found, np.column_stack([load - over, over]))


def counts(figures: Figures, quantity: Quantity) -> Counts:
    """Return the events of every city and year."""
    found = _yearly(figures, quantity)
    names = tuple(sorted(found))
    rows = [
        (index, year, found[name][year][0])
        for index, name in enumerate(names)
        for year in sorted(found[name])
    ]
    city, year, signed = (np.array(column) for column in zip(*rows, strict=True))
    return Counts(
        names,
        city.astype(np.int64),
        signed.astype(np.int64),
        (int(year.min()), int(year.max())),
    )


def _yearly(figures: Figures, quantity: Quantity) -> Shares:
    """Return value and log error by member and year, within the years of the quantity."""
    first, last = quantity.years[0], min(quantity.years[1], figures.last)
    found: Shares = {}
    for row in figures.panel:
        if row.series == quantity.series and first <= row.year <= last and row.value is not None:
            years = found.setdefault(row.city, {})
            years[int(row.year)] = (row.value, figures.errors[row.grade])
    for member, own in quantity.own.items():
        if own.observed is not None:
            known = figures.observed[own.observed]
            found[member] = {year: known[year] for year in sorted(known) if first <= year <= last}
    return found


def _shares(figures: Figures, quantity: Quantity) -> Shares:
    """Return the log of the share, up to a constant, with its error."""
    found = _yearly(figures, quantity)
    sums: dict[int, float] = {}
    for years in found.values():
        for year, (value, _) in years.items():
            sums[year] = sums.get(year, 0.0) + value
    shares: Shares = {}
    for member, years in found.items():
        own = quantity.own.get(member)
        total = (own.total if own and own.total else None) or quantity.total
        whole = sums if total is None else _total(figures, total)
        shares[member] = {
            year: (math.log(value / whole[year]), error)
            for year, (value, error) in sorted(years.items())
            if year in whole
        }
    return shares


def _total(figures: Figures, total: Total) -> dict[int, float]:
    """Return the national total of the years in which all its parts are known."""
    parts = [figures.drivers[name] for name in total.drivers]
    times = figures.drivers[total.times] if total.times else None
    years = set.intersection(*(set(part) for part in parts), *([set(times)] if times else []))
    return {
        year: sum(part[year] for part in parts) * (times[year] if times else 1.0) for year in years
    }


def _changes(
    shares: Shares, only: Mapping[tuple[str, int], float] | None
) -> tuple[Changes, np.ndarray]:
    """Return the changes between years in a row, and for those in ``only`` its values."""
    rows = [
        (name, year, years[year][0] - years[year - 1][0], years[year - 1][0],
         math.hypot(years[year][1], years[year - 1][1]))
        for name, years in sorted(shares.items())
        for year in sorted(years)
        if year - 1 in years and (only is None or (name, year) in only)
    ]  # fmt: skip
    names = tuple(dict.fromkeys(name for name, *_ in rows))
    place = {name: index for index, name in enumerate(names)}
    year = np.array([row[1] for row in rows])
    span = (int(year.min()), int(year.max()))
    found = Changes(
        names=names,
        city=np.array([place[row[0]] for row in rows]),
        year=year - span[0],
        change=np.array([row[2] for row in rows]),
        last=np.array([row[3] for row in rows]),
        error=np.array([row[4] for row in rows]),
        first=np.array([next(row[3] for row in rows if row[0] == name) for name in names]),
        span=span,
    )
    return found, np.array([only[row[0], row[1]] for row in rows] if only else [])


def _mean_capacity(steps: Iterable[tuple[float, float | None]], year: int) -> float | None:
    """Return the mean capacity in force over a year; None where any of it is not known."""
    known = [(date, value) for date, value in steps if date < year + 1]
    if not known or known[0][0] > year:
        return None
    total, end = 0.0, year + 1.0
    for date, value in reversed(known):
        if value is None:
            return None
        total += value * (end - max(date, float(year)))
        end = max(date, float(year))
        if date <= year:
            return total
    return None
