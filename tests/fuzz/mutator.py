"""Mutates YAML files by characters, lines, tokens and structure, each from its seed alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kind:
    """A kind of file: whole ones to start from, and what reads one.

    Parameters
    ----------
    seeds : tuple of Path
    read : callable
        Returns, or raises a StudyError.
    """

    seeds: tuple[Path, ...]
    read: Callable[[Path], object]


#: Values in place of a number or a word: what people type, and what breaks programs.
ODD = (
    "", "0", "-1", "1e999", "-1e999", ".nan", ".inf", "-.inf", "1_000", "0x" + "F" * 400, "0o17",
    "9" * 400, "9" * 5000, "1e-320", "true", "no", "null", "~", "[]", "{}", "[1, [2, [3]]]",
    "{a: {b: c}}", "'", '"', "''", "!!binary aGk=", "!!set {a, b}", "!!python/object:os.system x",
    "!!float x", "!!int 1.5", "!!timestamp 2018-06-01", "2018-06-01", "2018-13-45", "12:30:45",
    "&a *a", "*a", "<<", "? x", "- x", "| \n x", "> \n x", "\t", "\u0000", "\ufeff", "\u2028",
    "\U0001f600", "概率", "通关便利", "air_rutes", "Dmnl", "2018", "actual", "all", "%", "@", "`",
    "../../etc/passwd", "C:\\x", "x" * 10_000, "[" * 300, "{a: " * 300,
)  # fmt: skip
_TOKEN = re.compile(r"[^\s,:{}\[\]#]+")


def mutated(data: bytes, seed: int) -> bytes:
    """Return a file changed in one to four ways that follow from the seed."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        change = rng.choice(_CHANGES)
        data = change(data, rng)
    return data[:200_000]


def _text(change: Callable[[str, random.Random], str]) -> Callable[[bytes, random.Random], bytes]:
    """Turn a change of text into one of bytes; what is no text any more is left to it as it is."""

    def made(data: bytes, rng: random.Random) -> bytes:
        return change(data.decode("utf-8", "surrogateescape"), rng).encode(
            "utf-8", "surrogateescape"
        )

    return made


def _character(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    put = rng.choice((*":-#&*!|>'\"%@`{}[],?~ \t\n\r", "：", "，", "“", "\x07", "\x85", ""))
    return text[:at] + put + text[at + rng.randrange(2) :]


def _cut(text: str, rng: random.Random) -> str:
    first, last = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return rng.choice((text[:first], text[last:], text[:first] + text[last:]))


def _token(text: str, rng: random.Random) -> str:
    found = list(_TOKEN.finditer(text))
    if not found:
        return text
    token = rng.choice(found)
    return text[: token.start()] + rng.choice(ODD) + text[token.end() :]


def _misspelt(text: str, rng: random.Random) -> str:
    found = [match for match in _TOKEN.finditer(text) if len(match[0]) > 1]
    if not found:
        return text
    token = rng.choice(found)
    letters = list(token[0])
    at = rng.randrange(len(letters) - 1)
    letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return text[: token.start()] + "".join(letters) + text[token.end() :]


def _line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at, other = (rng.randrange(len(lines)) for _ in range(2))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] = " " * rng.randrange(6) + lines[at].lstrip()
    else:
        lines[at] = f"{rng.choice(ODD)}: {rng.choice(ODD)}"
    return "\n".join(lines)


def _anchored(text: str, rng: random.Random) -> str:
    """Name a value and use it elsewhere, itself perhaps."""
    places = [match.end() for match in re.finditer(r": ", text)]
    if len(places) < 2:
        return text
    one, two = sorted(rng.sample(places, 2))
    return f"{text[:one]}&x {text[one:two]}*x{text[text.find(chr(10), two) :]}"


def _merged(text: str, rng: random.Random) -> str:
    return f"{text}\n{'  ' * rng.randrange(3)}<<: {rng.choice(('*x', '{a: 1}', '[1]', '3'))}\n"


def _bombed(text: str, rng: random.Random) -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join([*lines, text])


def _bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    put = rng.choice((b"\xff", b"\xfe\xff", b"\x00", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf"))
    return data[:at] + put + data[at:]


def _wide(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "gb18030", "utf-8-sig", "utf-32")))


def _lines(data: bytes, rng: random.Random) -> bytes:
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"\n---\n", b"\n...\n")))


#: Changes, the likely slips of a person more often than the rest.
_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_text(_token),) * 6,
    *(_text(_line),) * 5,
    *(_text(_misspelt),) * 4,
    *(_text(_character),) * 4,
    *(_text(_anchored),) * 2,
    _text(_cut), _text(_merged), _text(_bombed), _bytes, _wide, _lines,
)  # fmt: skip
