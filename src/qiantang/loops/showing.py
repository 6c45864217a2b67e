"""How a report of loops shows itself, in a terminal and in Jupyter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from qiantang.rendering import block, html_table, quiet
from qiantang.wording.figures import brief, rounded, whole
from qiantang.wording.language import Sentences
from qiantang.wording.refusals import in_language

if TYPE_CHECKING:
    from qiantang.loops.report import LoopReport

#: Keys of the headings.
_HEADS = (
    "loops.loop", "head.name", "loops.links", "head.article.short", "loops.share",
    "head.interval", "loops.strongest", "loops.mostly",
)  # fmt: skip
#: Places of the columns of numbers.
RIGHT = (2, 4, 5, 6, 7)
_STRONGEST = 6
_ENGLISH = Sentences()


def heads_of(words: Sentences = _ENGLISH) -> tuple[str, ...]:
    """Return the headings."""
    return tuple(map(words.phrase, _HEADS))


def rows_of(report: LoopReport, words: Sentences = _ENGLISH) -> list[tuple[str, ...]]:
    """Return the cells of each loop: shares pooled over time and members, when it dominates.

    A loop that stands alone in its partition, where it is always the strongest, has no row.
    """
    data = report.dataset
    rows: list[tuple[str, ...]] = []
    alone = {str(name) for name in data["loop"].to_numpy()[data["alone"].to_numpy()]}
    for place in range(data.sizes["loop"]):
        if str(data["loop"].to_numpy()[place]) in alone and len(alone) < data.sizes["loop"]:
            continue
        one = data.isel(loop=place)
        share = one["share"].to_numpy()
        pooled = share[np.isfinite(share)]
        low, middle, high = np.quantile(pooled, (0.05, 0.5, 0.95)) if pooled.size else [np.nan] * 3
        strongest = one["strongest"].to_numpy()
        when = data["time"].to_numpy()[int(strongest.argmax())] if strongest.any() else None
        rows.append((
            str(one["loop"].item()),
            words.choose(str(one["title"].item()), str(one["title_zh"].item())),
            str(int(one["links"].item())),
            str(one["articles"].item()),
            percent(middle, words),
            _interval(low, high, words),
            f"{strongest.mean():.2f}",
            "" if when is None else f"{when:g}",
        ))  # fmt: skip
    return rows


def percent(value: float, words: Sentences = _ENGLISH) -> str:
    """Return a share as per cent; negative where the loop is balancing."""
    if value != value:
        return words.phrase("loops.unknown")
    return words.phrase("loops.percent", value=rounded(round(100 * value, 1) + 0.0, 1))


def _interval(low: float, high: float, words: Sentences) -> str:
    return words.phrase("span", low=percent(low, words), high=percent(high, words))


def title_of(report: LoopReport, words: Sentences = _ENGLISH) -> str:
    """Return what the report is about."""
    sizes, times = report.dataset.sizes, report.dataset["time"].to_numpy()
    asked, members = _titled(report.dataset.attrs["asked"], report, words), sizes["member"]
    about = words.phrase("loops.through", asked=asked) if asked else ""
    return words.phrase(
        "loops.title.run" if members == 1 else "loops.title.members", about=about,
        members=whole(members, words.lang), first=brief(times[0]), last=brief(times[-1]),
    )  # fmt: skip


def notes_of(report: LoopReport, words: Sentences = _ENGLISH) -> list[str]:
    """Return the sentence about the share of outside, and the notes of the report."""
    said = (_titled(_said(note, words), report, words) for note in report.notes)
    return [*outside_note(report, words), *said]


def _titled(text: str, report: LoopReport, words: Sentences) -> str:
    """Return a text with variables of a study by their names, where those are Chinese."""
    titles = json.loads(report.dataset.attrs.get("titles_zh", "{}"))
    if words.lang != "zh" or not titles:
        return text
    named = re.sub(r"[A-Za-z_][A-Za-z0-9_]*", lambda found: titles.get(found[0], found[0]), text)
    return named.replace(", ", words.phrase("and"))


def _said(note: str, words: Sentences) -> str:
    """Return a note in a language, clause by clause."""
    clauses = (in_language(clause, words.lang) for clause in note.split("; "))
    return words.phrase("loops.clauses").join(clauses)


def outside_note(report: LoopReport, words: Sentences = _ENGLISH) -> list[str]:
    """Return the sentence about the share of outside."""
    if "outside" not in report.dataset:
        return []
    values = report.dataset["outside"].to_numpy()
    known = values[np.isfinite(values)]
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95)) if known.size else [np.nan] * 3
    return [words.phrase(
        "loops.outside",
        asked=_titled(report.dataset.attrs["asked"], report, words) or words.phrase("loops.stocks"),
        middle=percent(middle, words), interval=_interval(low, high, words),
    )]  # fmt: skip


def report_text(report: LoopReport) -> str:
    """Return a report as text: a line for each loop."""
    from qiantang.files.tables import text_table

    lines = text_table(heads_of(), rows_of(report), set(RIGHT))
    return "\n".join([title_of(report), *lines, *notes_of(report)])


def report_html(report: LoopReport) -> str:
    """Return a report as HTML: the loops, with bars behind how often each is the strongest."""
    rows = rows_of(report)
    bars = {(place, _STRONGEST): float(row[_STRONGEST]) for place, row in enumerate(rows)}
    table = html_table(heads_of(), rows, right=set(RIGHT), bars=bars)
    return block(title_of(report), table, *map(quiet, notes_of(report)))
