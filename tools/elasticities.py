"""How strongly one part of the Hangzhou model moves another, beside what the literature says.

    python -m tools.elasticities [--write FILE.md]

Each row of `model/elasticities.yaml` raises its `from` by a tenth from 2018 on, in a run at the
posterior's medians, closed to feedback, and reads `to` in 2020 and 2025.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qiantang.engine import Path as TimePath
from qiantang.files.yamlfile import read_yaml
from qiantang.session import open_study
from qiantang.study import Study

FROM = 2018.0
RISE = 1.1
YEARS = (2020, 2025)
FILE = "model/elasticities.yaml"


@dataclass(frozen=True)
class Row:
    """One elasticity.

    Parameters
    ----------
    source : str
        Where the range comes from.
    low, high : float
        Range of the literature; infinite where it has no bound.
    year : int
        Year that is held against the range.
    found : dict of int to float
        Year to per cent of `to` for one per cent of `raised`.
    """

    raised: tuple[str, ...]
    to: str
    low: float
    high: float
    source: str
    year: int
    found: dict[int, float]

    @property
    def inside(self) -> bool:
        """Whether the figure of the year that it is read at lies in the range."""
        return self.low <= self.found[self.year] <= self.high


def elasticities(study: Study) -> list[Row]:
    """Measure every row of the study's file at the medians of its fit."""
    program = study.program
    steps = round((program.final_time - program.initial_time) / program.time_step)
    grid = np.asarray(program.initial_time + np.arange(steps + 1) * program.time_step, np.float64)
    medians = {name: float(np.median(draws)) for name, draws in study.fit.parameters.items()}
    given = read_yaml(study.folder / FILE).data["rows"]
    wanted = sorted({name for row in given for name in (*row["from"], row["to"])})
    never = {record.start: 2100.0 for record in study.counts.values()}

    def run(paths: dict[str, TimePath]) -> dict[str, np.ndarray]:
        values = program.run(
            outputs=wanted, times=grid, parameters=medians | never, paths=paths, engine="scalar"
        ).values
        return {name: values[at].ravel() for at, name in enumerate(wanted)}

    plain = run({})
    rows = []
    for row in given:
        raised = {
            name: TimePath(grid, plain[name] * np.where(grid >= FROM, RISE, 1.0))
            for name in row["from"]
        }
        moved = run(raised)
        found = {
            year: float(
                np.log(_total(moved[row["to"]], grid, year) / _total(plain[row["to"]], grid, year))
            )
            / math.log(RISE)
            for year in YEARS
        }
        low = -math.inf if row["low"] is None else row["low"]
        high = math.inf if row["high"] is None else row["high"]
        rows.append(
            Row(
                tuple(row["from"]),
                row["to"],
                low,
                high,
                row["source"],
                row.get("year", YEARS[-1]),
                found,
            )
        )
    return rows


def _total(values: np.ndarray, grid: np.ndarray, year: int) -> float:
    inside = (grid >= year) & (grid < year + 1)
    return float(values[inside].sum())


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table with the count of those inside."""
    lines = ["| from | to | 2020 | 2025 | literature | source | |", "|---|---|--:|--:|---|---|---|"]
    for row in rows:
        span = f"{_bound(row.low)} to {_bound(row.high)}"
        figures = " | ".join(f"{row.found[year]:.2f}" for year in YEARS)
        judged = "inside" if row.inside else "outside"
        named = " and ".join(row.raised)
        lines.append(f"| {named} | {row.to} | {figures} | {span} | {row.source} | {judged} |")
    count = sum(row.inside for row in rows)
    return "\n".join([*lines, "", f"{count} of {len(rows)} lie inside."])


def _bound(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:g}"


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    text = table(elasticities(open_study()))
    if given.write:
        given.write.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
