"""What the scoreboard comes to in plain sentences: who wins where, and which bars are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qiantang.skill.settings import SeriesRecord
from qiantang.wording.figures import percent, rounded
from qiantang.wording.language import Language, phrase

Row = Mapping[str, Any]

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


def verdict_line(title: str, row: Row | None, setting: str, language: Language = "en") -> str:
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
    say = _Told(language).say
    begin = say("begin", title=title, setting=say(setting))
    if row is None:
        return begin + say("unscored")
    if row["crps_model"] is None:
        return begin + say("silent")
    ratio = row["ratio"]
    told = say(
        "told",
        won=say("wins" if ratio < 1 else "loses"),
        gap=percent(abs(1 - ratio)),
        side=say("lower" if ratio < 1 else "higher"),
        best=baseline_name(row["best_baseline"], language),
        ours=rounded(row["crps_model"], 3),
        theirs=rounded(row["crps_best_baseline"], 3),
    )
    sure = row["ratio_p95"] < 1 or row["ratio_p05"] > 1
    chance = "" if sure else say("chance")
    return begin + told + say("end", cases=row["cases_won"], n=row["n"], chance=chance)


def baseline_name(baseline: str, language: Language) -> str:
    """Return what a naive method is called."""
    return phrase(f"skill.by.{baseline}", language)


def bars(
    rows: Sequence[Row],
    series: Mapping[str, SeriesRecord],
    language: Language = "en",
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
    told = _Told(language, titles or {})
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
    """How the bars are told: language and what to call each series."""

    language: Language
    titles: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **blanks: object) -> str:
        return phrase(f"skill.{key}", self.language, **blanks)

    def listed(self, names: Iterable[str]) -> str:
        return phrase("and", self.language).join(names)

    def counted(self, reached: int, count: int, *, met: bool) -> str:
        if not (met or reached):
            return self.say("none", n=count)
        return self.say("of" if met else "few", a=reached, n=count)

    def name(self, series: str) -> str:
        return self.titles.get(series, series)

    def interval(self, key: str, setting: str) -> str:
        low, high = COVERAGE_BAR
        return self.say(key, setting=self.say(setting), low=percent(low), high=percent(high))


def _won(
    scored: Mapping[str, Row], setting: str, needed: int, headline: Sequence[str], told: _Told
) -> Bar:
    """Return the bar on how many headline series the model scores below every baseline."""
    count = len(headline)
    lost = [name for name in headline if not is_won(scored.get(name))]
    won = count - len(lost)
    detail = told.counted(won, count, met=won >= needed)
    if lost:
        detail += told.say("not_on", names=told.listed(map(told.name, lost)))
    said = told.say("won", setting=told.say(setting), needed=needed, n=count)
    return Bar(said, won >= needed, detail)


def _held(mine: Sequence[Row], setting: str, told: _Told) -> Bar:
    """Return the bar on the intervals of all headline series together."""
    low, high = COVERAGE_BAR
    cases = sum(row["n"] for row in mine)
    share = sum(row["coverage90"] * row["n"] for row in mine) / cases if cases else float("nan")
    detail = told.say("share", a=percent(share), n=cases) if cases else told.say("unscored")
    return Bar(told.interval("held", setting), low <= share <= high, detail)


def _each(mine: Sequence[Row], setting: str, count: int, told: _Told) -> Bar:
    """Return the bar on the intervals of each headline series by itself."""
    low, high = COVERAGE_BAR
    outside = [row for row in mine if not low <= row["coverage90"] <= high]
    met = not outside and len(mine) == count
    detail = told.counted(len(mine) - len(outside), count, met=met)
    if outside:
        names = told.listed(f"{told.name(r['series'])} {r['coverage90']:.0%}" for r in outside)
        detail += phrase("semicolon", told.language) + told.say("outside", names=names)
    return Bar(told.interval("each", setting), met, detail)


def is_won(row: Row | None) -> bool:
    """Return whether the model's score is below the best baseline's."""
    return row is not None and row["ratio"] is not None and row["ratio"] < 1
