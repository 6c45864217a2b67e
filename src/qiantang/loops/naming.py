"""What loops are called: by loops.yaml where they stand there, else by the stocks on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from qiantang.loops.finding import Found, Scored
from qiantang.model.loops import Loop

ONE_WAY = 0.99
"""Part of a loop's shares that has one sign from which on its polarity is told."""

MOST_STOCKS = 4
"""Stocks by which a loop without a name is called."""

Polarity = str
LETTERS: Mapping[Polarity, str] = {"reinforcing": "r", "balancing": "b", "changing": "u"}


@dataclass(frozen=True)
class Vocabulary:
    """What is known of the variables of a model, and of its loops.

    Parameters
    ----------
    title, title_zh : callable
        Title of a variable.
    known : mapping of frozenset of int to Loop
        Loops of loops.yaml by the places of their edges.
    articles : mapping of int to collection of str
        Variables that each article of a plan acts on.
    """

    title: Callable[[str], str]
    title_zh: Callable[[str], str]
    known: Mapping[frozenset[int], Loop] = field(default_factory=dict)
    articles: Mapping[int, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """A loop with its name.

    Parameters
    ----------
    id : str
        As loops.yaml says; else a letter for the polarity and a number.
    title, title_zh : str
    polarity : {"reinforcing", "balancing", "changing"}
    path : tuple of str
        Names of its variables; the last acts on the first.
    articles : tuple of int
        Articles of the plan that act on a variable of it.
    """

    id: str
    title: str
    title_zh: str
    polarity: Polarity
    path: tuple[str, ...]
    articles: tuple[int, ...]


def named_loops(found: Found, words: Vocabulary, begin: Sequence[str]) -> list[Named]:
    """Name the loops that are shown.

    Parameters
    ----------
    found : Found
    words : Vocabulary
    begin : sequence of str
        Variables at which a path begins, where it passes one of them; else at a stock.
    """
    counts: Counter[str] = Counter()
    result = []
    for loop in found.loops:
        path = _turned(found, loop, begin)
        known = words.known.get(frozenset(loop.edges))
        polarity = polarity_of(loop)
        letter = LETTERS[polarity]
        stocks = [n for n in path if found.network.program.slot_of[n] in
                  found.network.program.state_of] or list(path)  # fmt: skip
        counts[letter] += known is None
        own = f"{letter}{counts[letter]}" if words.known else f"{letter}{counts[letter]}".upper()
        result.append(
            Named(
                known.id if known else own,
                known.title if known else _joined(stocks, words.title, len(path)),
                known.title_zh if known else _joined(stocks, words.title_zh, len(path)),
                polarity,
                path,
                tuple(n for n, acted in words.articles.items() if set(acted) & set(path)),
            )
        )
    return result


def polarity_of(loop: Scored) -> Polarity:
    """Return the sign that a loop's scores have, by their size."""
    share = loop.share[np.isfinite(loop.share)]
    size = np.abs(share).sum()
    positive = share[share > 0].sum()
    if positive >= ONE_WAY * size and size > 0:
        return "reinforcing"
    return "balancing" if size - positive >= ONE_WAY * size and size > 0 else "changing"


def _turned(found: Found, loop: Scored, begin: Sequence[str]) -> tuple[str, ...]:
    """Return the names on a loop, from where it is to begin."""
    program = found.network.program
    slots = [found.network.edges[edge][0] for edge in loop.edges]
    names = [program.name_of[slot] for slot in slots]
    at = [names.index(name) for name in begin if name in names]
    at += [place for place, slot in enumerate(slots) if slot in program.state_of]
    first = at[0] if at else 0
    return (*names[first:], *names[:first])


def _joined(stocks: Sequence[str], title: Callable[[str], str], length: int) -> str:
    shown = [title(name) for name in stocks[:MOST_STOCKS]]
    more = [f"+{len(stocks) - MOST_STOCKS}"] if len(stocks) > MOST_STOCKS else []
    return " > ".join([*shown, *more])
