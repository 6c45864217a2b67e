"""Chinese words, so that no line is broken inside one: the longest that a list holds, else two.

The list beside this module holds words of titles and names of such studies; whatever it does not
hold is taken in pairs of characters, as most Chinese words are. A general segmenter would bring
ten megabytes of dictionary for a few titles. Lines are broken between these words alone, and where
Chinese and English typesetting allow it: no mark begins a line, no bracket ends one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from qiantang.files.own import own_text

#: Marks that must not begin a line, and those that must not end one.
_NOT_FIRST = "，。；：、！？）》」』”’…·%％～,.;:!?)]}"
_NOT_LAST = "（《「『“‘～([{"
#: A number at the end of a piece, and what it counts or measures: they stay on one line.
_NUMBER = re.compile(r"[\d%]$")
_MEASURE = re.compile(r"[个项组条家年月日万亿元吨对倍次种级人天小]")
#: A run of Latin letters and digits with its marks, up to a bar between choices; blanks; a run of
#: Chinese; or one character.
_PIECES = re.compile(r"[!-{}~\u00a0-\u024f–−≥≤]+\|?|\s+|[\u4e00-\u9fff]+|.")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

#: Words of one character, which belong to none beside them.
_ALONE = frozenset("的在与和及或为由从至对被将之以其按每各这第约近年月日人个项条组家")


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=4)
def _known(more: frozenset[str]) -> tuple[frozenset[str], int]:
    words = more | frozenset(own_text("wording", "chinese_words.txt").split())
    return words, max(map(len, words))


def broken(text: str, fits: Callable[[str], bool], more: frozenset[str] = _NONE) -> list[str]:
    """Break a line of text into lines that fit.

    Parameters
    ----------
    text : str
    fits : callable
        Tells whether a line has room.
    more : frozenset of str
        Words besides those of the list.

    Returns
    -------
    list of str
        A piece that has no room by itself is broken where the room ends.
    """
    lines, line = [], ""
    for piece in pieces(text, more):
        if line and not fits((line + piece).rstrip()):
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while not fits(line.rstrip()) and len(line) > 1:
            head = _longest(line, fits)
            lines.append(line[:head])
            line = line[head:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def pieces(text: str, more: frozenset[str] = _NONE) -> list[str]:
    """Return the pieces a line may be broken between: marks hang on to their neighbours."""
    joined: list[str] = []
    for piece in _words(text, more):
        hangs = (
            piece[0] in _NOT_FIRST
            or piece[0] in "<>"
            or (joined and joined[-1][-1] in _NOT_LAST)
            or (joined and _NUMBER.search(joined[-1]) and _MEASURE.match(piece))
        )
        if joined and hangs and not piece.isspace() and not joined[-1].isspace():
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _words(text: str, more: frozenset[str]) -> Iterator[str]:
    """Yield runs of Latin letters, blanks, marks, and Chinese words."""
    for piece in _PIECES.findall(text):
        if _CHINESE.match(piece):
            yield from segmented(piece, more)
        else:
            yield piece


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """Return how many characters of a piece without a break fit, at least one."""
    most = 1
    while most < len(text) and fits(text[: most + 1]):
        most += 1
    return most


def segmented(text: str, more: frozenset[str] = _NONE) -> list[str]:
    """Return a run of Chinese characters as words.

    Parameters
    ----------
    text : str
    more : frozenset of str
        Words besides those of the list.

    Returns
    -------
    list of str
        Joined they are the text.
    """
    words, longest = _known(more)
    found: list[str] = []
    at, left = 0, ""
    while at < len(text):
        size = next((n for n in range(min(longest, len(text) - at), 1, -1)
                     if text[at : at + n] in words), 0)  # fmt: skip
        if not size and text[at] not in _ALONE:
            left += text[at]
            at += 1
            continue
        found += _pairs(left)
        left = ""
        found.append(text[at : at + max(size, 1)])
        at += max(size, 1)
    return [*found, *_pairs(left)]


def _pairs(text: str) -> list[str]:
    """Return characters by two; three stay together."""
    if len(text) <= 3:
        return [text] if text else []
    return [text[:2], *_pairs(text[2:])]
