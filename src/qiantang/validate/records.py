"""What the report is made of: findings with a verdict, gathered in tests, gathered in a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qiantang.faults import StudyError

Verdict = Literal["pass", "fail", "not judged"]
Cell = str | float | int | None

#: Verdicts in the order in which they are counted.
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "not judged")


@dataclass(frozen=True)
class Table:
    """Rows behind a finding.

    Parameters
    ----------
    heads : tuple of str
    rows : tuple of tuple
        Numbers stay numbers, so that JSON keeps them whole.
    note : str
        How to read it.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON; a figure that is not finite becomes None."""
        rows = [
            {head: finite(cell) for head, cell in zip(self.heads, row, strict=True)}
            for row in self.rows
        ]
        return {"note": self.note, "rows": rows}


@dataclass(frozen=True)
class Finding:
    """One statement that was put to the test.

    Parameters
    ----------
    id : str
        Unique within its test.
    asks : str
        The statement that must hold.
    verdict : {"pass", "fail", "not judged"}
    figure : str
        The figure that decides, in words.
    limit : str
        The pass line.
    reason : str
        Why the verdict is what it is; never empty where nothing was judged.
    table : Table, optional
    chart : str
        Inline SVG as `qiantang.files.markup.Markup`; any other text is escaped on the page.
    """

    id: str
    asks: str
    verdict: Verdict
    figure: str = ""
    limit: str = ""
    reason: str = ""
    table: Table | None = None
    chart: str = ""

    def __post_init__(self) -> None:
        if self.verdict == "not judged" and not self.reason:
            raise ValueError(f"{self.id} is not judged and gives no reason")

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        row: dict[str, Any] = {
            "id": self.id,
            "asks": self.asks,
            "verdict": self.verdict,
            "figure": self.figure,
            "limit": self.limit,
            "reason": self.reason,
        }
        if self.table is not None:
            row["table"] = self.table.record()
        return row


@dataclass(frozen=True)
class Test:
    """One test of the list, with its findings.

    Parameters
    ----------
    id, title : str
    asks : str
        The question of the test, in one sentence.
    source : str
        Who asks for it.
    findings : tuple of Finding
    """

    id: str
    title: str
    asks: str
    source: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Fail if a finding fails, else pass if one passes."""
        found = {finding.verdict for finding in self.findings}
        return "fail" if "fail" in found else "pass" if "pass" in found else "not judged"

    @property
    def summary(self) -> str:
        """How many findings have each verdict, and which fail."""
        told = [(v, [f.id for f in self.findings if f.verdict == v]) for v in VERDICTS]
        words = [f"{len(ids)} {verdict}" for verdict, ids in told if ids]
        failed = [id.replace("_", " ") for verdict, ids in told if verdict == "fail" for id in ids]
        return ", ".join(words) + (f" ({listed(failed, 6)})" if failed else "")

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "asks": self.asks,
            "source": self.source,
            "verdict": self.verdict,
            "findings": [finding.record() for finding in self.findings],
        }


@dataclass(frozen=True)
class Item:
    """One line of the reporting checklist.

    Parameters
    ----------
    part : {"model", "experiment", "optimisation"}
    level : {"minimum", "preferred"}
    asks : str
    state : {"reported", "missing", "not applicable"}
    where : str
        Where it stands, with what was counted there.
    """

    part: Literal["model", "experiment", "optimisation"]
    level: Literal["minimum", "preferred"]
    asks: str
    state: Literal["reported", "missing", "not applicable"]
    where: str

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Report:
    """The whole report.

    Parameters
    ----------
    study : str
    provenance : dict
        What it was made from.
    tests : tuple of Test
    checklist : tuple of Item
    """

    study: str
    provenance: dict[str, str]
    tests: tuple[Test, ...]
    checklist: tuple[Item, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in order."""
        return tuple(finding for test in self.tests for finding in test.findings)

    def counts(self) -> dict[str, int]:
        """Return how many findings have each verdict."""
        return {verdict: sum(f.verdict == verdict for f in self.findings) for verdict in VERDICTS}

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return {
            "study": self.study,
            "provenance": self.provenance,
            "counts": self.counts(),
            "tests": [test.record() for test in self.tests],
            "checklist": [item.record() for item in self.checklist],
        }


def judged(
    id: str,
    asks: str,
    holds: bool,
    *,
    figure: str,
    limit: str = "",
    reason: str = "",
    table: Table | None = None,
    chart: str = "",
) -> Finding:
    """Return a finding that a figure decided."""
    verdict: Verdict = "pass" if holds else "fail"
    return Finding(id, asks, verdict, figure, limit, reason, table, chart)


def open_question(
    id: str, asks: str, reason: str, *, figure: str = "", table: Table | None = None
) -> Finding:
    """Return a finding that nothing could decide, with the reason."""
    return Finding(id, asks, "not judged", figure, "", reason, table)


def attempted(id: str, asks: str, make: Callable[[], Finding]) -> Finding:
    """Return a finding; where the study lacks what it needs, the fault is the reason."""
    try:
        return make()
    except StudyError as error:
        return open_question(id, asks, str(error.faults[0]))


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], note: str = "") -> Table:
    """Return a table from any sequences."""
    return Table(tuple(heads), tuple(tuple(row) for row in rows), note)


def finite(cell: Cell) -> Cell:
    """Return a cell that JSON can hold."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names joined by commas, the rest counted."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
