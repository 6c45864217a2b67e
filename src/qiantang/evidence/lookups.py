"""The drivers' tables in the model file: written from the evidence, and held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qiantang.evidence.drivers import Drivers
from qiantang.faults import Fault
from qiantang.files import door
from qiantang.files.outfile import put_text, refuse_replacing
from qiantang.modelfile.names import identifier

#: A driver in the model file: its name, then a table of time.
_TABLE = re.compile(
    r"^(?P<name>[^\n=~|]+?)\s*=\s*WITH LOOKUP \(\s*Time,[\\\s]*\((?P<pairs>.*?)\)\s*\)\s*\n\t~",
    re.MULTILINE | re.DOTALL,
)
_PAIR = re.compile(r"\([^()]*\)")
_PAIRS_A_LINE = 6


def write_driver_lookups(model_file: Path, drivers: Drivers, *, force: bool = False) -> int:
    """Write each driver's central path, as known then, into its table; return how many changed.

    Everything else in the file stays as it is. The file is replaced whole or not at all.

    Raises
    ------
    StudyError
        A table holds something else, and is not to be replaced.
    """
    text = door.text(model_file)
    changed = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal changed
        name = identifier(match["name"])
        if name not in drivers.names:
            return match[0]
        wanted = _PAIR.findall(drivers.lookup_text(name))
        if _PAIR.findall(match["pairs"]) == wanted:
            return match[0]
        changed += 1
        return match[0].replace(match["pairs"], _layout(wanted))

    written = _TABLE.sub(replace, text)
    if changed:
        refuse_replacing([("--write-drivers", model_file)], force=force)
        put_text(model_file, written, "")
    return changed


def driver_faults(model_file: Path, drivers: Drivers) -> Iterator[Fault]:
    """Find drivers without a table in the model file, and tables that are not the evidence's."""
    text = door.text(model_file)
    seen = set()
    for match in _TABLE.finditer(text):
        name = identifier(match["name"])
        line = text.count("\n", 0, match.start()) + 1
        if name not in drivers.names:
            continue
        seen.add(name)
        if _PAIR.findall(match["pairs"]) != _PAIR.findall(drivers.lookup_text(name)):
            what = "the table is not the evidence's, run: qiantang evidence --write-drivers --force"
            yield Fault(model_file, line, name, what)
    for name in drivers.names:
        if name not in seen:
            yield Fault(model_file, None, name, "a driver of the evidence without a table of Time")


def _layout(pairs: list[str]) -> str:
    rows = [pairs[at : at + _PAIRS_A_LINE] for at in range(0, len(pairs), _PAIRS_A_LINE)]
    return ",\\\n\t\t".join(",".join(row) for row in rows)
