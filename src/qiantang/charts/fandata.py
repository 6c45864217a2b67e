"""The numbers behind a fan, as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qiantang.charts import figures, provenance
from qiantang.charts.goal import is_sum
from qiantang.wording import Wording

if TYPE_CHECKING:
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target
    from qiantang.wording import Unit


#: Columns of the table, in order.
_ORDER = (
    *("what", "scenario", "title", "variable", "name", "unit", "year"),
    *(*figures.QUANTILES, "value", "grade"),
)


def table(
    bands: dict[str, pd.DataFrame],
    seen: list[dict[str, Any]],
    target: Target | None,
    variable: str,
    unit: Unit,
    runs: Runs,
    words: Wording,
) -> pd.DataFrame:
    """Return what is drawn as one table: the model's bands, what was observed, the target."""
    parts = [
        frame.assign(
            what=words.phrase("what.median"),
            scenario=scenario,
            title=provenance.runs_title(runs, words, scenario),
        )
        for scenario, frame in bands.items()
    ]
    if seen:
        parts.append(_observed(seen, unit, words))
    if target is not None:
        parts.append(_of_target(target, unit, words))
    records = [record for part in parts for record in part.to_dict("records")]
    made = pd.DataFrame(records)
    made["variable"], made["name"] = variable, words.variable(variable)
    made["unit"] = unit.label
    made["year"] = made["year"].astype(int)
    return made.reindex(columns=list(_ORDER))


def _observed(seen: list[dict[str, Any]], unit: Unit, words: Wording) -> pd.DataFrame:
    def shown(value: float | None) -> float | None:
        return None if value is None else value * unit.factor

    rows = [
        {
            "what": words.phrase("what.observed"),
            "year": row["year"],
            "value": shown(row["value"]),
            "p05": shown(row["low"]),
            "p95": shown(row["high"]),
            "grade": row["grade"],
        }
        for row in seen
    ]
    return pd.DataFrame(rows)


def _of_target(target: Target, unit: Unit, words: Wording) -> pd.DataFrame:
    share = target.threshold / (len(target.measure.years) if is_sum(target) else 1)
    what = words.phrase("what.target.mean" if is_sum(target) else "what.target")
    rows = [
        {"what": what, "year": year, "value": share * unit.factor} for year in target.measure.years
    ]
    return pd.DataFrame(rows)
