"""What the report is made of: findings with a verdict, gathered in tests, gathered in a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qiantang.faults import StudyError
from qiantang.wording.language import Language
from qiantang.wording.told import Named, Refused, Row, Told, said

Drawing = Callable[[Language], str]
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

    def record(self, lang: Language = "en") -> dict[str, Any]:
        """Return a plain dict, ready for JSON; a figure that is not finite becomes None."""
        rows = [
            {head: said(finite(cell), lang) for head, cell in zip(self.heads, row, strict=True)}
            for row in self.rows
        ]
        return {"note": said(self.note, lang), "rows": rows}


@dataclass(frozen=True)
class Finding:
    """One statement that was put to the test; its texts are facts that either language says.

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
    chart : callable, optional
        Draws inline SVG in a language, as `qiantang.files.markup.Markup`.
    called : str
        What tables call the statement; by default its short name, or its id.
    """

    id: str
    asks: str
    verdict: Verdict
    figure: str = ""
    limit: str = ""
    reason: str = ""
    table: Table | None = None
    chart: Drawing | None = None
    called: str = ""

    def __post_init__(self) -> None:
        if self.verdict == "not judged" and not self.reason:
            raise ValueError(f"{self.id} is not judged and gives no reason")

    @property
    def name(self) -> str:
        """What tables call the statement."""
        if not self.called and isinstance(self.asks, Told):
            return self.asks.of("name")
        return self.called or self.id

    def record(self, lang: Language = "en") -> dict[str, Any]:
        """Return a plain dict, ready for JSON, its sentences in a language."""
        row: dict[str, Any] = {
            "id": self.id,
            "asks": said(self.asks, lang),
            "verdict": self.verdict,
            "figure": said(self.figure, lang),
            "limit": said(self.limit, lang),
            "reason": said(self.reason, lang),
        }
        if self.table is not None:
            row["table"] = self.table.record(lang)
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
        told = [(v, [f for f in self.findings if f.verdict == v]) for v in VERDICTS]
        counts = Row(
            Told("summary.count", count=len(found), verdict=Told(f"validate.verdict.{verdict}"))
            for verdict, found in told if found
        )  # fmt: skip
        failed = [Named(f.name.replace("_", " "), said(f.name, "zh"))
                  for f in self.findings if f.verdict == "fail"]  # fmt: skip
        return Told("summary.failed", counts=counts, names=listed(failed, 6)) if failed else counts

    def record(self, lang: Language = "en") -> dict[str, Any]:
        """Return a plain dict, ready for JSON, its sentences in a language."""
        return {
            "id": self.id,
            "title": said(self.title, lang),
            "asks": said(self.asks, lang),
            "source": said(self.source, lang),
            "verdict": self.verdict,
            "findings": [finding.record(lang) for finding in self.findings],
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

    def record(self, lang: Language = "en") -> dict[str, Any]:
        """Return a plain dict, ready for JSON, its sentences in a language."""
        return {name: said(value, lang) for name, value in vars(self).items()}


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

    def record(self, lang: Language = "en") -> dict[str, Any]:
        """Return a plain dict, ready for JSON, its sentences in a language."""
        return {
            "study": self.study,
            "provenance": self.provenance,
            "counts": self.counts(),
            "tests": [test.record(lang) for test in self.tests],
            "checklist": [item.record(lang) for item in self.checklist],
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
    chart: Drawing | None = None,
) -> Finding:
    """Return a finding that a figure decided."""
    verdict: Verdict = "pass" if holds else "fail"
    return Finding(id, asks, verdict, figure, limit, reason, table, chart)


def open_question(
    id: str, asks: str, reason: str, *, figure: str = "", table: Table | None = None,
    called: str = "",
) -> Finding:  # fmt: skip
    """Return a finding that nothing could decide, with the reason."""
    return Finding(id, asks, "not judged", figure, "", reason, table, called=called)


def attempted(id: str, asks: str, make: Callable[[], Finding]) -> Finding:
    """Return a finding; where the study lacks what it needs, the fault is the reason."""
    try:
        return make()
    except StudyError as error:
        return open_question(id, asks, Refused(error.faults[0]))


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], note: str = "") -> Table:
    """Return a table from any sequences."""
    return Table(tuple(heads), tuple(tuple(row) for row in rows), note)


def finite(cell: Cell) -> Cell:
    """Return a cell that JSON can hold."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names in a row, the rest counted."""
    return Row(names, most=most)
