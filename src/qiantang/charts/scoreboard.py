"""The hindcast scoreboard: scores over those of the best naive forecast, and the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from qiantang.charts import lettering, page, provenance, style
from qiantang.skill.baselines import BASELINES
from qiantang.skill.saved import Saved, newest, refuse_changed, skill_folder
from qiantang.skill.settings import SeriesRecord, last_scored, read_series, titles_of
from qiantang.skill.verdict import baseline_name, is_won, whole
from qiantang.wording import Wording
from qiantang.wording.figures import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.study import Study

#: Settings shown, with marks that colour-blind readers and grey printers tell apart.
SETTINGS = {"conditional": "o", "ex_ante": "s"}
#: Levels of the coverage panel, with the size of their marks. [per cent, point squared]
_LEVELS = {50: 10.0, 80: 20.0, 90: 34.0}
#: Size of a mark by horizon and of that over all. [point squared]
_SMALL, _LARGE = 14.0, 44.0
#: Height of a series and of the axes, room for a name. [inch]
_ROW, _REST, _LABEL = 0.5, 0.6, 1.75
#: Distance of a setting's marks from the middle of the row, and of a horizon's from them.
_APART, _STEP = 0.2, 0.11
#: Ratios beyond these leave the panel.
_FAR = (1 / 16, 16.0)
#: Columns of the numbers behind the chart that the scoreboard has itself.
_COLUMNS = (
    "horizon", "n", "crps_model", "crps_best_baseline", "ratio", "ratio_p05", "ratio_p95",
    "coverage50", "coverage80", "coverage90",
)  # fmt: skip


def scoreboard(study: Study, *, lang: str = "en") -> Chart:
    """Draw the study's newest scoreboard.

    Left the ratio of CRPS, model over the best baseline of each row, with its interval over
    origins; right the share of figures inside the model's intervals.

    Parameters
    ----------
    study : Study
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        No scoreboard, a damaged one, one made from other inputs, or an unknown language.
    """
    words = Wording(study, lang)
    board = newest(study)
    refuse_changed(study, board)
    series = read_series(skill_folder(study) / "series.yaml", study.evidence, study.drivers)
    rows = _rows(board, series, words)
    names = list(dict.fromkeys(rows["series"]))
    with style.drawing(words.lang):
        paper = page.blank(_REST + _ROW * max(len(names), 2))
        left, right = paper.subplots(1, 2, gridspec_kw={"width_ratios": (3, 1.35)})
        _draw_ratios(left, rows, names, words)
        _label_series(left, rows, names, series)
        _draw_coverage(right, rows, names, words)
        finding = _finding(board, series, words)
        return page.finish(
            paper,
            kind="scoreboard",
            words=words,
            finding=finding,
            caption=words.phrase("scoreboard.caption"),
            data=rows,
            source=provenance.source_of_study(study) | {"scoreboard": board.record.version},
            subtitle=words.phrase("scoreboard.subtitle"),
            legend=[
                (_mark(place, mark), words.phrase(f"scoreboard.{setting}"))
                for place, (setting, mark) in enumerate(SETTINGS.items())
            ],
            notes=_notes(study, board, words),
        )


def asked(given: Asked) -> Chart:
    """Draw the newest scoreboard."""
    return scoreboard(given.study, lang=given.lang)


def _rows(board: Saved, series: dict[str, SeriesRecord], words: Wording) -> pd.DataFrame:
    """Return the rows drawn, series in the order of the study's file."""
    titles = titles_of(words.study, series, words.lang)
    drawn = [
        {
            "setting": row["setting"],
            "series": name,
            "name": titles[name],
            **{column: row[column] for column in _COLUMNS},
            "best_baseline": baseline_name(row["best_baseline"], words.lang),
        }
        for name in series
        for setting in SETTINGS
        for row in board.rows
        if row["series"] == name and row["setting"] == setting and row["ratio"] is not None
    ]
    return pd.DataFrame(drawn, columns=["setting", "series", "name", *_COLUMNS, "best_baseline"])


def _mark(place: int, mark: str) -> Line2D:
    return Line2D([], [], marker=mark, ms=6.5, lw=0, color=style.colour(place))


def _heights(rows: pd.DataFrame, names: list[str]) -> list[tuple[dict[str, Any], int, float]]:
    """Return each row with the place of its setting and its height in the panel."""
    places = list(SETTINGS)
    found = []
    for row in rows.to_dict("records"):
        place = places.index(row["setting"])
        middle = names.index(row["series"]) + (-_APART, _APART)[place]
        step = 0.0 if row["horizon"] == "all" else _STEP * (row["horizon"] - 2)
        found.append(({str(key): value for key, value in row.items()}, place, middle + step))
    return found


def _draw_ratios(axes: Axes, rows: pd.DataFrame, names: list[str], words: Wording) -> None:
    marks = list(SETTINGS.values())
    for row, place, y in _heights(rows, names):
        colour = style.colour(place)
        if row["horizon"] == "all":
            axes.plot([row["ratio_p05"], row["ratio_p95"]], [y, y], color=colour, lw=1.2)
            axes.scatter([row["ratio"]], [y], s=_LARGE, marker=marks[place], color=colour, zorder=3)
        else:
            axes.scatter([row["ratio"]], [y], s=_SMALL, marker=marks[place], facecolors="white",
                         edgecolors=colour, linewidths=0.9, zorder=2)  # fmt: skip
    axes.axvline(1.0, color=style.INK, lw=0.9)
    axes.set_xscale("log", base=2)
    shown = rows[["ratio", "ratio_p05", "ratio_p95"]].to_numpy(dtype=float).ravel()
    powers = np.log2(np.clip([0.5, 2.0, *shown[np.isfinite(shown)]], *_FAR))
    low, high = powers.min(), powers.max()
    ticks = [2.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{tick:g}" for tick in ticks])
    axes.set_xlim(2.0 ** (low - 0.1), 2.0 ** (high + 0.1))
    axes.set_xlabel(words.phrase("scoreboard.ratio"), size=style.SMALL)


def _label_series(
    axes: Axes, rows: pd.DataFrame, names: list[str], series: dict[str, SeriesRecord]
) -> None:
    called = dict(zip(rows["series"], rows["name"], strict=True))
    size = style.TEXT - 0.5
    labels = [lettering.fit(called[name], _LABEL, size, "bold", 2) for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=size, color=style.INK)
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if series[name].headline else "normal")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for place in range(len(names) - 1):
        axes.axhline(place + 0.5, color=style.HAIR, lw=0.5, zorder=0)


def _draw_coverage(axes: Axes, rows: pd.DataFrame, names: list[str], words: Wording) -> None:
    marks = list(SETTINGS.values())
    for level in _LEVELS:
        axes.axvline(level / 100, color=style.NOTE, lw=0.8, ls=(0, (4, 2)), zorder=0)
        axes.text(level / 100, -0.62, f"{level}", ha="center", va="bottom", size=style.FOOT,
                  color=style.NOTE)  # fmt: skip
    for row, place, y in _heights(rows[rows["horizon"] == "all"], names):
        colour = style.colour(place)
        for level, size in _LEVELS.items():
            axes.scatter([row[f"coverage{level}"]], [y], s=size, marker=marks[place], zorder=3,
                         facecolors=colour if level == max(_LEVELS) else "white",
                         edgecolors=colour, linewidths=0.9)  # fmt: skip
    axes.set_xlim(-0.03, 1.05)
    ends = [words.phrase("loops.percent", value=share) for share in (50, 100)]
    axes.set_xticks([0.0, 0.5, 1.0], ["0", *ends])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(words.phrase("scoreboard.coverage"), size=style.SMALL)


def _finding(board: Saved, series: dict[str, SeriesRecord], words: Wording) -> str:
    headline = [name for name, record in series.items() if record.headline]
    won = {
        setting: sum(is_won(whole(board.rows, setting).get(name)) for name in headline)
        for setting in SETTINGS
    }
    return words.phrase("scoreboard.finding", of=len(headline), **won)


def _notes(study: Study, board: Saved, words: Wording) -> list[str]:
    record = board.record
    said = [
        words.phrase("scoreboard.note", baselines=len(BASELINES), year=last_scored(study.about)),
        words.phrase(
            "scoreboard.made",
            version=record.version,
            first=brief(record.origins[0]),
            last=brief(record.origins[-1]),
            members=provenance.count(record.members, words),
            seed=record.seed,
        ),
    ]
    return [provenance.joined(said, words)]
