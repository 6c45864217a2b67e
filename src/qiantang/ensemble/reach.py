"""Whether each target is reached: median, interval and probability by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.evaluate import Evaluated, by_structure_alone
from qiantang.ensemble.measure import combine, measure_of, years_of
from qiantang.ensemble.provenance import (
    Ruled,
    losses_of,
    rules_of,
    titles_of,
    vintages_of,
    worlds_of,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from qiantang.plan.targets import Happened, Measure, Target
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Ends of the interval that is reported, as probabilities.
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Row:
    """One target in one scenario.

    Parameters
    ----------
    scenario, target : str
    article : int
        Article of the plan that sets the target.
    unit : str
    threshold : float
        [unit]
    median, p05, p95 : float
        Over the members that did not diverge. [unit]
    probability : float
        Share of those members that reach the target; NaN where no series tells where the city
        stands, so that a figure would be made up.
    actual : float or None
        What happened; None where no figure was found. [unit]
    vintage : str
        Vintage of the drivers.
    members, diverged : int
        Members run, and those left out because they diverged.
    structure : float
        The probability by the structure alone, without what it leaves unexplained; NaN where it
        was not asked for.
    grade : str
        What the row rests on: "well", "thin" or "assumed"; empty where the plan does not say.
    world : {"known", "actual", "own", "mixed"}
        What that vintage is to the study.
    """

    scenario: str
    target: str
    article: int
    unit: str
    threshold: float
    median: float
    p05: float
    p95: float
    probability: float
    actual: float | None
    vintage: str
    members: int
    diverged: int
    structure: float = float("nan")
    grade: str = ""
    world: str = "known"


@dataclass(frozen=True)
class Reach:
    """The reach table.

    Parameters
    ----------
    rows : tuple of Row
    titles : mapping
        English and Chinese title by the name of a target or scenario, for display.
    source : mapping of str to str
        What the runs were made from.
    lost : mapping of str to (int, str, float)
        Scenarios in which members diverged: how many, what first and when. [Year]
    rules : mapping of str to sequence of Ruled
        Scenarios whose levers answer.
    """

    rows: tuple[Row, ...]
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)
    source: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    lost: Mapping[str, tuple[int, str, float]] = field(
        default_factory=dict, compare=False, repr=False
    )
    rules: Mapping[str, Sequence[Ruled]] = field(default_factory=dict, compare=False, repr=False)

    def records(self) -> list[dict[str, Any]]:
        """Return plain dicts, ready for JSON; NaN becomes None."""
        return [
            {key: None if value != value else value for key, value in asdict(row).items()}
            for row in self.rows
        ]

    def to_pandas(self) -> pd.DataFrame:
        """Return a table, one row for each scenario and target."""
        import pandas as pd  # where a table is asked for

        return pd.DataFrame([asdict(row) for row in self.rows])

    def __repr__(self) -> str:
        from qiantang.display import reach_text

        return reach_text(self)

    def _repr_html_(self) -> str:
        from qiantang.display import reach_html

        return reach_html(self)


def reach_of(found: Evaluated) -> Reach:
    """Return the reach table of scenarios that were run, with P by the structure alone."""
    pairs = list(zip(found.scenarios, found.facts, strict=True))
    seen = [(one.name, facts.vintage, facts.world) for one, facts in pairs]
    alone = by_structure_alone(found.study, found.scenarios, found.source, found.values.shape[2])
    titles = {one.name: (facts.title, facts.title_zh) for one, facts in pairs}
    rows = _rows(found.study, seen, found.measures(), alone)
    return Reach(rows, _named(found.study, titles), found.source, found.lost(), found.rules)


def reach_table(
    dataset: xr.Dataset, study: Study, alone: Mapping[str, Array] | None = None
) -> Reach:
    """Compute the reach table of a run.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `qiantang.ensemble.runs.run`, with the targets' variables.
    study : Study
    alone : mapping of str to ndarray, optional
        Measures by the structure alone, by target, shape (scenario, member).
    """
    values = {target.id: measure(dataset, target.measure) for target in study.plan.targets.targets}
    vintages, worlds = vintages_of(dataset), worlds_of(dataset)
    seen = [(name, vintages[name], worlds[name]) for name in map(str, dataset.scenario.values)]
    rows, titles = _rows(study, seen, values, alone), titles_of(dataset)
    source = {str(key): str(value) for key, value in dataset.attrs.items()}
    return Reach(rows, _named(study, titles), source, losses_of(dataset), rules_of(dataset))


def _named(study: Study, titles: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return the titles of targets and scenarios."""
    return {t.id: (t.title, t.title_zh) for t in study.plan.targets.targets} | dict(titles)


def _rows(
    study: Study,
    seen: Sequence[tuple[str, str, str]],
    values: Mapping[str, Array],
    alone: Mapping[str, Array] | None,
) -> tuple[Row, ...]:
    """Return a row for each scenario, with its vintage and world, and each target."""
    rows = []
    for place, (scenario, vintage, world) in enumerate(seen):
        for target in study.plan.targets.targets:
            happened = what_happened(study, target.happened, target.measure)
            row = _row(values[target.id][place], target, scenario, happened, vintage)
            structure = float("nan") if alone is None else _share(alone[target.id][place], target)
            if not is_told(study, target):
                row = replace(row, probability=float("nan"))
                structure = float("nan")
            rows.append(replace(row, structure=structure, grade=target.grade, world=world))
    return tuple(rows)


def _row(values: Array, target: Target, scenario: str, actual: float | None, vintage: str) -> Row:
    sound = values[np.isfinite(values)]
    low, middle, high = (
        np.quantile(sound, [INTERVAL[0], 0.5, INTERVAL[1]]) if len(sound) else [np.nan] * 3
    )
    reached = _share(values, target)
    return Row(
        scenario, target.id, target.article, target.unit, target.threshold, float(middle),
        float(low), float(high), reached, actual, vintage, len(values), len(values) - len(sound),
    )  # fmt: skip


def _share(values: Array, target: Target) -> float:
    """Return the share of the members that did not diverge which reach a target."""
    sound = values[np.isfinite(values)]
    return float(target.is_reached(sound).mean()) if len(sound) else float("nan")


def is_told(study: Study, target: Target) -> bool:
    """Tell whether a figure says where a target stands; one that claims nothing is not asked."""
    if target.grade != "assumed":
        return True
    series = study.evidence.series.get(target.happened.series)
    return series is not None and bool(series.used)


def measure(dataset: xr.Dataset, wanted: Measure) -> Array:
    """Take a target's measure from a run, shape (scenario, member)."""
    series = {
        name: {year: dataset[name].sel(time=year).to_numpy() for year in years_of(wanted)}
        for name in (wanted.variable, *wanted.over)
    }
    return measure_of(series, wanted)


def what_happened(study: Study, happened: Happened, wanted: Measure) -> float | None:
    """Return what the evidence says of a target, None where a figure is missing."""
    names = (happened.series, *happened.over)
    series: dict[str, dict[int, Array]] = {}
    for name in names:
        rows = study.evidence.series[name].used if name in study.evidence.series else ()
        known = {row.year: row.value for row in rows if row.value is not None}
        years = range(happened.years[0] - 1, happened.years[-1] + 1)
        series[name] = {year: np.array(known.get(year, np.nan)) for year in years}
    value = combine(series, wanted.kind, happened.series, happened.over, happened.years)
    return float(value) if np.isfinite(value) else None
