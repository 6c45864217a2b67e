"""Where each row of the reach table comes from: world, structure, what is unexplained, plan.

    python -m tools.split [--chart docs/charts/split.png]

The year before the plan repeated is the start. *Driver* adds what happens when the city keeps its
share of the national total as known in June 2018, *structure* what the model's own mechanisms do to
that share, *deviation* what they leave unexplained, *lever* the plan in full over current policy.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

from qiantang.ensemble.evaluate import by_structure_alone
from qiantang.ensemble.reach import measure
from qiantang.ensemble.runs import run
from qiantang.files.yamlfile import read_yaml
from qiantang.plan.targets import Target
from qiantang.session import OpenStudy, open_study

MEMBERS = 1000
PARTS = ("driver", "structure", "deviation", "lever")
COLOURS = {"driver": "#7f7f7f", "structure": "#1b6ca8", "deviation": "#e08214", "lever": "#2ca25f"}


@dataclass(frozen=True)
class Split:
    """One row.

    Parameters
    ----------
    start : float
        The year before the plan repeated. [unit of the target]
    parts : dict of str to float
        Medians' differences, in the order of `PARTS`; they add up to the plan's median.
    """

    target: Target
    start: float
    parts: dict[str, float]

    @property
    def end(self) -> float:
        """The median under the plan in full."""
        return self.start + sum(self.parts.values())


def splits(study: OpenStudy) -> list[Split]:
    """Split every target that a figure can settle and a series tells."""
    ends = study.about.scenarios
    runs = run(study, [ends.base, ends.full], members=MEMBERS)
    alone = by_structure_alone(study, runs.scenarios, runs.dataset.attrs, MEMBERS)
    growth = _growth(study)
    rows = []
    for target in study.plan.targets.targets:
        current, plan = (float(np.nanmedian(m)) for m in measure(runs.dataset, target.measure))
        structure = float(np.nanmedian(alone[target.id][0]))
        start, kept = _starts(study, target, runs.dataset, growth)
        parts = {
            "driver": kept - start, "structure": structure - kept,
            "deviation": current - structure, "lever": plan - current,
        }  # fmt: skip
        rows.append(Split(target, start, parts))
    return rows


def _growth(study: OpenStudy) -> dict[str, dict[int, float]]:
    """Return each series' national total over that of the year before the plan, by year."""
    record = read_yaml(study.folder / "calibration" / "skill" / "series.yaml").data
    named = {n: (*r.get("drivers", ()), *r.get("times", ())) for n, r in record.items()}
    program = study.program
    steps = round((program.final_time - program.initial_time) / program.time_step)
    grid = program.initial_time + np.arange(steps + 1) * program.time_step
    names = sorted({driver for drivers in named.values() for driver in drivers})
    paths = study.drivers.central({}, None)
    values = program.run(outputs=names, times=grid, paths=paths, engine="numpy").values
    driver = {name: values[at].ravel() for at, name in enumerate(names)}
    base = study.about.plan.base_year
    growth = {}
    for series, parts in record.items():
        total = sum(driver[name] for name in parts["drivers"])
        for name in parts.get("times", ()):
            total = total * driver[name]
        mean = {y: float(total[(grid >= y) & (grid < y + 1)].mean()) for y in range(base, base + 9)}
        growth[series] = {year: value / mean[base] for year, value in mean.items()}
    return growth


def _starts(study, target, dataset, growth) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Return the base year repeated, and the share kept, in the unit of the target."""
    asked, base = target.measure, study.about.plan.base_year
    if asked.kind not in ("yearly_total", "sum_of_years", "year_end"):
        return 0.0, 0.0
    level = float(np.nanmedian(dataset[asked.variable].isel(scenario=0).sel(time=base)))
    known = growth.get(asked.variable, {})
    kept = sum(level * known.get(year, 1.0) for year in asked.years)
    return level * len(asked.years), kept


def page(rows: list[Split], study: OpenStudy) -> str:
    """Return the Markdown table."""
    base = study.about.plan.base_year
    lines = [
        f"| target | unit | {base} | {' | '.join(PARTS)} | plan in full | needed |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        parts = " | ".join(f"{row.parts[name]:+.3g}" for name in PARTS)
        target = row.target
        lines.append(
            f"| {target.title} | {target.unit} | {row.start:.3g} | {parts} | {row.end:.3g} | "
            f"{target.threshold:g} |"
        )
    return "\n".join(lines)


def draw(rows: list[Split], place: Path) -> None:
    """Draw each row as a course from the start to the plan, in per cent of what is needed."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.patches import Patch

    shown = [row for row in rows if row.target.threshold > 0]
    figure, axes = plt.subplots(figsize=(9, 0.8 * len(shown) + 1.4), layout="constrained")
    for line, row in enumerate(reversed(shown)):
        scale = 100 / row.target.threshold
        at = row.start * scale
        axes.text(at - 1, line, f"{at:.0f}", va="center", ha="right", fontsize=9, color="#555555")
        axes.plot([at, at], [line - 0.4, line + 0.4], color="#555555", linewidth=1)
        for strip, name in enumerate(PARTS):
            step, level = row.parts[name] * scale, line + 0.3 - 0.2 * strip
            axes.barh(level, step, left=at, height=0.18, color=COLOURS[name])
            at += step
            below = level - (0.2 if strip < len(PARTS) - 1 else 0.1)
            axes.plot([at, at], [level, below], color="#555555", linewidth=0.6)
        axes.text(at + 1, line - 0.3, f"{at:.0f}", va="center", fontsize=10, fontweight="bold")
    axes.axvline(100, color="black", linestyle=":", linewidth=1)
    axes.set_yticks(range(len(shown)), [row.target.title for row in reversed(shown)])
    axes.set_xlabel("per cent of what the plan needs: 2017, and the course to the plan in full")
    handles = [Patch(color=COLOURS[name]) for name in PARTS]
    figure.legend(handles, PARTS, loc="outside lower center", frameon=False, ncols=len(PARTS))
    axes.spines[["top", "right"]].set_visible(False)
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    figure.savefig(place, dpi=110)


def main() -> None:
    """Print the table; write page and chart where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chart", type=Path)
    given = parser.parse_args()
    study = open_study()
    rows = splits(study)
    print(page(rows, study))
    if given.chart:
        draw(rows, given.chart)


if __name__ == "__main__":
    main()
