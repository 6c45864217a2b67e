"""When two spellings are one name, and what a name is called in YAML, Python and CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import combining, normalize

_UNNAMED = "variable"
"""Identifier of a name that has no letter and no digit."""


@lru_cache(maxsize=1 << 16)
def plain(name: str) -> str:
    r"""Return a name in the form in which two spellings of it are equal.

    Case, quotes around the whole, and runs of blanks and underscores do not matter, in Vensim and
    in XMILE alike; ``\n`` in an XMILE name is a blank. A letter with an accent may be one
    character or two (Unicode standard annex 15, form C). The mark of a range that a function runs
    over stays behind the quotes: ``"a b"!`` is ``a_b!``.
    """
    bare = name.strip() if name.isascii() else normalize("NFC", name.strip())
    if bare.endswith('"!'):
        return f"{plain(bare[:-1])}!"
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1].replace('\\"', '"')
    return re.sub(r"(?:[\s_\u00a0]|\\n)+", "_", bare.strip()).strip("_").lower() or bare


def spelled(name: str) -> str:
    """Return a name with its subscripts in the form in which two spellings of it are equal."""
    head, bracket, inner = name.strip().partition("[")
    parts = ",".join(plain(part) for part in inner.rstrip("] ").split(",")) if bracket else ""
    return f"{plain(head)}[{parts}]" if bracket else plain(head)


def identifier(name: str) -> str:
    """Return the name used in YAML, Python and CSV for a name of a model file.

    Parameters
    ----------
    name : str
        As in the file, quoted or not.

    Returns
    -------
    str
        Lower case, one underscore for each run of blanks, no quotes or punctuation. Accents of
        Latin letters are left out, letters of other scripts stay; compatibility forms such as
        subscripts and full-width letters become plain ones, as in Python's own identifiers
        (PEP 3131).
    """
    composed = normalize("NFC", _without_accents(plain(name)))
    kept = (c for c in composed if ("a" + c).isidentifier())
    joined = re.sub(r"_+", "_", "".join(kept)).lower()
    return joined if joined.strip("_") else _UNNAMED


def identifiers(names: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """Return an identifier of its own for each of several names.

    Parameters
    ----------
    names : iterable of str
        As in the file; spellings of one name count once.
    reserved : iterable of str
        Identifiers that none of them may have.

    Returns
    -------
    dict of str to str
        :func:`plain` name to identifier, in the order given. Where two names have the same
        :func:`identifier`, the one that is written so keeps it, or else the first; the others
        get ``_1``, ``_2``.
    """
    wanted = {plain(name): identifier(name) for name in names}
    taken, wished = set(reserved), set(wanted.values())
    found = dict.fromkeys(wanted, "")
    for name in sorted(wanted, key=lambda name: name != wanted[name]):
        chosen, number = wanted[name], 0
        while chosen in taken or (number and chosen in wished):
            number += 1
            chosen = f"{wanted[name]}_{number}"
        taken.add(chosen)
        found[name] = chosen
    return found


def _without_accents(text: str) -> str:
    """Return a text, decomposed, without the marks on its Latin letters."""
    kept: list[str] = []
    latin = False
    for letter in normalize("NFKD", text):
        if latin and combining(letter):
            continue
        latin = letter.isascii()
        kept.append(letter)
    return "".join(kept)
