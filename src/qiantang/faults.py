"""A fault is one sentence about one place in a file; a study with faults is refused whole."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: What moves the cursor of a terminal, colours it, breaks a line, turns the direction of writing,
#: or is no character at all: C0 and C1 controls, marks of the bidirectional algorithm (Unicode
#: standard annex 9), line separators, half a surrogate pair.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Return a text with what would steer a terminal written out, as in ``\x1b``."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


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
        place = shown(self.file) if self.line is None else f"{shown(self.file)}:{self.line}"
        said = f"{self.where}: {self.what}" if self.where else self.what
        return printable(f"{place}: {said}")


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


def shown(file: Path | str) -> str:
    """Return the path as seen from the working folder, with forward slashes."""
    path = Path(file)
    try:
        relative = Path(os.path.relpath(path))
    except ValueError:  # another drive on Windows
        return path.as_posix()
    return (path if relative.parts[:1] == ("..",) else relative).as_posix()
