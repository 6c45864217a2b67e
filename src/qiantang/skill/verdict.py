"""What the scoreboard comes to in plain sentences: who wins where, and which bars are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qiantang.skill.settings import SeriesRecord

Row = Mapping[str, Any]

#: Names of the baselines.
BASELINE_WORDS = {
    "en": {
        "persistence": "persistence",
        "drift": "drift",
        "trend": "5-year trend",
        "ets": "ETS",
        "arima": "ARIMA",
        "regression": "regression on the driver",
        "growth_regression": "regression of growth",
        "share": "share kept",
        "share_damped": "share, trend damped",
        "share_given": "share kept, the model's drivers",
    },
    "zh": {
        "persistence": "沿用上年值",
        "drift": "带漂移随机游走",
        "trend": "五年趋势",
        "ets": "指数平滑",
        "arima": "ARIMA",
        "regression": "外部变量回归",
        "growth_regression": "增长率回归",
        "share": "占全国比重不变",
        "share_damped": "占全国比重趋势渐弱",
        "share_given": "占全国比重不变（外部变量同模型）",
    },
}
_WORDS = {
    "en": {
        "conditional": "true drivers",
        "ex_ante": "drivers as known at the origin",
        "begin": "{title}, {setting}: ",
        "unscored": "not scored, too few figures",
        "silent": "the model makes no forecast",
        "told": "{won}, CRPS {gap} {side} than {best} ({ours} against {theirs}), ",
        "end": "better in {cases} of {n} cases{chance}",
        "wins": "wins",
        "loses": "LOSES",
        "lower": "lower",
        "higher": "higher",
        "chance": "; the gap is within chance",
        "won": "{setting}: better than the best baseline on {needed} of {n} headline series",
        "held": "{setting}: 90 % intervals hold {low} to {high} of the headline figures",
        "each": "{setting}: 90 % intervals hold {low} to {high} of each headline series' figures",
        "outside": "{names} outside",
        "of": "{a} of {n}",
        "few": "{a} of {n}",
        "none": "{a} of {n}",
        "share": "{a} of {n}",
        "not_on": "; not on {names}",
    },
    "zh": {
        "conditional": "外部环境取实际值",
        "ex_ante": "外部环境只用当时已知信息",
        "begin": "{title}（{setting}）：",
        "unscored": "数据太少，未评分",
        "silent": "模型未作预测",
        "told": "{won}，CRPS比{best}{side}{gap}（{ours}对{theirs}），",
        "end": "{n}次预测中{cases}次较优{chance}",
        "wins": "胜",
        "loses": "负",
        "lower": "低",
        "higher": "高",
        "chance": "；差距不显著",
        "won": "{setting}：{n}个主要指标中至少{needed}个优于最优基准",
        "held": "{setting}：90%区间应含{low}至{high}的主要指标实际值",
        "each": "{setting}：各主要指标的90%区间均应含{low}至{high}的实际值",
        "outside": "未落在其中：{names}",
        "of": "{n}项中{a}项达标",
        "few": "{n}项中仅{a}项达标",
        "none": "{n}项均未达标",
        "share": "{n}个实际值中占{a}",
        "not_on": "；未达到：{names}",
    },
}

#: Headline series that must be won ex ante; with true drivers it is all of them.
EX_ANTE_BAR = 4
#: Coverage that a 90 % interval may have. [Dmnl]
COVERAGE_BAR = (0.80, 0.97)


@dataclass(frozen=True)
class Bar:
    """One thing the model was to reach, and whether it did."""

    statement: str
    passed: bool
    detail: str


def whole(rows: Sequence[Row], setting: str) -> dict[str, Row]:
    """Return the rows over all horizons of a setting, by series."""
    return {
        row["series"]: row for row in rows if row["setting"] == setting and row["horizon"] == "all"
    }


def verdict_line(title: str, row: Row | None, setting: str, language: str = "en") -> str:
    """Say of one series and setting who wins, by how much, and in how many cases.

    Parameters
    ----------
    title : str
        Title of the series.
    row : mapping or None
        Its row over all horizons; None if nothing was scored.
    setting : str
    language : {"en", "zh"}
    """
    words = _WORDS[language]
    begin = words["begin"].format(title=title, setting=words[setting])
    if row is None:
        return begin + words["unscored"]
    if row["crps_model"] is None:
        return begin + words["silent"]
    ratio = row["ratio"]
    return (begin + words["told"] + words["end"]).format(
        won=words["wins" if ratio < 1 else "loses"],
        gap=f"{abs(1 - ratio):.0%}",
        side=words["lower" if ratio < 1 else "higher"],
        best=BASELINE_WORDS[language][row["best_baseline"]],
        ours=f"{row['crps_model']:.3f}",
        theirs=f"{row['crps_best_baseline']:.3f}",
        cases=row["cases_won"],
        n=row["n"],
        chance="" if row["ratio_p95"] < 1 or row["ratio_p05"] > 1 else words["chance"],
    )


def bars(
    rows: Sequence[Row],
    series: Mapping[str, SeriesRecord],
    language: str = "en",
    titles: Mapping[str, str] | None = None,
) -> list[Bar]:
    """Return the bars set for the model and whether they are met.

    Parameters
    ----------
    rows : sequence of mapping
    series : mapping of str to SeriesRecord
    language : {"en", "zh"}
    titles : mapping of str to str, optional
        What to call a series; its own name by default.
    """
    told = _Told(_WORDS[language], language, titles or {})
    headline = [name for name, record in series.items() if record.headline]
    settings = (("conditional", len(headline)), ("ex_ante", EX_ANTE_BAR))
    found = [_won(whole(rows, name), name, needed, headline, told) for name, needed in settings]
    for setting, _ in settings:
        scored = whole(rows, setting)
        mine = [scored[n] for n in scored if n in headline and scored[n]["coverage90"] is not None]
        found.append(_held(mine, setting, told))
        found.append(_each(mine, setting, len(headline), told))
    return found


@dataclass(frozen=True)
class _Told:
    """How the bars are told: words, language and what to call each series."""

    words: Mapping[str, str]
    language: str
    titles: Mapping[str, str]

    def listed(self, names: Iterable[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(names)

    def counted(self, reached: int, count: int, *, met: bool) -> str:
        key = "of" if met else "few" if reached else "none"
        return self.words[key].format(a=reached, n=count)

    def name(self, series: str) -> str:
        return self.titles.get(series, series)

    def interval(self, key: str, setting: str) -> str:
        low, high = COVERAGE_BAR
        words = self.words
        return words[key].format(setting=words[setting], low=f"{low:.0%}", high=f"{high:.0%}")


def _won(
    scored: Mapping[str, Row], setting: str, needed: int, headline: Sequence[str], told: _Told
) -> Bar:
    """Return the bar on how many headline series the model scores below every baseline."""
    words, count = told.words, len(headline)
    lost = [name for name in headline if not is_won(scored.get(name))]
    won = count - len(lost)
    detail = told.counted(won, count, met=won >= needed)
    if lost:
        detail += words["not_on"].format(names=told.listed(map(told.name, lost)))
    said = words["won"].format(setting=words[setting], needed=needed, n=count)
    return Bar(said, won >= needed, detail)


def _held(mine: Sequence[Row], setting: str, told: _Told) -> Bar:
    """Return the bar on the intervals of all headline series together."""
    low, high = COVERAGE_BAR
    cases = sum(row["n"] for row in mine)
    share = sum(row["coverage90"] * row["n"] for row in mine) / cases if cases else float("nan")
    of, unscored = told.words["share"], told.words["unscored"]
    detail = of.format(a=f"{share:.0%}", n=cases) if cases else unscored
    return Bar(told.interval("held", setting), low <= share <= high, detail)


def _each(mine: Sequence[Row], setting: str, count: int, told: _Told) -> Bar:
    """Return the bar on the intervals of each headline series by itself."""
    low, high = COVERAGE_BAR
    outside = [row for row in mine if not low <= row["coverage90"] <= high]
    met = not outside and len(mine) == count
    detail = told.counted(len(mine) - len(outside), count, met=met)
    if outside:
        names = told.listed(f"{told.name(r['series'])} {r['coverage90']:.0%}" for r in outside)
        stop = "；" if told.language == "zh" else "; "
        detail += stop + told.words["outside"].format(names=names)
    return Bar(told.interval("each", setting), met, detail)


def is_won(row: Row | None) -> bool:
    """Return whether the model's score is below the best baseline's."""
    return row is not None and row["ratio"] is not None and row["ratio"] < 1
