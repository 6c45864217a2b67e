"""Whether each target is reached: median, interval and probability by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.evaluate import Evaluated, by_structure_alone
from qiantang.ensemble.measure import combine, measure_of, years_of
from qiantang.ensemble.provenance import titles_of, vintages_of, world_of
from qiantang.wording.titles import titles_shown

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


@dataclass(frozen=True)
class Reach:
    """The reach table.

    Parameters
    ----------
    rows : tuple of Row
    titles : mapping
        English and Chinese title by the name of a target or scenario, for display.
    source : mapping of str to str
        What the runs were made from, and which members diverged.
    """

    rows: tuple[Row, ...]
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)
    source: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

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
    given = found.source["vintage_given"] or None
    worlds = [(one.name, world_of(one, given)) for one in found.scenarios]
    alone = by_structure_alone(found.study, found.scenarios, found.source, found.values.shape[2])
    titles = {one.name: titles_shown(one) for one in found.scenarios}
    return _reach(found.study, worlds, found.measures(), alone, titles, found.source)


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
    source = {str(key): str(value) for key, value in dataset.attrs.items()}
    vintages = vintages_of(dataset)
    worlds = [(name, vintages[name]) for name in map(str, dataset.scenario.values)]
    return _reach(study, worlds, values, alone, titles_of(dataset), source)


def _reach(
    study: Study,
    worlds: Sequence[tuple[str, str]],
    values: Mapping[str, Array],
    alone: Mapping[str, Array] | None,
    titles: Mapping[str, tuple[str, str]],
    source: Mapping[str, str],
) -> Reach:
    """Return a row for each scenario, in the order of their worlds, and each target."""
    rows = []
    for place, (scenario, world) in enumerate(worlds):
        for target in study.plan.targets.targets:
            happened = what_happened(study, target.happened, target.measure)
            row = _row(values[target.id][place], target, scenario, happened, world)
            structure = float("nan") if alone is None else _share(alone[target.id][place], target)
            if not is_told(study, target):
                row = replace(row, probability=float("nan"))
                structure = float("nan")
            rows.append(replace(row, structure=structure, grade=target.grade))
    named = {t.id: (t.title, t.title_zh) for t in study.plan.targets.targets} | dict(titles)
    return Reach(tuple(rows), named, source)


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
