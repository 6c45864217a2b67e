"""What a bench found, as records, as JSON and as a page of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qiantang.files import door, put
from qiantang.wording.figures import rounded, whole
from qiantang.wording.language import Language, phrase
from qiantang.wording.waited import waited

YEARS = 20
"""Times that a streamed run keeps."""


@dataclass(frozen=True)
class Figure:
    """One engine: its rate, the ratio of the kernel's rate to it, how far its results are off."""

    engine: str
    cores: int
    runs_per_second: float
    kernel_is: float
    off: float | None


@dataclass
class Report:
    """All figures of one model.

    Parameters
    ----------
    model : str
        Name of the model file.
    steps, members : int
        Steps of a run, members of a round.
    outputs, inputs : list of str
        Variables saved and constants drawn, in order.
    figures : list of Figure
        Rates.
    seconds : dict
        Compile time and others, by name. [s]
    cost : list of (members, seconds, peak bytes)
        Cost against the number of members.
    missing : list of str
        Peers that were not at hand, and why.
    """

    model: str
    steps: int
    members: int
    outputs: list[str]
    inputs: list[str]
    figures: list[Figure] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    cost: list[tuple[int, float, int]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    made_with: dict[str, str] = field(default_factory=dict)


def as_dict(report: Report) -> dict[str, Any]:
    """Return a report for JSON."""
    return asdict(report)


def table(report: Report, lang: Language = "en") -> str:
    """Return a report as Markdown."""
    sizes = {
        "steps": whole(report.steps, lang), "outputs": len(report.outputs),
        "members": whole(report.members, lang), "inputs": len(report.inputs),
    }  # fmt: skip
    lines = [
        f"### {report.model}",
        "",
        phrase("bench.size", lang, **sizes),
        "",
        phrase("bench.heads", lang),
        "|---|---:|---:|---:|---:|",
    ]
    for figure in report.figures:
        off = "" if figure.off is None else f"{figure.off:.1e}"
        times = phrase("bench.times", lang, ratio=_short(figure.kernel_is, lang))
        engine, rate = waited(figure.engine, lang), _short(figure.runs_per_second, lang)
        lines.append(f"| {engine} | {figure.cores} | {rate} | {times} | {off} |")
    lines.append("")
    for name, seconds in report.seconds.items():
        told, taken = waited(name, lang), rounded(seconds, 3)
        lines.append(phrase("bench.seconds", lang, name=told, seconds=taken))
    lines += [_cost(*cost, lang) for cost in report.cost]
    lines += [phrase("bench.missing", lang, line=waited(line, lang)) for line in report.missing]
    return "\n".join(lines) + "\n"


def _cost(size: int, seconds: float, peak: int, lang: Language) -> str:
    """Return the line of a streamed run."""
    unknown = phrase("bench.peak.unknown", lang)
    known = f"{whole(round(peak / 2**20), lang)} MiB" if peak else unknown
    taken, rate = rounded(seconds, 2), whole(round(size / seconds), lang)
    return phrase("bench.cost", lang, size=whole(size, lang), years=YEARS, seconds=taken,
                  rate=rate, peak=known)  # fmt: skip


def _short(value: float, lang: Language) -> str:
    return whole(round(value), lang) if value >= 100 else f"{value:.3g}"


def write(reports: Sequence[Report], file: Path, begin: str, end: str) -> None:
    """Put tables into a file between two marks.

    Raises
    ------
    ValueError
        If the file lacks a mark.
    """
    made = reports[0].made_with
    head = "Made by `qiantang bench --write` on " + ", ".join(
        f"{value}" if name == "date" else f"{name} {value}" for name, value in made.items()
    )
    body = "\n".join(table(report) for report in reports)
    between_marks(file, begin, end, f"{head}.\n\n{body}")


def between_marks(file: Path, begin: str, end: str, body: str) -> None:
    """Put text into a file between two marks.

    Raises
    ------
    ValueError
        If the file lacks a mark.
    """
    text = door.text(file)
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{file} lacks the mark {begin} or {end}")
    put.text(file, f"{before}{begin}\n\n{body}\n{end}{after}")
