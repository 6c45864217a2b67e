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
    parts = []
    for scenario, frame in bands.items():
        parts.append(
            frame.assign(
                what=words.phrase("what.median"),
                scenario=scenario,
                title=provenance.runs_title(runs, words, scenario),
            )
        )
    if seen:
        rows = [
            {
                "what": words.phrase("what.observed"),
                "year": row["year"],
                "value": None if row["value"] is None else row["value"] * unit.factor,
                "p05": None if row["low"] is None else row["low"] * unit.factor,
                "p95": None if row["high"] is None else row["high"] * unit.factor,
                "grade": row["grade"],
            }
            for row in seen
        ]
        parts.append(pd.DataFrame(rows))
    if target is not None:
        share = target.threshold / (len(target.measure.years) if is_sum(target) else 1)
        what = words.phrase("what.target.mean" if is_sum(target) else "what.target")
        rows = [
            {"what": what, "year": year, "value": share * unit.factor}
            for year in target.measure.years
        ]
        parts.append(pd.DataFrame(rows))
    order = [
        "what",
        "scenario",
        "title",
        "variable",
        "name",
        "unit",
        "year",
        *figures.QUANTILES,
        "value",
        "grade",
    ]
    records = [record for part in parts for record in part.to_dict("records")]
    table = pd.DataFrame(records)
    table["variable"], table["name"] = variable, words.variable(variable)
    table["unit"] = unit.label
    table["year"] = table["year"].astype(int)
    return table.reindex(columns=order)
