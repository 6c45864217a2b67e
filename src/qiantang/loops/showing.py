"""How a report of loops shows itself, in a terminal and in Jupyter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qiantang.rendering import block, html_table, quiet

if TYPE_CHECKING:
    from qiantang.loops.report import LoopReport

HEADS = ("loop", "name", "links", "art.", "share", "90 % interval", "P strongest", "mostly at")
RIGHT = ("links", "share", "90 % interval", "P strongest", "mostly at")


def rows_of(report: LoopReport) -> list[tuple[str, ...]]:
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
            str(one["title"].item()),
            str(int(one["links"].item())),
            str(one["articles"].item()),
            percent(middle),
            f"{percent(low)} to {percent(high)}",
            f"{strongest.mean():.2f}",
            "" if when is None else f"{when:g}",
        ))  # fmt: skip
    return rows


def percent(value: float) -> str:
    """Return a share as per cent; negative where the loop is balancing."""
    return "n/a" if value != value else f"{round(100 * value, 1) + 0.0:.1f} %"


def title_of(report: LoopReport) -> str:
    """Return what the report is about."""
    sizes, times = report.dataset.sizes, report.dataset["time"].to_numpy()
    asked = report.dataset.attrs["asked"]
    about = f" through {asked}" if asked else ""
    members = "1 run" if sizes["member"] == 1 else f"{sizes['member']:,} members"
    return f"Feedback loops{about}, {members}, {times[0]:g} to {times[-1]:g}"


def outside_note(report: LoopReport) -> list[str]:
    """Return the sentence about the share of outside."""
    if "outside" not in report.dataset:
        return []
    values = report.dataset["outside"].to_numpy()
    known = values[np.isfinite(values)]
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95)) if known.size else [np.nan] * 3
    asked = report.dataset.attrs["asked"] or "the stocks on loops"
    return [
        f"share of outside in the change of {asked}: {percent(middle)} "
        f"({percent(low)} to {percent(high)})"
    ]


def report_text(report: LoopReport) -> str:
    """Return a report as text: a line for each loop."""
    from qiantang.files.tables import text_table

    right = {place for place, head in enumerate(HEADS) if head in RIGHT}
    lines = text_table(HEADS, rows_of(report), right)
    return "\n".join([title_of(report), *lines, *outside_note(report), *report.notes])


def report_html(report: LoopReport) -> str:
    """Return a report as HTML: the loops, with bars behind how often each is the strongest."""
    rows = rows_of(report)
    right = {place for place, head in enumerate(HEADS) if head in RIGHT}
    column = HEADS.index("P strongest")
    bars = {(place, column): float(row[column]) for place, row in enumerate(rows)}
    table = html_table(HEADS, rows, right=right, bars=bars)
    notes = map(quiet, [*outside_note(report), *report.notes])
    return block(title_of(report), table, *notes)
