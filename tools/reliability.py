"""Whether the odds of reviews can be believed: ``python -m tools.reliability [WORLDS]``.

In a made world a member of the fit is the truth, and its figures are seen, each with an error, by
the other members; so is the world outside in the years that are over. A probability is believable
if what is given 30 per cent comes in 30 of 100 worlds. Writes the figure of the docs; forty worlds
take some minutes of a processor.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from PIL import Image

from qiantang.charts import page, provenance, style
from qiantang.charts.chart import Chart
from qiantang.engine.path import Path as TimePath
from qiantang.ensemble.readout import yearly
from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.opening import open_filter
from qiantang.review.readings import Known
from qiantang.session import open_study
from qiantang.wording import Wording

OUT = Path(__file__).parents[1] / "docs" / "charts" / "reliability.png"
#: Dates of the reviews, members of the study, and the seed of the worlds.
DATES, MEMBERS, SEED, WORLDS = (2019.25, 2020.25), 600, 11, 40
#: Series whose next year is asked for.
ASKED = ("passengers", "fdi_used", "cargo", "gdp", "goods_exports", "goods_imports",
         "border_passengers")  # fmt: skip
#: Ends of the groups of probabilities, and quantiles of the interval of a share.
EDGES, AT = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0), (0.05, 0.95)
_RESAMPLES = 2000
#: Of the picture in the docs: dots an inch, and colours.
DOTS, COLOURS = 200, 64
#: Knots of a driver with a figure for every year lie no further apart. [Year]
_HALF = 0.51


def seen_by_others(
    tracker: Filter, truth: int, first: Belief, date: float, rng: np.random.Generator
) -> Belief:
    """Return what the other members come to given the figures of one of them.

    Parameters
    ----------
    tracker : Filter
    truth : int
        The member whose figures are seen.
    first : Belief
        Of all members, before any figure.
    date : float
        Figures that are out by then in the true world are seen in the made one. [Year]
    rng : numpy.random.Generator
        Of the errors of the figures.
    """
    readings = tuple(
        replace(
            reading,
            log_value=float(
                np.log(first.figure(reading.figure)[truth]) + reading.error * rng.standard_normal()
            ),
        )
        for reading in tracker.known(date).readings
        if not reading.side
    )
    until = float(np.floor(date - tracker.settings.lag))
    world = _seen_world(first.drivers, truth, until)
    belief = tracker.given(Known(date, readings), world)
    weights = belief.log_weights.copy()
    weights[truth] = -np.inf
    return replace(belief, log_weights=weights)


def _seen_world(drivers: Mapping[str, TimePath], truth: int, until: float) -> dict[str, TimePath]:
    """Return the drivers with those of the true world seen until the end of a year.

    After it each member's grow as they would have, from where the true world stands then. A driver
    without a figure for every year stays each member's own.
    """
    found = {}
    for name, path in drivers.items():
        times, values = np.asarray(path.times), np.asarray(path.values)
        if values.ndim == 1 or np.diff(times).max() > _HALF:
            found[name] = path
            continue
        seen = int(np.searchsorted(times, until))  # yearly knots stand at the middle of the year
        moved = values.copy()
        moved[:, :seen] = values[truth, :seen]
        last = values[:, seen - 1 : seen]
        ratio = np.ones_like(last)
        np.divide(values[truth, seen - 1], last, out=ratio, where=last != 0.0)
        moved[:, seen:] *= ratio
        found[name] = TimePath(times, moved)
    return found


def made_worlds(
    tracker: Filter, dates: tuple[float, ...], worlds: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Yield what each review of each made world says, and what the world has.

    A row is a target with its probability and whether it is reached, or a figure of the next year
    with whether its 90 per cent interval holds it; of a refused review a row says so.
    """
    rng = np.random.default_rng(seed)
    start = tracker.study.about.plan.date
    first = tracker.given(Known(start, ()), tracker.world.at(start))
    for world, truth in enumerate(rng.choice(tracker.members.size, worlds, replace=False)):
        for date in dates:
            belief = seen_by_others(tracker, int(truth), first, date, rng)
            row = {"world": world, "date": date}
            if belief.refusal:
                yield {**row, "kind": "refused", "name": "", "said": 1.0, "came": 0.0}
                continue
            for target in tracker.targets:
                came = bool(target.is_reached(first.measures[target.id][truth]))
                said = belief.chance(target)
                yield {**row, "kind": "odds", "name": target.id, "said": said, "came": came}
            for name in ASKED:
                figure = yearly(tracker.study, name, np.floor(date))
                low, high = belief.quantiles(belief.figure(figure), AT)
                held = bool(low <= first.figure(figure)[truth] <= high)
                yield {**row, "kind": "interval", "name": name, "said": 0.9, "came": held}


def grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, by group of probabilities, the mean of what was said and the share that came.

    The interval resamples whole worlds: the targets of a world hang together.
    """
    odds = rows[rows["kind"] == "odds"]
    worlds = odds["world"].unique()
    group = np.clip(np.searchsorted(EDGES, odds["said"], side="right") - 1, 0, len(EDGES) - 2)
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, len(worlds), (_RESAMPLES, len(worlds)))
    weight = np.array([np.bincount(row, minlength=len(worlds)) for row in drawn])
    told = []
    for place in range(len(EDGES) - 1):
        mine = odds[group == place]
        if not len(mine):
            continue
        place_of = np.searchsorted(worlds, mine["world"])
        each = weight[:, place_of]
        came = mine["came"].to_numpy(dtype=np.float64)
        with np.errstate(invalid="ignore"):
            low, high = np.nanquantile((each @ came) / each.sum(axis=1), AT)
        told.append({"from": EDGES[place], "to": EDGES[place + 1], "said": mine["said"].mean(),
                     "came": came.mean(), "p05": low, "p95": high, "count": len(mine)})  # fmt: skip
    return pd.DataFrame(told)


def drawn(tracker: Filter, rows: pd.DataFrame) -> Chart:
    """Draw the share of targets that came against what was said of them."""
    study, data = tracker.study, grouped(rows)
    blue = style.COLOURS[0]
    with style.drawing("en"):
        paper = page.blank(3.4, 4.6)
        axes = paper.subplots()
        axes.plot([0, 1], [0, 1], color=style.INK, lw=0.9, ls=(0, (4, 2)))
        axes.vlines(data["said"], data["p05"], data["p95"], color=blue, lw=1.4)
        axes.plot(data["said"], data["came"], ls="", marker="o", ms=5, color=blue)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("probability that was told", size=style.SMALL)
        axes.set_ylabel("share that came", size=style.SMALL)
        return page.finish(
            paper, kind="reliability", words=Wording(study, "en"),
            finding=_finding(rows, data), data=data,
            caption="What reviews of made worlds said, and what came.",
            source=provenance.source_of_study(study) | {
                "fit": study.fit.record.version, "members": str(MEMBERS), "seed": str(SEED),
            },
            subtitle="Targets of made worlds by the probability that a review gave them",
            legend=[(Line2D([], [], color=blue, lw=1.4, marker="o", ms=5),
                     "share, with 90 % over worlds")],
            notes=[_note(rows)],
        )  # fmt: skip


def _finding(rows: pd.DataFrame, data: pd.DataFrame) -> str:
    off = (data["said"] < data["p05"]) | (data["said"] > data["p95"])
    if not off.any():
        return "What was told came as often as it was told, as far as these worlds can say"
    worst = data[off]
    spans = ", ".join(
        f"{a:.0%} to {b:.0%}" for a, b in zip(worst["from"], worst["to"], strict=True)
    )
    return f"What was told came as often as it was told, but for odds of {spans}"


def _note(rows: pd.DataFrame) -> str:
    told = []
    for date, mine in rows.groupby("date"):
        held = mine[mine["kind"] == "interval"]["came"].astype(float).mean()
        refused = int((mine["kind"] == "refused").sum())
        told.append(f"{date:g}: 90 % intervals of the year's figures held {held:.0%}, "
                    f"{refused} of {mine['world'].nunique()} reviews refused")  # fmt: skip
    return "; ".join(told) + "."


def main(worlds: int = WORLDS) -> None:
    """Make the worlds and write the figure."""
    tracker = open_filter(open_study(), None, MEMBERS, SEED, DATES[-1])
    rows: list[dict[str, Any]] = []
    for row in made_worlds(tracker, DATES, worlds, SEED):
        if not rows or rows[-1]["world"] != row["world"]:
            print(f"world {row['world'] + 1} of {worlds}", file=sys.stderr, flush=True)
        rows.append(row)
    chart = drawn(tracker, pd.DataFrame(rows))
    picture = Image.open(io.BytesIO(chart.png(DOTS))).convert("RGB")
    picture.quantize(COLOURS).save(OUT, optimize=True)
    chart.save_data(OUT.with_suffix(".csv"))
    print(chart.finding)
    print(_note(pd.DataFrame(rows)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
