"""A fault is one sentence about one place in a file; a study with faults is refused whole."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where.

    Parameters
    ----------
    file : Path or str
        The file as the user knows it.
    line : int or None
        Line of the file, counted from 1; None where the whole file is meant.
    where : str
        Dotted path inside the file, for example ``levers.market_access.unit``.
    what : str
        What is wrong and what was expected, one sentence without a full stop.
    """

    file: Path | str
    line: int | None
    where: str
    what: str

    def __str__(self) -> str:
        place = _shown(self.file) if self.line is None else f"{_shown(self.file)}:{self.line}"
        return f"{place}: {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


#: Exit codes: bad input, and a run or test that was made and failed.
REFUSED, FAILED = 2, 1


class StudyError(Exception):
    """A refusal that carries every fault found, in file and line order."""

    exit_code = REFUSED

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(
            sorted(faults, key=lambda fault: (str(fault.file), fault.line or 0))
        )
        super().__init__("\n".join(str(fault) for fault in self.faults))


class DivergedError(StudyError):
    """The input is sound, but no member of a scenario stayed finite: there is no result."""

    exit_code = FAILED


def nearest(name: str, known: Sequence[str] | Iterable[str]) -> str:
    """Return `` (did you mean X?)`` for the closest known name, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _shown(file: Path | str) -> str:
    """Return the path as seen from the working folder, with forward slashes."""
    path = Path(file)
    try:
        relative = Path(os.path.relpath(path))
    except ValueError:  # another drive on Windows
        return path.as_posix()
    return (path if relative.parts[:1] == ("..",) else relative).as_posix()
