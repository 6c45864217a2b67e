"""What a model file from elsewhere must not contain, because the parser would act on it.

PySD's translator evaluates the range of a table, the text between ``([`` and ``],``, as Python.
An XMILE file may declare entities, which an XML parser expands or fetches. And what PySD makes of a
model opens every file that the model names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qiantang.files import door

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


def check_files(model: Any, folder: Path, source: str) -> None:
    """Refuse a model that names a file which is not to be opened.

    Parameters
    ----------
    model : pysd.translators.structures.abstract_model.AbstractModel
        What PySD's parser made of the file; PySD opens the files that stand in it.
    folder : Path
        Of the model file.
    source : str
        The file, for the message.

    Raises
    ------
    UnsafeModel
    """
    for name in _files(model):
        try:
            door.check(door.beside(folder, name), door.DATA_LIMIT)
        except FileNotFoundError:
            continue  # PySD says so itself
        except OSError as error:
            what = f"it reads {name}, which cannot be read: {error.strerror}"
            raise UnsafeModel(f"{source} is refused: {what}") from None


def _files(part: Any) -> Iterator[str]:
    """Yield the names of files in a structure of PySD."""
    if isinstance(part, (list, tuple)):
        for item in part:
            yield from _files(item)
        return
    held = part if isinstance(part, dict) else {}
    if type(part).__module__.startswith("pysd."):
        held = vars(part)
    for key, value in held.items():
        if key == "file" and isinstance(value, str):
            yield value
        else:
            yield from _files(value)
