"""Tables of points and arrays of numbers, which are read without a grammar: they can be long."""

from __future__ import annotations

import re
from math import isinf

from qiantang.modelfile.tree import NA, Knots, Literal, Numbers
from qiantang.modelfile.vensim.words import MisreadError, shown

_BRACKET = re.compile(r"\(\s*\[(?P<range>[^\]]*+)\]\s*,?")
_RANGE = re.compile(r"[\d\s.,()+\-eE]*")
_POINTS = re.compile(r"\(([^(),]*+),([^(),]*+)\)\s*+,?\s*+")
_LIST = re.compile(r"[\d\s.,;eE+\-]*|(?:[\d\s.,;eE+\-]*(?::NA:))++[\d\s.,;eE+\-]*", re.IGNORECASE)
_SINGLE = re.compile(r"\s*[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+\s*")
_TABBED = re.compile(r"\s*TABBED[\s_]+ARRAY\s*\((?P<body>[^()]*+)\)\s*", re.IGNORECASE)


def knots(text: str) -> Knots:
    """Read a table, ``([(0,0)-(10,10)],(0,0),(5,2))`` or ``(x, x, ..., y, y, ...)``.

    The range and the reference points in brackets belong to the drawing and are passed over.

    Parameters
    ----------
    text : str
        With its outer parentheses.

    Returns
    -------
    Knots

    Raises
    ------
    MisreadError
    """
    bracket = _BRACKET.match(text)
    if bracket and not _RANGE.fullmatch(bracket["range"]):
        raise MisreadError(
            "the range of the table must be written as ([(x,y)-(x,y)], with numbers only"
        )
    body = text[bracket.end() if bracket else 1 : -1].strip()
    if not body.startswith("("):
        values = [number(item) for item in body.rstrip(", \n\t").split(",")]
        if len(values) % 2 or len(values) < 2:
            raise MisreadError(
                f"the table has {len(values)} numbers, expected as many values of x as of y"
            )
        half = len(values) // 2
        return Knots(tuple(values[:half]), tuple(values[half:]))
    x, y, at = [], [], 0
    while at < len(body):
        point = _POINTS.match(body, at)
        if point is None:
            raise MisreadError(
                f"the table cannot be read from {shown(body[at:])} on, expected (x,y)"
            )
        x.append(number(point[1]))
        y.append(number(point[2]))
        at = point.end()
    return Knots(tuple(x), tuple(y))


def numbers(text: str) -> Numbers | Literal | None:
    """Read a right side that holds numbers only; None where it is none.

    Parameters
    ----------
    text : str
        ``3.5``, ``1,2,3;4,5,6;`` or ``TABBED ARRAY(...)``.

    Returns
    -------
    Numbers or Literal or None

    Raises
    ------
    MisreadError
        If one of the numbers cannot be read.
    """
    tabbed = _TABBED.fullmatch(text)
    if tabbed:
        lines = (line.split() for line in tabbed["body"].split("\n"))
        return Numbers(tuple(tuple(map(number, line)) for line in lines if line))
    if not _LIST.fullmatch(text) or not text.strip():
        return None
    if "," not in text and ";" not in text:
        return Literal(number(text)) if _SINGLE.fullmatch(text) else None
    rows = [row.strip().removesuffix(",") for row in text.strip().removesuffix(";").split(";")]
    return Numbers(tuple(tuple(map(number, row.split(","))) for row in rows))


def number(text: str) -> float:
    """Return a number as it is written, or :NA:.

    Raises
    ------
    MisreadError
        If it is none, or larger than a computer's numbers.
    """
    try:
        value = float(text)
    except ValueError:
        bare = "".join(text.split()).upper()  # Vensim allows a blank between sign and digits
        if bare == ":NA:":
            return NA
        if re.fullmatch(r"\s*[-+]\s+[\d.]\S*\s*", text):
            return number(bare)
        raise MisreadError(f"{shown(text)} is not a number") from None
    if isinf(value):
        raise MisreadError(f"the number {shown(text)} is too large")
    return value
