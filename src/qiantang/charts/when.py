"""When a target is reached: its probability along each axis of a sweep, the others averaged out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qiantang.charts import figures, page, style
from qiantang.charts.provenance import source_of_study
from qiantang.faults import Fault, StudyError
from qiantang.sweep.named import is_sweep
from qiantang.sweep.reading import Sweep, read_sweep
from qiantang.sweep.summary import REACHED
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.study import Study

#: Axes that are drawn, those that move the probability most first, and in a row.
MOST, ACROSS = 6, 3
#: Values of an axis up to which each is a point of its own; more are put into fifths.
_FEW, _FIFTHS = 8, 5
#: Height of a row of panels. [inch]
_ROW = 1.75
#: A difference of probabilities below which no axis is said to decide.
_NOTHING = 0.05


def when(sweep: Sweep, target: str, study: Study, *, lang: str = "en") -> Chart:
    """Draw how surely a target is reached along each axis of a sweep.

    A point of the chart is the mean over all points of the sweep whose axis has that value, or lies
    in that fifth of its values: what the other axes do is averaged out.

    Parameters
    ----------
    sweep : Sweep
    target : str
        Id of a target.
    study : Study
        That the sweep was made from.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown target; a sweep without axes or of another study.
    """
    words = Wording(study, lang)
    chosen = figures.check_target(study, target)
    rows = _rows(sweep, target, words)
    spread = rows.groupby("axis", sort=False)["probability"].agg(np.ptp)
    first = [str(name) for name in spread.sort_values(ascending=False, kind="stable").index[:MOST]]
    scenarios = list(dict.fromkeys(rows["scenario"]))
    with style.drawing(words.lang):
        height = _ROW * -(-len(first) // ACROSS)
        paper = page.blank(height)
        columns = min(ACROSS, len(first))
        grid = paper.subplots(-(-len(first) // ACROSS), columns, squeeze=False, sharey=True)
        legend: list[tuple[Any, str]] = []
        for place, axes in enumerate(grid.ravel()):
            if place >= len(first):
                axes.set_visible(False)
                continue
            lines = _panel(axes, rows[rows["axis"] == first[place]], scenarios, words)
            legend = legend or list(zip(lines, scenarios, strict=True))
        left_out = len(spread) - len(first)
        notes = [words.phrase("when.note", points=sweep.manifest["points"],
                              members=sweep.manifest["members"])]  # fmt: skip
        notes += [words.phrase("when.rest", count=left_out)] if left_out else []
        return page.finish(
            paper,
            kind="when",
            words=words,
            finding=_finding(rows, first[0], words.target(chosen), words),
            caption=words.phrase("when.caption", target=words.target(chosen)),
            data=rows,
            source=_source(sweep, study),
            subtitle=words.phrase("when.subtitle", sweep=_title(sweep, words)),
            legend=legend if len(scenarios) > 1 else [],
            notes=notes,
        )


def asked(given: Asked) -> Chart:
    """Draw what the command line asks for; the scenario is the folder of a sweep."""
    if len(given.scenarios) != 1 or not is_sweep(given.scenarios[0]):
        what = "expected the folder of one sweep, as qiantang sweep --out writes it"
        raise StudyError([Fault("chart", None, "when", what)])
    return when(read_sweep(Path(given.scenarios[0])), given.name, given.study, lang=given.lang)


def _rows(sweep: Sweep, target: str, words: Wording) -> pd.DataFrame:
    """Return the probability by scenario, axis and value, or fifth of the values."""
    from qiantang.sweep.reduce import summary

    if not sweep.axes or target not in sweep.measures:
        what = "no axis was swept" if not sweep.axes else f"keeps no figure of target {target}"
        raise StudyError([Fault(sweep.folder, None, "", what)])
    table = summary(sweep)
    table = table[table["measure"] == target]
    titles = {name: _scenario_title(name, words) for name in sweep.manifest["scenarios"]}
    rows = []
    for axis in sweep.manifest["axes"]:
        values = table[axis["name"]]
        steps = values.dropna().unique()
        place = values
        if len(steps) > _FEW:
            cuts = pd.qcut(values.astype(float), _FIFTHS, labels=False, duplicates="drop")
            place = values.astype(float).groupby(cuts).transform("mean")
        grouped = table.assign(place=place).groupby(["scenario", "place"], sort=False)
        for (scenario, value), group in grouped:
            rows.append({
                "scenario": titles[str(scenario)], "axis": _axis_title(axis, words),
                "unit": axis["unit"], "value": value,
                "probability": float(group[REACHED].mean()), "points": len(group),
            })  # fmt: skip
    found = pd.DataFrame(rows)
    return found.sort_values("value", key=_order, kind="stable").reset_index(drop=True)


def _order(values: pd.Series) -> pd.Series:
    return values.map(lambda one: (isinstance(one, str), 0.0 if isinstance(one, str) else one))


def _panel(axes: Axes, rows: pd.DataFrame, scenarios: list[str], words: Wording) -> list[Any]:
    """Draw one axis of the sweep: a line a scenario."""
    named = rows["value"].map(lambda one: isinstance(one, str)).any()
    ticks = list(dict.fromkeys(rows["value"])) if named else []
    lines = []
    for place, scenario in enumerate(scenarios):
        own = rows[rows["scenario"] == scenario]
        across = [ticks.index(v) for v in own["value"]] if named else own["value"].astype(float)
        (line,) = axes.plot(
            across, own["probability"], color=style.colour(place), ls=style.stroke(place),
            marker="o", ms=3.2, lw=1.5,
        )  # fmt: skip
        lines.append(line)
    if named:
        axes.set_xticks(range(len(ticks)), [str(tick) for tick in ticks])
        axes.set_xlim(-0.4, len(ticks) - 0.6)
    axes.set_ylim(-0.03, 1.03)
    axes.grid(axis="y")
    unit = str(rows["unit"].iloc[0])
    told = "" if unit in ("", "Dmnl") else f" ({unit})"
    axes.set_title(f"{rows['axis'].iloc[0]}{told}", fontsize=style.SMALL, color=style.INK)
    return lines


def _finding(rows: pd.DataFrame, axis: str, target: str, words: Wording) -> str:
    """Return a title from the axis that moves the probability most."""
    own = rows[rows["axis"] == axis]
    own = own[own["scenario"] == own["scenario"].iloc[-1]]
    low, high = own.loc[own["probability"].idxmin()], own.loc[own["probability"].idxmax()]
    if high["probability"] - low["probability"] < _NOTHING:
        mean = float(rows["probability"].mean())
        return words.phrase("when.same", target=target, probability=words.probability(mean))
    return words.phrase(
        "when.finding", target=target, axis=axis,
        low=_at(low["value"], words), high=_at(high["value"], words),
        least=words.bare_probability(float(low["probability"])),
        most=words.bare_probability(float(high["probability"])),
    )  # fmt: skip


def _at(value: Any, words: Wording) -> str:
    return value if isinstance(value, str) else words.number(float(value))


def _axis_title(axis: dict[str, Any], words: Wording) -> str:
    """Return the name of what an axis moves, its own where that is several."""
    names = axis["names"]
    alone = len(names) == 1 and names[0] in words.study.dictionary
    return words.model_name(names[0]) if alone else str(axis["name"]).replace("_", " ")


def _scenario_title(name: str, words: Wording) -> str:
    try:
        return words.scenario(words.study.scenario(name))
    except StudyError:  # a file that is no longer there; its name tells enough
        return name


def _title(sweep: Sweep, words: Wording) -> str:
    return words.choose(str(sweep.manifest["title"]), str(sweep.manifest.get("title_zh", "")))


def _source(sweep: Sweep, study: Study) -> dict[str, str]:
    record = sweep.manifest
    if record["identity"]["model"] != study.program.hash:
        raise StudyError([Fault(sweep.folder, None, "", "was made with another model")])
    made = {"fit": record["identity"]["fit"]["version"], "members": record["members"],
            "seed": record["seed"]}  # fmt: skip
    return source_of_study(study) | {key: str(value) for key, value in made.items()}
