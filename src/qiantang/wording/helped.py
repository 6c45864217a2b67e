"""What `--help` says in Chinese, from `help.yaml`, which is read when it is asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.cells import cell_len

from qiantang.files.yamlfile import read_yaml, validate
from qiantang.wording.segments import broken

_FILE = Path(__file__).with_name("help.yaml")
#: The name of what is filled in, where the command line's library writes it.
_NAME = re.compile(r"[A-Z]+")


class VerbHelp(BaseModel):
    """What a verb does, and each of its options that others do not share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    options: dict[str, str] = {}


class HelpFile(BaseModel):
    """The file ``help.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    program: str
    words: dict[str, str]
    metavars: dict[str, str]
    unbroken: str
    kinds: dict[str, str]
    shared: dict[str, str]
    verbs: dict[str, VerbHelp]


@lru_cache(maxsize=1)
def helped() -> HelpFile:
    """Return the texts of all pages."""
    return validate(read_yaml(_FILE), HelpFile)


def says(verb: str) -> str:
    """Return what a verb does, or the program where none is named."""
    return helped().verbs[verb].says if verb else helped().program


def first_sentence(verb: str) -> str:
    """Return the first sentence of what a verb does, without its stop."""
    return re.split("[。：；]", says(verb))[0]


def option_said(verb: str, flag: str) -> str:
    """Return what an option does.

    Raises
    ------
    KeyError
        If there is no text of it.
    """
    own = helped().verbs[verb].options if verb else {}
    return own[flag] if flag in own else helped().shared[flag]


def filled(usage: str) -> str:
    """Return what stands on a command line, the names of what is filled in in Chinese."""
    return _NAME.sub(lambda name: helped().metavars.get(name[0], name[0]), usage).strip()


def extra_said(extra: str) -> str:
    """Return what is noted behind an option: its default, its range, that it is required."""
    words = helped().words
    parts = []
    for part in extra.strip("[]").split("; "):
        name, sign, value = part.partition(": ")
        parts.append(words.get(name, name) + value if sign else words.get(part, part))
    return f"[{'；'.join(parts)}]"


def lines(text: str, room: int) -> list[str]:
    """Break a text into lines of a terminal, between words; a blank line begins a paragraph.

    Parameters
    ----------
    text : str
    room : int
        Width of a line, a Chinese character taking two columns.
    """
    more = frozenset(helped().unbroken.split())
    found: list[str] = []
    for part in text.split("\n"):
        found += broken(part, lambda line: cell_len(line) <= room, more)
    return found


def listed(rows: list[tuple[str, str]], room: int, most: int = 30) -> list[str]:
    """Return two columns, the second broken into lines; a long entry has a line of its own.

    Parameters
    ----------
    rows : list of (str, str)
    room : int
        Width of a line.
    most : int
        Width that the first column has at most.
    """
    first = min(max(cell_len(left) for left, _ in rows), most) + 2
    found = []
    for left, right in rows:
        right_lines = lines(right, room - first - 2)
        head = "  " + left
        if cell_len(left) > first - 2:
            found.append(head)
            head = ""
        found.append(head + " " * (first + 2 - cell_len(head)) + right_lines[0])
        found += [" " * (first + 2) + line for line in right_lines[1:]]
    return [line.rstrip() for line in found]
