"""A sweep's folder: files that are there whole or not at all, each with its checksum in its name.

A part of the results is named ``<number>-<address>-<checksum>.parquet``: the address is the digest
of all that was asked, the checksum that of the file. One renaming puts data and checksum in place
at once, so that no moment exists at which they disagree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qiantang.files import door
from qiantang.files.put import UNFINISHED, put, remove

MANIFEST = "sweep.json"
POINTS = "points.parquet"
PARTS = "parts"
DONE = "checksums.json"

#: Characters of a digest in a file's name.
SHORT = 16
_NAME = re.compile(
    r"(?P<number>\d{6,})-(?P<address>[0-9a-f]{16})-(?P<sha256>[0-9a-f]{16})\.parquet"
)


@dataclass(frozen=True)
class Part:
    """One file of results.

    Parameters
    ----------
    number : int
        Of its chunk.
    name : str
        Of the file.
    sha256 : str
        Of its bytes.
    size : int
        [byte]
    """

    number: int
    name: str
    sha256: str
    size: int


def put_part(folder: Path, number: int, address: str, content: bytes) -> Part:
    """Write one part under its full name."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{number:06d}-{address[:SHORT]}-{sha256[:SHORT]}.parquet"
    put(folder / PARTS / name, content)
    return Part(number, name, sha256, len(content))


def sound_parts(folder: Path, addresses: list[str]) -> tuple[dict[int, Part], list[str]]:
    """Look through the parts of a folder and throw away what is damaged or not asked for.

    Parameters
    ----------
    folder : Path
    addresses : list of str
        Of every chunk of the sweep.

    Returns
    -------
    parts : dict
        Chunk number to its part, checksum verified.
    damaged : list of str
        Names of the parts that were thrown away.
    """
    parts: dict[int, Part] = {}
    damaged = []
    for path in sorted((folder / PARTS).iterdir()):
        found = _NAME.fullmatch(path.name)
        if found is None:
            continue
        number = int(found["number"])
        part = _verified(path, number, found["sha256"])
        asked = number < len(addresses) and addresses[number][:SHORT] == found["address"]
        if part is None or not asked or number in parts:
            remove(path)
            damaged.append(path.name)
        else:
            parts[number] = part
    return parts, damaged


def _verified(path: Path, number: int, expected: str) -> Part | None:
    content = door.content(path, door.RESULT_LIMIT)
    sha256 = hashlib.sha256(content).hexdigest()
    return Part(number, path.name, sha256, len(content)) if sha256.startswith(expected) else None


def is_part(path: Path, address: str, content: bytes) -> bool:
    """Tell whether a file is whole, and answers an address."""
    found = _NAME.fullmatch(path.name)
    return (
        found is not None
        and found["address"] == address[:SHORT]
        and hashlib.sha256(content).hexdigest().startswith(found["sha256"])
    )


def checksum(path: Path) -> str:
    """Return the beginning of the checksum that a part's name announces."""
    found = _NAME.fullmatch(path.name)
    return found["sha256"] if found is not None else "no part"


def diverged(path: Path, keep: str) -> dict[int, int]:
    """Count the runs that diverged of each case of a part; a case without one may be missing."""
    import pyarrow.parquet as pq

    table = pq.read_table(door.buffer(path), columns=["case_id", "diverged"])
    cases, told = table["case_id"].to_numpy(), table["diverged"].to_numpy()
    if keep == "runs":
        found, counts = np.unique(cases[told.astype(bool)], return_counts=True)
    else:  # the count stands in every row of its case
        found, places = np.unique(cases, return_index=True)
        counts = told[places]
    return dict(zip(map(int, found), map(int, counts), strict=True))


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for place in (folder, folder / PARTS):
        if place.is_dir():
            for path in place.iterdir():
                if path.name.startswith(".") and path.name.endswith(UNFINISHED):
                    remove(path)


def part_files(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield number and path of every part, in order."""
    for path in sorted((folder / PARTS).glob("*.parquet")):
        found = _NAME.fullmatch(path.name)
        if found is not None:
            yield int(found["number"]), path


def is_foreign(folder: Path) -> bool:
    """Tell whether a folder without a manifest holds anything that a sweep did not put there."""
    own = {POINTS, PARTS}
    return any(
        path.name not in own and not path.name.endswith(UNFINISHED) for path in folder.iterdir()
    ) or (not (folder / MANIFEST).exists() and any((folder / PARTS).glob("*.parquet")))
