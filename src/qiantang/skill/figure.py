"""The figure of the scoreboard: the ratio of scores by series and horizon, and the coverage."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from qiantang.skill.baselines import BASELINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]
Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: Settings shown, with colours and marks that colour-blind readers and grey printers tell apart.
_SHOWN = {"conditional": ("#0072B2", "o"), "ex_ante": ("#D55E00", "s")}
#: Size of a mark by horizon; the mean over all is filled.
_SMALL, _LARGE = 14.0, 44.0
#: Height of a series and of what stands around the panels. [inch]
_ROW, _AROUND, _WIDTH = 0.52, 2.0, 8.6
#: Levels of the coverage panel. [Dmnl]
_LEVELS = (50, 80, 90)
#: Room for a series' name. [inch]
_NAME = 1.75
#: Size of it. [point]
_LABEL = 8.0

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "conditional": "true drivers",
        "ex_ante": "drivers as known at the origin",
        "ratio": "CRPS, model over best baseline; left of 1 the model is better",
        "coverage": "figures inside the 50, 80, 90 % intervals",
        "finding": (
            "The model beats the best naive forecast on {a} of {n} headline series with true "
            "drivers, on {b} of {n} with drivers as known at the origin"
        ),
        "note": (
            "Large mark: all horizons; its bar: 90 % interval over origins. Open marks: 1, 2 and 3 "
            "years ahead, from top to bottom. The best baseline of {k} is picked after the event. "
            "Right: coverage of the model's intervals, small to large mark; dashed: as it should "
            "be. Bold: headline series. Figures of years to 2019."
        ),
    },
    "zh": {
        "conditional": "外部变量取实际值",
        "ex_ante": "外部变量只用当时已知信息",
        "ratio": "预测误差评分（CRPS）之比：模型／最优基准，小于1为模型较优",
        "coverage": "落入50、80、90%区间的比例",
        "finding": (
            "{n}个主要指标中，外部变量取实际值时模型优于最优基准的有{a}个，"
            "只用当时已知信息时有{b}个"
        ),
        "note": (
            "大点：各预测年限合计，横线为90%区间（按起点年份）；空心点自上而下：提前1、2、3年。"
            "最优基准在{k}种方法中事后选出。右图：模型各区间的实际比例，由小点到大点；"
            "虚线为应有比例。粗体为主要指标。数据至2019年。"
        ),
    },
}


def draw_skill(
    rows: Sequence[Row],
    titles: Mapping[str, str],
    headline: Sequence[str],
    language: Language = "en",
) -> str:
    """Return the scoreboard as an SVG page, the same bytes for the same rows.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of the scoreboard.
    titles : mapping of str to str
        Title of each series in the language.
    headline : sequence of str
        Series that count for the finding in the title.
    language : {"en", "zh"}
    """
    from matplotlib.figure import Figure

    from qiantang.charts.lettering import wrap
    from qiantang.charts.style import FOOT, MARGIN, NOTE, TITLE, drawing

    words = _WORDS[language]
    scored = [row for row in rows if row["ratio"] is not None and row["setting"] in _SHOWN]
    names = [name for name in titles if any(row["series"] == name for row in scored)]
    height = _AROUND + _ROW * max(len(names), 2)
    with drawing(language):
        page = Figure(figsize=(_WIDTH, height))
        left, right = page.subplots(1, 2, gridspec_kw={"width_ratios": (3, 1.35)})
        page.subplots_adjust(
            left=(_NAME + 2 * MARGIN) / _WIDTH, right=1 - MARGIN / _WIDTH,
            bottom=1.05 / height, top=1 - 0.95 / height, wspace=0.08,
        )  # fmt: skip
        _draw_ratios(left, scored, names, words)
        _label_series(left, names, titles, headline)
        _draw_coverage(right, scored, names, words)
        room = _WIDTH - 2 * MARGIN
        finding = wrap(_finding(scored, headline, words), room, TITLE, "bold")
        note = wrap(words["note"].format(k=len(BASELINES)), room, FOOT)
        page.text(MARGIN / _WIDTH, 1 - MARGIN / height, "\n".join(finding), va="top", size=TITLE,
                  weight="bold", linespacing=1.3)  # fmt: skip
        page.text(MARGIN / _WIDTH, MARGIN / height, "\n".join(note), va="bottom", size=FOOT,
                  color=NOTE, linespacing=1.3)  # fmt: skip
        stream = io.StringIO()
        page.savefig(stream, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _draw_ratios(
    axes: Axes, rows: Sequence[Row], names: Sequence[str], words: Mapping[str, str]
) -> None:
    for place, (setting, (colour, mark)) in enumerate(_SHOWN.items()):
        shift = -0.2 if place == 0 else 0.2
        for row in rows:
            if row["setting"] != setting:
                continue
            y = names.index(row["series"]) + shift
            if row["horizon"] == "all":
                axes.plot([row["ratio_p05"], row["ratio_p95"]], [y, y], color=colour, lw=1.2)
                axes.scatter([row["ratio"]], [y], s=_LARGE, marker=mark, color=colour, zorder=3)
            else:
                at = y + 0.11 * (row["horizon"] - 2)
                axes.scatter([row["ratio"]], [at], s=_SMALL, marker=mark, facecolors="white",
                             edgecolors=colour, linewidths=0.9, zorder=2)  # fmt: skip
        axes.scatter([], [], s=_LARGE, marker=mark, color=colour, label=words[setting])
    axes.axvline(1.0, color="0.25", lw=0.9)
    axes.set_xscale("log", base=2)
    _ratio_ticks(axes, rows)
    axes.set_xlabel(words["ratio"], size=7.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False, fontsize=8,
                borderaxespad=0.1, handletextpad=0.2)  # fmt: skip


def _ratio_ticks(axes: Axes, rows: Sequence[Row]) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    ratios = [row["ratio"] for row in rows] or [1.0]
    low, high = np.floor(np.log2(min(*ratios, 0.5))), np.ceil(np.log2(max(*ratios, 2.0)))
    ticks = [2.0**power for power in range(int(low), int(high) + 1)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{tick:g}" for tick in ticks])
    axes.set_xlim(2.0 ** (low - 0.2), 2.0 ** (high + 0.2))


def _draw_coverage(
    axes: Axes, rows: Sequence[Row], names: Sequence[str], words: Mapping[str, str]
) -> None:
    for level, shade in zip(_LEVELS, ("0.78", "0.55", "0.2"), strict=True):
        axes.axvline(level / 100, color=shade, lw=0.8, ls=(0, (4, 2)))
        axes.text(level / 100, -0.62, f"{level}", ha="center", va="bottom", size=7, color="0.3")
    for place, (setting, (colour, mark)) in enumerate(_SHOWN.items()):
        shift = -0.2 if place == 0 else 0.2
        for row in rows:
            if row["setting"] != setting or row["horizon"] != "all":
                continue
            y = names.index(row["series"]) + shift
            for level, size, face in zip(_LEVELS, (10.0, 20.0, 34.0),
                                         ("white", "white", colour), strict=True):  # fmt: skip
                axes.scatter([row[f"coverage{level}"]], [y], s=size, marker=mark, facecolors=face,
                             edgecolors=colour, linewidths=0.9, zorder=3)  # fmt: skip
    axes.set_xlim(-0.03, 1.05)
    axes.set_xticks([0.0, 0.5, 1.0], ["0", "50 %", "100 %"])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(words["coverage"], size=7.5)


def _label_series(
    axes: Axes, names: Sequence[str], titles: Mapping[str, str], headline: Sequence[str]
) -> None:
    from qiantang.charts.lettering import fit

    sized = [fit(titles[name], _NAME, _LABEL, "bold", 2) for name in names]
    axes.set_yticks(range(len(names)), sized)
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if name in headline else "normal")
        label.set_fontsize(_LABEL)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for place in range(len(names) - 1):
        axes.axhline(place + 0.5, color="0.9", lw=0.6, zorder=0)


def _finding(rows: Sequence[Row], headline: Sequence[str], words: Mapping[str, str]) -> str:
    won = {
        setting: sum(
            row["ratio"] < 1
            for row in rows
            if row["setting"] == setting and row["horizon"] == "all" and row["series"] in headline
        )
        for setting in _SHOWN
    }
    return words["finding"].format(a=won["conditional"], b=won["ex_ante"], n=len(headline))
