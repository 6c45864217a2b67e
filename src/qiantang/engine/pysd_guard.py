"""What a model file from elsewhere must not contain, because the parser would act on it.

PySD's translator evaluates the range of a table, the text between ``([`` and ``],``, as Python.
An XMILE file may declare entities, which an XML parser expands or fetches.
"""

from __future__ import annotations

import re

_RANGE = re.compile(r"\([^\w(\[]*\[(?P<range>[^\]]*)\][^\w(\[,]*,[^\w(\[]*\(")
"""A bracket after a parenthesis, then a comma and the first knot; the parser needs all of these."""

_PLAIN = re.compile(r"[\d\s.,()+\-eE]*", re.ASCII)
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class UnsafeModel(ValueError):  # noqa: N818 - it reads as what it says
    """A model file that would make its parser do more than read."""


def check_vensim(text: str, source: str) -> None:
    """Refuse a Vensim file in which the range of a table is anything but numbers.

    Parameters
    ----------
    text : str
        The very text that goes to the parser, decoded as the parser decodes it.
    source : str
        The file, for the message.

    Raises
    ------
    UnsafeModel
    """
    for match in _RANGE.finditer(text):
        if not _PLAIN.fullmatch(match["range"]):
            shown = " ".join(match["range"].split())[:60]
            raise UnsafeModel(
                f"{source} is refused: the range of a table is [{shown}], expected "
                "[(x,y)-(x,y)] with numbers only, as the parser would run it as code"
            )


def check_xmile(content: bytes, source: str) -> None:
    """Refuse an XMILE file that declares a document type or entities.

    Raises
    ------
    UnsafeModel
    """
    found = _DECLARATION.search(content)
    if found or b"\0" in content:
        what = "a DOCTYPE or ENTITY" if found else "zero bytes"
        raise UnsafeModel(f"{source} is refused: it has {what}, expected plain XMILE in UTF-8")
