"""Bad files, made from sound ones: ``bad/<kind>.yaml`` holds the sound text and one edit a mistake.

A table has two parts. ``sound`` maps a name to a text that the reader accepts; a text may also be
the path of a file below ``tests/``. ``mistakes`` maps a name to an edit of it and what is said:

``of``       the sound text that is edited, the first one unless said;
``replace``  old text to new text, the old one standing there once; `` ... `` within a text that is
             looked for stands for whatever is between;
``delete``   the whole lines that read so;
``insert``   a line to the lines that follow it;
``text``     the whole file, where nothing of the sound text is left;
``encoding`` what the file is saved in, UTF-8 unless said;
``beside``   mistakes whose files stand in the same folder;
``expect``   what follows the file's name in the sentence, or in each of several sentences. Three
             dots at the end stand for what is too long to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from qiantang.faults import Fault, StudyError

TESTS = Path(__file__).parent
BAD = TESTS / "bad"


@dataclass(frozen=True)
class Mistake:
    """One bad file that a reader must refuse, and the sentences that say why."""

    kind: str
    name: str
    suffix: str
    content: bytes
    expect: tuple[str, ...]
    beside: tuple[str, ...]

    def write(self, folder: Path) -> Path:
        """Write the file, and those that it needs beside it."""
        for mistake in mistakes(self.kind):
            if mistake.name in (self.name, *self.beside):
                (folder / f"{mistake.name}{self.suffix}").write_bytes(mistake.content)
        return folder / f"{self.name}{self.suffix}"

    def refused(self, read: Callable[[Path], object], folder: Path) -> None:
        """Hold that reading the file gives the expected sentences, and no other."""
        path = self.write(folder)
        with pytest.raises(StudyError) as caught:
            read(path)
        self.told(caught.value.faults, path)

    def told(self, faults: Iterable[Fault], path: Path) -> None:
        """Hold the faults of a file against what is expected, word for word."""
        name = str(Fault(path, None, "", "")).removesuffix(": ")
        lines = [str(fault) for fault in faults]
        assert len(lines) == len(self.expect), lines
        for line, expected in zip(lines, self.expect, strict=True):
            assert "\n" not in line
            if expected.endswith("..."):
                assert line.startswith(name + expected.removesuffix("..."))
            else:
                assert line == name + expected


def sound(kind: str) -> dict[str, str]:
    """Return the sound texts of a kind by name, the first of them the usual one."""
    texts = _table(kind).get("sound", {})
    return {
        name: text if "\n" in text else (TESTS / text).read_text(encoding="utf-8")
        for name, text in texts.items()
    }


@cache
def mistakes(kind: str) -> list[Mistake]:
    """Return every mistake of a kind, in the order of its table."""
    texts = sound(kind)
    suffix = _table(kind).get("suffix", ".yaml")
    return [
        Mistake(
            kind, name, suffix,
            edited(entry, texts).encode(entry.get("encoding", "utf-8")),
            tuple([said] if isinstance(said := entry["expect"], str) else said),
            tuple(entry.get("beside", ())),
        )
        for name, entry in _table(kind)["mistakes"].items()
    ]  # fmt: skip


def each_mistake(kind: str) -> pytest.MarkDecorator:
    """Return the mark that runs a test once for every mistake of a kind."""
    return pytest.mark.parametrize("mistake", mistakes(kind), ids=lambda mistake: mistake.name)


def accepted(kind: str, read: Callable[[Path], object], folder: Path) -> None:
    """Hold that the sound texts are sound, so that a refusal is due to the edit alone."""
    for name, text in sound(kind).items():
        path = folder / f"{name}{_table(kind).get('suffix', '.yaml')}"
        path.write_bytes(text.encode())
        read(path)


def edited(entry: dict[str, Any], texts: dict[str, str]) -> str:
    """Return the text of a mistake; an edit that finds no place, or two, is an error."""
    if "text" in entry:
        return str(entry["text"])
    text = texts[entry.get("of", next(iter(texts)))]
    for old, new in entry.get("replace", {}).items():
        at = _place(text, _pattern(old))
        text = text[: at.start()] + new + text[at.end() :]
    if "delete" in entry:
        at = _place(text, _lines(entry["delete"]))
        text = text[: at.start()] + text[at.end() :]
    for line, new in entry.get("insert", {}).items():
        at = _place(text, _lines(line))
        text = text[: at.end()] + new.removesuffix("\n") + "\n" + text[at.end() :]
    return text


def _pattern(text: str) -> str:
    return re.escape(text).replace(re.escape(" ... "), "(?s:.*?)")


def _lines(text: str) -> str:
    """Return the pattern of whole lines, whatever the first one's indentation."""
    return rf"^[ \t]*{_pattern(text.removesuffix(chr(10)))}\n"


def _place(text: str, pattern: str) -> re.Match[str]:
    found = list(re.finditer(pattern, text, re.MULTILINE))
    assert len(found) == 1, f"{pattern!r} stands {len(found)} times in the sound text"
    return found[0]


@cache
def _table(kind: str) -> dict[str, Any]:
    found = YAML(typ="safe", pure=True).load(BAD / f"{kind}.yaml")
    assert isinstance(found, dict)
    return found
