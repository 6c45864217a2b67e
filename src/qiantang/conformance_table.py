"""The conformance table as Markdown: totals, fallbacks, differences, and every file checked.

``python -m qiantang.conformance_table FOLDER... --write docs/conformance.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from qiantang.conformance import CLOSE, FINE, LARGEST, SAME, Row, check, home, models
from qiantang.conformance_reasons import DEPARTURES, REASONS
from qiantang.files import door
from qiantang.files.outfile import put_text

HEAD = """# Conformance

Made by `python -m qiantang.conformance_table FOLDER... --write docs/conformance.md`; do not edit.

Each Vensim and XMILE file of the public test models
([SDXorg/test-models](https://github.com/SDXorg/test-models), MIT), and of the collections below
it, is run by the engine and by PySD, all variables at all saving times, and compared with the
output published beside it. None of these files belongs to this repository; a heading names the
commit. The other collections: the extra tests of [PySD](https://github.com/SDXorg/pysd), the
[PySD-Cookbook](https://github.com/SDXorg/PySD-Cookbook), the models and examples of
[SDEverywhere](https://github.com/climateinteractive/SDEverywhere), and the published models of
metasd.com, World3-03 and Industrial Dynamics among them, as kept in
[Simlin](https://github.com/bpowers/simlin). A
difference is the largest one over all variables and times, relative to the largest value of the
variable. *Compiled* means that the engine runs the file itself. *Left to PySD* means that it
refuses the file in one sentence, and PySD runs it; a user may allow that, but not where the file
is broken.
"""


OUTSIDE = "## Public models of size"
"""Heading of the page's last section, which another command writes."""


def with_section(page: str, section: str) -> str:
    """Return a page with its last section, of models outside the suites, replaced or added.

    Parameters
    ----------
    page : str
        The page as it is.
    section : str
        The section with its heading; empty to leave it out.
    """
    return page.partition(OUTSIDE)[0].rstrip("\n") + "\n" + (f"\n{section}" if section else "")


def document(collections: Mapping[str, Sequence[Row]], engine: str) -> str:
    """Return the whole page.

    Parameters
    ----------
    collections : mapping of str to sequence of Row
        Rows by collection of models.
    engine : str
        The backend asked for.
    """
    lines = [HEAD]
    for name, rows in collections.items():
        lines += [f"## {name}: totals", "", *totals(rows, engine), ""]
        lines += [f"### {name}: left to PySD", "", *_left(rows), ""]
        lines += [f"### {name}: differences", "", *_apart(rows), ""]
    lines += [*departures(), ""]
    for name, rows in collections.items():
        lines += [f"## {name}: all files", "", *_all(rows), ""]
    return "\n".join(lines)


def departures() -> Iterable[str]:
    """Yield the table of where PySD differs from what Vensim's help or the standard says."""
    yield "## Where PySD differs from Vensim or XMILE"
    yield ""
    yield "The engine follows Vensim's reference manual (its pages at vensim.com/documentation) and"
    yield "XMILE 1.0 of OASIS in these places. Each row was tried with PySD 3.14.3 on a model of a"
    yield "few lines. *Refused* means that PySD stops with an error."
    yield ""
    yield "| construct | PySD | the engine | where it says so |"
    yield "|---|---|---|---|"
    for row in DEPARTURES:
        yield f"| {' | '.join(row)} |"
    yield ""
    yield "DELAY N does lower its order in Vensim, and so it does here. In XMILE files, whose"
    yield "reference is Stella, delays lower their order as in PySD."


def totals(rows: Sequence[Row], engine: str) -> list[str]:
    """Return the totals of one collection as a list."""
    run = [row for row in rows if not row.oracle]
    compiled = [row for row in run if row.compiled]
    published = [row for row in rows if row.compiled and row.columns[1]]
    fine = sum(row.published <= FINE for row in published)
    close = sum(row.close for row in published)
    same = [row for row in compiled if not row.apart > SAME]
    worst = max((row.apart for row in same), default=0.0)
    share = 100 * len(compiled) / max(len(run), 1)
    return [
        f"- engine: {sum(row.engine == 'kernel' for row in rows)} files by the kernel, "
        f"{sum(row.engine == 'numpy' for row in rows)} by plain arrays, which run the same program"
        f" (the kernel is compiled for files of up to {LARGEST} variables)"
        if engine == "kernel"
        else f"- engine: {engine}",
        f"- files: {len(rows)}; read and run by PySD: {len(run)}",
        f"- of these compiled: {len(compiled)} ({share:.1f} %)",
        f"- equal to PySD within {SAME:g}: {len(same)}; largest difference among them {worst:.1e}",
        f"- with published output: {len(published)}; within {CLOSE:g}: {close}; "
        f"within {FINE:g}: {fine}",
    ]


def _left(rows: Sequence[Row]) -> Iterable[str]:
    left = [row for row in rows if not row.oracle and row.refused]
    yield from [f"- `{row.name}`: {_escaped(row.refused)}" for row in left] or ["none"]


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _apart(rows: Sequence[Row]) -> Iterable[str]:
    yield "| file | from PySD | from published output | PySD from published output | why |"
    yield "|---|---|---|---|---|"
    for row in rows:
        if row.compiled and not row.agrees:
            why = reason(row) or "**not explained**"
            figures = " | ".join(map(_shown, (row.apart, row.published, row.oracle_published)))
            yield f"| `{row.name}` | {figures} | {why} |"


def _all(rows: Sequence[Row]) -> Iterable[str]:
    yield "| file | result | engine | from PySD | from published output | variables |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        figures = f"{_shown(row.apart)} | {_shown(row.published)} | {max(row.columns) or ''}"
        yield f"| `{row.name}` | {verdict(row)} | {row.engine} | {figures} |"


def verdict(row: Row) -> str:
    """Return what a row comes to, in a few words."""
    if row.refused:
        return "not read by PySD either" if row.oracle else "left to PySD"
    if row.agrees:
        return "compiled; PySD cannot run it" if row.oracle else "compiled"
    return "compiled, follows Vensim" if row.corrects else "compiled, differs"


def _shown(value: float) -> str:
    return "" if value != value else "0" if value == 0 else f"{value:.1e}"


def reason(row: Row) -> str:
    """Return why a row differs, empty if it is not known."""
    if row.decimals <= SAME and row.close:
        return (
            "a smooth that begins at a whole number: with the file's whole numbers written as "
            "decimals PySD gives the same as the engine"
        )
    return REASONS.get(row.name, "")


def unexplained(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that differ without a known reason."""
    return [r for r in rows if r.compiled and not r.agrees and not reason(r)]


def _text(page: Path) -> str:
    return door.text(page) if page.is_file() else ""


@click.command()
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1)
@click.option("--write", "out", type=click.Path(path_type=Path), help="Keep the table in a file.")
@click.option("--engine", type=click.Choice(["kernel", "numpy"]), default="kernel")
def main(folders: tuple[Path, ...], out: Path | None, engine: str) -> None:
    """Check every model file under each of FOLDERS, by default the public test models."""
    collections: dict[str, list[Row]] = {}
    for root in folders or (home(),):
        files = models(root)
        if not files:
            what = "no model files; set QIANTANG_TEST_MODELS or name a folder"
            click.echo(f"{root}: {what}", err=True)
            sys.exit(2)
        rows = []
        for file in files:
            row = check(file, root, engine)  # type: ignore[arg-type]
            rows.append(row)
            if not row.agrees:
                why = row.refused or reason(row) or "not explained"
                click.echo(f"{row.name}: {verdict(row)}: {why}", err=True)
        collections[root.name] = rows
        click.echo("\n".join([f"{root.name}:", *totals(rows, engine)]))
    if out is not None:
        _, heading, kept = _text(out).partition(OUTSIDE)
        put_text(out, with_section(document(collections, engine), heading + kept))
    sys.exit(1 if any(unexplained(rows) for rows in collections.values()) else 0)


if __name__ == "__main__":
    main()
