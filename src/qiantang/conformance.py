"""The engine against models that others wrote, against PySD, and against published output."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Engine, Unsupported
from qiantang.faults import StudyError
from qiantang.files import door
from qiantang.modelfile.names import spelled
from qiantang.simulate import simulate_model

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".mdl", ".xmile", ".stmx")
PUBLISHED = (".tab", ".csv", ".dat")
MISSING = -(2.0**109)
"""What Vensim writes for a value that is not available."""
CLOSE, FINE = 1e-3, 1e-6
"""Tolerances against published output, relative to the size of the variable."""
SAME = 1e-9
"""Tolerance against PySD."""
LARGEST = 100
"""Scalars up to which a file is compiled for the check; beyond, arrays run the same program."""
SMALLEST = 1e-6
"""Size below which a difference counts as absolute."""


@dataclass(frozen=True)
class Row:
    """What was found for one model file.

    Parameters
    ----------
    name : str
        Folder and file.
    refused : str
        Why the engine does not compile it; empty if it does.
    oracle : str
        Why PySD does not run it; empty if it does.
    apart : float
        Largest difference from PySD, relative to the size of the variable; NaN if not compared.
    published : float
        The same from the published output.
    columns : tuple of int
        Variables compared with PySD and with the published output.
    worst : tuple of str
        The variables in which these differences stand.
    oracle_published : float
        Largest difference of PySD from the published output.
    engine : str
        The backend that ran.
    decimals : float
        Where the engine differs from PySD: the difference from PySD with the whole numbers of the
        file written as decimals.
    """

    name: str
    refused: str = ""
    oracle: str = ""
    apart: float = float("nan")
    published: float = float("nan")
    columns: tuple[int, int] = (0, 0)
    worst: tuple[str, str] = ("", "")
    oracle_published: float = float("nan")
    engine: str = ""
    decimals: float = float("nan")

    @property
    def compiled(self) -> bool:
        """Tell whether the engine runs the model itself."""
        return not self.refused

    @property
    def close(self) -> bool:
        """Tell whether nothing differs from the published output, if there is one."""
        return not self.published > CLOSE

    @property
    def agrees(self) -> bool:
        """Tell whether nothing that can be compared differs."""
        return self.compiled and self.close and not self.apart > SAME

    @property
    def corrects(self) -> bool:
        """Tell whether the engine follows the published output where PySD does not."""
        nearer = self.published <= CLOSE and self.published < 0.1 * self.oracle_published
        return self.compiled and self.apart > SAME and (nearer or self.decimals <= SAME)


def home() -> Path:
    """Return the folder of the public test models: the environment's, or beside the repository."""
    given = os.environ.get("QIANTANG_TEST_MODELS")
    return Path(given) if given else Path(__file__).parents[3] / "shared" / "test-models"


def models(folder: Path) -> list[Path]:
    """Return the model files under a folder, in order."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def check(file: Path, root: Path, engine: Engine = "numpy") -> Row:
    """Run one model file with the engine and with PySD, and compare.

    Parameters
    ----------
    file : Path
        A Vensim or XMILE file; published output is looked for beside it.
    root : Path
        Folder that names are given relative to.
    engine : {"numpy", "kernel"}
        Which backend to check; the kernel up to :data:`LARGEST` variables.
    """
    name = file.relative_to(root).as_posix()
    ours, refused = _run(file, "numpy")
    if engine == "kernel" and ours is not None and len(ours.columns) <= LARGEST:
        ours, refused = _run(file, engine)
    theirs, oracle = _run(file, "pysd")
    published = [read_published(found) for found in published_files(file)]
    apart, columns, worst = float("nan"), [0, 0], ["", ""]
    if ours is not None and theirs is not None:
        apart, columns[0], worst[0] = compare(ours, theirs)
    decimals = _with_decimals(file, ours) if ours is not None and apart > SAME else float("nan")
    nearest, oracle_nearest = float("nan"), float("nan")
    for frame in published:
        # A folder may hold the outputs of several programs: the nearest is this file's own.
        if ours is not None:
            gap, count, where = compare(ours, frame)
            if count and not gap >= nearest:
                nearest, columns[1], worst[1] = gap, count, where
        if theirs is not None:
            gap, count, _ = compare(theirs, frame)
            if count and not gap >= oracle_nearest:
                oracle_nearest = gap
    return Row(
        name,
        refused,
        oracle,
        apart,
        nearest,
        (columns[0], columns[1]),
        (worst[0], worst[1]),
        oracle_nearest,
        "" if ours is None else str(ours.attrs["engine"]),
        decimals,
    )


def _with_decimals(file: Path, ours: pd.DataFrame) -> float:
    """Return the difference from PySD that does not come from its whole numbers."""
    from qiantang.engine.pysd_oracle import run_alone

    try:
        return compare(ours, run_alone(file, {}, data_files(file), decimals=True))[0]
    except ValueError:
        return float("nan")


def _run(file: Path, engine: Engine) -> tuple[pd.DataFrame | None, str]:
    try:
        return simulate_model(file, engine=engine, data_files=data_files(file)), ""
    except Unsupported as refusal:
        return None, str(refusal).removesuffix(" is not compiled")
    except StudyError as error:
        return None, re.sub(r"\s+", " ", error.faults[0].what)


def data_files(file: Path) -> list[Path]:
    """Return the tables of data that stand beside a model as ``data.tab``."""
    found = file.with_name("data.tab")
    return [found] if found.is_file() else []


def published_files(file: Path) -> list[Path]:
    """Return the published outputs beside a model file."""
    beside = sorted(p for p in file.parent.glob("output*") if p.suffix in PUBLISHED)
    own = (file.with_suffix(suffix) for suffix in PUBLISHED)
    return [*beside, *(p for p in own if p.is_file() and p != file)]


def read_published(file: Path) -> pd.DataFrame:
    """Return a published output, index ``Time``; empty cells and Vensim's :NA: are NaN."""
    import pandas as pd

    text = door.content(file, door.DATA_LIMIT).decode("utf-8-sig", errors="replace")
    if file.suffix == ".dat":
        return _read_dat(text)
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if file.suffix == ".tab" else ","))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    width = len(rows[0])
    values = np.array([[_number(c) for c in (row + [""] * width)[:width]] for row in rows[1:]])
    frame = pd.DataFrame(values.reshape(-1, width), columns=rows[0])
    return frame.set_index(rows[0][0])


def _read_dat(text: str) -> pd.DataFrame:
    """Return Vensim's .dat: a name on a line of its own, then a line a time."""
    import pandas as pd

    columns: dict[str, dict[float, float]] = {}
    name = ""
    for line in text.splitlines():
        time, tab, value = line.rpartition("\t")
        if tab:
            columns.setdefault(name, {})[_number(time)] = _number(value)
        else:
            name = line.strip()
    frame = pd.DataFrame({n: pd.Series(v) for n, v in columns.items()})
    return frame.sort_index()


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    return float("nan") if value == MISSING or abs(value / MISSING - 1) < 1e-5 else value


def compare(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[float, int, str]:
    """Return the largest difference relative to size, the columns compared, and the worst one.

    A value that is a number on one side only is an infinite difference; a gap in a published
    column, which holds no values at all times, is none.
    """
    mine = {spelled(str(name)): number for number, name in enumerate(ours.columns)}
    rows = list(_same_times(ours, theirs))
    if not rows:
        return float("nan"), 0, ""
    left, right = (np.array(side) for side in zip(*rows, strict=True))
    a_all, b_all = ours.to_numpy(dtype=np.float64), theirs.to_numpy(dtype=np.float64)
    largest, count, worst = 0.0, 0, ""
    for number, name in enumerate(theirs.columns):
        place = mine.get(spelled(str(name)))
        if place is None:
            continue
        gap = _gap(a_all[left, place], b_all[right, number])
        count += 1
        if gap > largest or not worst:
            largest, worst = max(gap, largest), str(name)
    return (largest, count, worst) if count else (float("nan"), 0, "")


def _gap(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    known = ~np.isnan(b)
    if not known.any():
        return 0.0
    size = max(float(np.max(np.abs(b[known & np.isfinite(b)]), initial=0.0)), SMALLEST)
    same = (a == b) | ~known
    with np.errstate(invalid="ignore"):
        gap = np.where(same, 0.0, np.abs(a - b) / size)
    return float(np.max(np.where(np.isnan(gap), np.inf, gap)))


def _same_times(ours: pd.DataFrame, theirs: pd.DataFrame) -> Iterator[tuple[int, int]]:
    times = ours.index.to_numpy(dtype=np.float64)
    for row, time in enumerate(theirs.index.to_numpy(dtype=np.float64)):
        if not len(times) or np.isnan(time):
            continue
        nearest = int(np.argmin(np.abs(times - time)))
        if abs(times[nearest] - time) <= 1e-6 * max(1.0, abs(time)):
            yield nearest, row
