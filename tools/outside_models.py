"""Public models of size that no suite holds: run, timed, compared; a section of the page.

``python -m tools.outside_models FOLDER --write docs/conformance.md``

``outside_models.csv`` names each file with its repository, commit and licence. FOLDER holds the
files as ``owner__name/path``; none of them belongs to this repository. PySD is a witness, in a
process of its own with a limit of time. Where Vensim's own run lies beside a model (.vdf, read by
Simlin), its constants and then all its variables are compared.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from qiantang.conformance import FINE, SAME, compare
from qiantang.conformance_table import OUTSIDE, with_section
from qiantang.files.outfile import put_text
from qiantang.modelfile.names import spelled

LIST = Path(__file__).with_suffix(".csv")
LIMIT = 300.0
"""Seconds after which a run is given up."""

INTRODUCTION = """
Made by `python -m tools.outside_models FOLDER --write docs/conformance.md`; do not edit. Models of
public repositories that are in none of the suites above, most of them of 100 variables and more.
*Open* and *run* are processor seconds on one core, with nothing kept from an earlier run; *PySD*
is the time PySD takes for both. *From PySD* is the largest difference over all variables and times,
relative to the largest value of the variable. *From Vensim* is the same from Vensim's own run
(.vdf) beside the model where every constant of that run is the file's within 1e-6, with the number
of variables beyond 1e-6; Vensim's files hold single precision, and most of its versions compute in
it, which differences of nearly equal numbers show.
"""


@dataclass(frozen=True)
class Entry:
    """A line of the list: a model file, where it is from, and what is known of it."""

    repository: str
    commit: str
    licence: str
    path: str
    data: tuple[str, ...]
    genuine: str
    why: str

    def file(self, folder: Path, path: str = "") -> Path:
        """Return the model's file, or another one of its repository."""
        return folder / self.repository.replace("/", "__") / (path or self.path)


@dataclass(frozen=True)
class Found:
    """What a model came to; each part is empty or NaN where there is nothing to tell."""

    entry: Entry
    ours: dict[str, Any]
    pysd: dict[str, Any]
    apart: float = float("nan")
    genuine: str = ""


def entries(text: str) -> list[Entry]:
    """Return the lines of the list."""
    rows = csv.DictReader(text.splitlines())
    return [
        Entry(
            row["repository"],
            row["commit"],
            row["licence"],
            row["path"],
            tuple(part for part in row["data"].split(";") if part),
            row["genuine"],
            row["why"],
        )
        for row in rows
    ]


def examine(entry: Entry, folder: Path, kept: Path, limit: float) -> Found:
    """Run one model with the engine and with PySD, and compare with what there is.

    Parameters
    ----------
    entry : Entry
    folder : Path
        Where the models lie.
    kept : Path
        Where results of PySD stay from one command to the next.
    limit : float
        Seconds for one run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch) / "ours.npz"
        ours = _alone(entry, folder, "auto", result, limit)
        if "refused" in ours:
            return Found(entry, ours, {})
        frame, constant = _read(result)
        pysd, witness = _by_pysd(entry, folder, kept, limit)
        apart = float("nan") if witness is None else compare(frame, witness)[0]
        genuine = ""
        if entry.genuine:
            genuine = against_vensim(frame, constant, entry.file(folder, entry.genuine))
        return Found(entry, ours, pysd, apart, genuine)


def _by_pysd(
    entry: Entry, folder: Path, kept: Path, limit: float
) -> tuple[dict[str, Any], pd.DataFrame | None]:
    name = hashlib.sha256(entry.file(folder).read_bytes()).hexdigest()[:16]
    said, result = kept / f"{name}.json", kept / f"{name}.npz"
    if not said.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        pysd = _alone(entry, folder, "pysd", result, limit)
        if pysd.get("refused", "").startswith("failed"):
            return pysd, None
        said.write_text(json.dumps(pysd), encoding="utf-8")
    pysd = json.loads(said.read_text(encoding="utf-8"))
    return pysd, None if "refused" in pysd else _read(result)[0]


def _alone(entry: Entry, folder: Path, engine: str, out: Path, limit: float) -> dict[str, Any]:
    data = [str(entry.file(folder, part)) for part in entry.data]
    command = [sys.executable, "-m", "tools.outside_run", str(entry.file(folder)), str(out)]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            [*command, engine, *data], capture_output=True, text=True, timeout=limit, env=alone
        )
    except subprocess.TimeoutExpired:
        return {"refused": f"not done within {limit:g} s"}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"refused": f"failed: {done.stderr.strip().splitlines()[-1:]}"}
    said: dict[str, Any] = json.loads(lines[-1])
    return said


def _read(file: Path) -> tuple[pd.DataFrame, list[str]]:
    with np.load(file) as kept:
        names = [str(name) for name in kept["names"]]
        frame = pd.DataFrame(kept["values"], index=kept["times"], columns=names)
        return frame, [name for name, is_so in zip(names, kept["constant"], strict=True) if is_so]


def against_vensim(ours: pd.DataFrame, constant: Sequence[str], run: Path) -> str:
    """Return how far a result is from Vensim's own, in a few words.

    Parameters
    ----------
    ours : pandas.DataFrame
        Index time, one column a scalar.
    constant : sequence of str
        Columns that are constants of the file.
    run : Path
        A .vdf of Vensim.
    """
    import simlin

    theirs = simlin.load_vdf(run)
    theirs = theirs.where(theirs.abs() < 1e30)  # Vensim's :NA:
    known = {spelled(name) for name in constant}
    mine = {spelled(str(name)): name for name in ours.columns}
    other, gaps = 0, []
    for name in theirs.columns:
        key = spelled(str(name))
        if key in mine:
            gap, count, _ = compare(ours[[mine[key]]], theirs[[name]])
            if count and key in known:
                other += gap > FINE
            elif count:
                gaps.append(gap)
    if other:
        return f"{other} constants differ"
    beyond = sum(gap > FINE for gap in gaps)
    tail = f", {beyond} beyond 1e-6" if beyond else ""
    return f"{max(gaps, default=0.0):.1e} ({len(gaps)}{tail})"


def section(found: Iterable[Found]) -> str:
    """Return the section of the page."""
    rows = list(found)
    ran = [row for row in rows if "refused" not in row.ours]
    same = sum(row.apart <= SAME for row in ran)
    compared = sum(row.apart == row.apart for row in ran)
    lines = [
        OUTSIDE,
        INTRODUCTION,
        f"{len(rows)} files; {len(ran)} run; {compared} compared with PySD, {same} of them equal "
        f"within {SAME:g}.",
        "",
        "| model | licence | variables | scalars | open | run | engine | PySD | from PySD "
        "| from Vensim | |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *(_line(row) for row in rows),
        "",
    ]
    return "\n".join(lines)


def _line(row: Found) -> str:
    entry, ours, pysd = row.entry, row.ours, row.pysd
    name = f"`{entry.repository}@{entry.commit[:7]}` {Path(entry.path).name}"
    apart = "" if row.apart != row.apart else "0" if row.apart == 0 else f"{row.apart:.1e}"
    cells = [
        name,
        entry.licence,
        str(ours.get("variables", "")),
        str(ours.get("scalars", "")),
        _seconds(ours, "opened"),
        _seconds(ours, "ran"),
        str(ours.get("engine", "")),
        _seconds(pysd, "ran") or _short(pysd.get("refused", "")),
        apart,
        row.genuine,
        _short(ours.get("refused", "")) or entry.why,
    ]
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _seconds(said: dict[str, Any], key: str) -> str:
    return f"{said[key]:.1f}" if key in said else ""


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."


def _each(found: Iterator[Found]) -> Iterator[Found]:
    for row in found:
        click.echo(_line(row), err=True)
        yield row


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--write", "out", type=click.Path(path_type=Path), help="Page to write it into.")
@click.option("--limit", default=LIMIT, show_default=True, help="Seconds for one run.")
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    help="Results of PySD, kept from one command to the next; FOLDER/pysd if left out.",
)
@click.option("--only", default="", help="Files whose repository or path holds this text.")
def main(folder: Path, out: Path | None, limit: float, kept: Path | None, only: str) -> None:
    """Run each listed model that lies in FOLDER."""
    listed = entries(LIST.read_text(encoding="utf-8"))
    chosen = [e for e in listed if only in f"{e.repository}/{e.path}" and e.file(folder).is_file()]
    text = section(
        list(_each(examine(entry, folder, kept or folder / "pysd", limit) for entry in chosen))
    )
    if out is None:
        click.echo(text)
    else:
        put_text(out, with_section(out.read_text(encoding="utf-8"), text))


if __name__ == "__main__":
    main()
