"""Ranks of the truth in fits of made worlds: even if the fit is calibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from qiantang.calibrate.recovery import BINS, LEVELS, Recovery
from qiantang.charts import page, provenance, style
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.study import Study

#: Height of the picture. [inch]
_HEIGHT = 2.4
#: Resamples of the trials behind the interval of a share.
_RESAMPLES = 2000


def recovery(study: Study, found: Recovery, *, seed: int = 1, lang: str = "en") -> Chart:
    """Draw the ranks of the truth by tenths, with the spread between trials.

    The intervals resample whole trials: the coordinates of one trial hang together.

    Parameters
    ----------
    study : Study
    found : Recovery
    seed : int
        Of the trials; it goes into the footer.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    trials = len(found.ranks)
    data = _table(found)
    with style.drawing(words.lang):
        paper = page.blank(_HEIGHT)
        axes = paper.subplots()
        legend = _draw(axes, data, words)
        inside = {f"inside{level * 100:.0f}": f"{found.coverage(level):.0%}" for level in LEVELS}
        note = words.phrase("recovery.note", trials=trials, coordinates=len(found.names), seed=seed)
        return page.finish(
            paper,
            kind="recovery",
            words=words,
            finding=words.phrase("recovery.finding", **inside),
            caption=words.phrase("recovery.caption"),
            data=data,
            source=provenance.source_of_study(study),
            subtitle=words.phrase("recovery.subtitle"),
            legend=legend,
            notes=[note],
        )


def _table(found: Recovery) -> pd.DataFrame:
    """Return the share of ranks in each tenth, with an interval over trials."""
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.array([np.histogram(trial, bins=edges)[0] for trial in found.ranks])
    shares = counts / counts.sum(axis=1, keepdims=True)
    chance = np.random.default_rng(1)
    picked = chance.integers(0, len(shares), (_RESAMPLES, len(shares)))
    low, high = np.quantile(shares[picked].mean(axis=1), (0.05, 0.95), axis=0)
    return pd.DataFrame(
        {"from": edges[:-1], "to": edges[1:], "value": shares.mean(axis=0), "p05": low, "p95": high}
    )


def _draw(axes: Axes, data: pd.DataFrame, words: Wording) -> list[tuple[Any, str]]:
    middles = (data["from"] + data["to"]) / 2
    blue = style.COLOURS[0]
    axes.bar(middles, data["value"], width=0.9 / BINS, color=blue, alpha=0.35, lw=0)
    axes.vlines(middles, data["p05"], data["p95"], color=blue, lw=1.4)
    axes.axhline(1 / BINS, color=style.INK, lw=0.9, ls=(0, (4, 2)))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(2.2 / BINS, 1.1 * float(data["p95"].max())))
    axes.set_xticks(np.linspace(0, 1, BINS + 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(axis="y")
    axes.set_xlabel(words.phrase("recovery.rank"), size=style.SMALL)
    return [
        (Patch(fc=blue, alpha=0.35), words.phrase("recovery.share")),
        (Line2D([], [], color=blue, lw=1.4), words.phrase("recovery.interval")),
        (Line2D([], [], color=style.INK, lw=0.9, ls=(0, (4, 2))), words.phrase("recovery.even")),
    ]
