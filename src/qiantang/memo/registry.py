"""The register of numbers: nothing numeric enters a memo's text but through it.

A number that is said is marked in the text and noted with where it comes from. The annex table is
written from the same notes, so text and annex cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: Marks around a number in running text: begin, end of its key, end. Private-use characters.
BEGIN, KEY, END = "\ue000", "\ue001", "\ue002"
#: Marks around words quoted as they stand in a source, digits and all.
QUOTE, UNQUOTE = "\ue003", "\ue004"


@dataclass(frozen=True)
class Entry:
    """One number of a memo and where it comes from.

    Parameters
    ----------
    number : int
        Its place in the annex, from 1.
    text : str
        As it stands in the memo.
    what : str
        What it is, in the memo's language.
    value : str
        Before it was rounded and put into the reader's unit. [unit]
    unit : str
        Of the model.
    scenario, world : str
        Empty where the number is no result of a scenario.
    members, seed, model, fit : str
        Of the run; for a number that is no result, `origin` says where it stands.
    origin : str
    """

    number: int
    text: str
    what: str
    value: str
    unit: str = ""
    scenario: str = ""
    world: str = ""
    members: str = ""
    seed: str = ""
    model: str = ""
    fit: str = ""
    origin: str = ""


@dataclass
class Registry:
    """The numbers of one memo, in the order in which they are first said."""

    entries: list[Entry] = field(default_factory=list)
    _known: dict[tuple[str, ...], int] = field(default_factory=dict)

    def say(self, text: str, what: str, value: float | str, **origin: str) -> str:
        """Note a number and return its text, marked; the same number is noted once.

        Parameters
        ----------
        text : str
            As it shall stand in the memo.
        what : str
        value : float or str
            Before rounding.
        **origin : str
            The other fields of `Entry`.
        """
        told = value if isinstance(value, str) else f"{value:.6g}"
        key = (text, what, told, *(f"{name}={origin[name]}" for name in sorted(origin)))
        if key not in self._known:
            self._known[key] = len(self.entries) + 1
            self.entries.append(Entry(self._known[key], text, what, told, **origin))
        return f"{BEGIN}{self._known[key]}{KEY}{text}{END}"

    def used(self, numbers: set[int]) -> list[Entry]:
        """Return the entries that a text names, in order."""
        return [entry for entry in self.entries if entry.number in numbers]


def quoted(text: str) -> str:
    """Mark words taken from a source as they stand."""
    words = " ".join(text.split()).replace("|", r"\|")
    return f"{QUOTE}{words}{UNQUOTE}" if words else ""


def plain(text: str) -> str:
    """Return a text without marks."""
    return re.sub(f"{BEGIN}\\d+{KEY}|[{END}{QUOTE}{UNQUOTE}]", "", text)


def tip(entry: Entry) -> str:
    """Return what a pointer resting on a number tells."""
    parts = (entry.what, entry.scenario, entry.world, f"{entry.value} {entry.unit}".strip())
    return "; ".join(part for part in parts if part)
