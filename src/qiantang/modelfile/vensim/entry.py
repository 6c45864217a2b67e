"""What one entry of a .mdl defines: an equation, a table, data, a range, a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from qiantang.modelfile.document import Equation, Keyword, Operator, Range, RangeMapping
from qiantang.modelfile.tree import Call, Tree
from qiantang.modelfile.vensim.expression import parse, table
from qiantang.modelfile.vensim.scan import Entry
from qiantang.modelfile.vensim.words import MisreadError, folded, shown, split

_QUOTED = r'"(?:\\.|[^"\\])*+"'
_LIST = rf'\[(?:{_QUOTED}|[^\[\]"])*+\]'
_HEAD = re.compile(rf'\s*(?P<name>{_QUOTED}|[^=(\[:<"]+)\s*(?P<subscripts>{_LIST})?\s*', re.DOTALL)
_EXCEPT = re.compile(rf"\s*:EXCEPT:\s*(?P<lists>{_LIST}(?:\s*,\s*{_LIST})*)\s*", re.I | re.DOTALL)
_ONE_LIST = re.compile(_LIST, re.DOTALL)
_KEYWORD = re.compile(r"\s*:\s*(INTERPOLATE|LOOK FORWARD|HOLD BACKWARD|RAW)\s*:\s*", re.IGNORECASE)
_OPERATOR = re.compile(r":=|==|=")
_IS = re.compile(r"\s*:IS:\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\")\s*", re.IGNORECASE)
_CHECK = re.compile(r"\s*:(?:THE CONDITION|TEST INPUT)\s*:", re.IGNORECASE)
_ITEM = re.compile(rf'\((?:{_QUOTED}|[^()"])*+\)|{_QUOTED}|[^(),"=:<>]+|,', re.DOTALL)
_NUMERIC = re.compile(r"\(\s*(|.*?\D)(\d{1,9})\s*-\s*(|.*?\D)(\d{1,9})\s*\)", re.DOTALL)
_FROM_FILE = re.compile(r"\s*GET[\s_]+(?:XLS|DIRECT)[\s_]+SUBSCRIPT\s*\(", re.IGNORECASE)
_NEEDS_QUOTES = re.compile(r"[-+*/^,;!&%#@?>)\]]")
_MOST_ELEMENTS = 200_000


@dataclass(frozen=True, slots=True)
class TextConstant:
    """``name :IS: 'text'``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RealityCheck:
    """A statement that tests the model and computes nothing."""

    name: str


Item = Equation | Range | TextConstant | RealityCheck


def understood(entry: Entry) -> Item:
    """Return what an entry defines.

    Parameters
    ----------
    entry : Entry

    Returns
    -------
    Equation or Range or TextConstant or RealityCheck

    Raises
    ------
    MisreadError
        With one sentence about the entry.
    """
    head = _HEAD.match(entry.equation)
    if head is None or not head["name"].strip():
        raise MisreadError("no equation, expected name = ...")
    name, rest = folded(head["name"]), entry.equation[head.end() :]
    if _CHECK.match(rest):
        return RealityCheck(name)
    text = _IS.fullmatch(rest)
    if text:
        return TextConstant(name, text["single"] if text["single"] is not None else text["double"])
    symbol = None if name.startswith('"') else _NEEDS_QUOTES.search(name)
    if symbol:
        raise MisreadError(f"a name that holds {symbol[0]} must stand in double quotes")
    is_range = rest.startswith("<->") or (rest.startswith(":") and not _takes_value(rest))
    return _range(entry, name, rest) if is_range else _equation(entry, name, head, rest)


def name_of(entry: Entry) -> str:
    """Return the name an entry begins with, as far as it can be told, for a fault."""
    head = _HEAD.match(entry.equation)
    text = head["name"] if head and head["name"].strip() else entry.equation
    return folded(text[:240])[:60]


def _takes_value(rest: str) -> bool:
    return bool(rest.startswith(":=") or _EXCEPT.match(rest) or _KEYWORD.match(rest))


def _equation(entry: Entry, name: str, head: re.Match[str], rest: str) -> Equation:
    exceptions: tuple[tuple[str, ...], ...] = ()
    keyword = ""
    left_out = _EXCEPT.match(rest)
    if left_out:
        lists = _ONE_LIST.findall(left_out["lists"])
        exceptions = tuple(tuple(split(item[1:-1])) for item in lists)
        rest = rest[left_out.end() :]
    said = _KEYWORD.match(rest)
    if said:
        keyword = folded(said[1]).lower().replace(" ", "_")
        rest = rest[said.end() :]
    operator, tree = _right(rest)
    match = _OPERATOR.match(rest)
    text = folded(rest[match.end() if match else 0 :])
    return Equation(
        name=name,
        line=entry.line,
        operator=operator,
        tree=tree,
        subscripts=tuple(split(head["subscripts"][1:-1])) if head["subscripts"] else (),
        exceptions=exceptions,
        keyword=cast(Keyword, keyword),
        text=text,
        unit=folded(entry.fields[0]) if entry.fields else "",
        comment=_comment(entry.fields),
        group=entry.group,
        parts=len(entry.fields) + 1,
    )


def _comment(fields: tuple[str, ...]) -> str:
    """Return the comment, and what a further ``~`` cuts off from it, but for a flag."""
    flagged = len(fields) > 2 and fields[2].strip()[:1] in {":", ""}
    return folded(" ~ ".join(fields[1:2] if flagged else fields[1:]))


def _right(rest: str) -> tuple[Operator, Tree | None]:
    """Return how the name is defined, and by what."""
    if not rest.strip():
        return "", None
    if rest.startswith("("):
        return "(", table(rest)
    operator = _OPERATOR.match(rest)
    if operator is None:
        raise MisreadError(
            f"the equation cannot be read from {shown(rest)} on, expected name = ..."
        )
    right = rest[operator.end() :]
    if not right.strip():
        raise MisreadError("no equation, expected name = ...")
    return cast(Operator, operator[0]), parse(right)


def _range(entry: Entry, name: str, rest: str) -> Range:
    if rest.startswith("<->"):
        return Range(name, entry.line, alias_of=folded(rest[3:]))
    listed, _, mapped = _cut_at_arrow(rest[1:])
    mappings = tuple(_mapping(item) for item in _items(mapped)) if mapped.strip() else ()
    if _FROM_FILE.match(listed):
        source = parse(listed)
        return Range(name, entry.line, (), mappings, source=cast(Call, source))
    elements = [element for item in _items(listed) for element in _written_out(item)]
    return Range(name, entry.line, tuple(elements), mappings)


def _cut_at_arrow(text: str) -> tuple[str, str, str]:
    """Cut a range at the first ``->`` outside quotes."""
    match = re.match(rf'(?:{_QUOTED}|(?!->)[^"])*+', text, re.DOTALL)
    at = match.end() if match else 0
    return text[:at], text[at : at + 2], text[at + 2 :]


def _items(text: str) -> list[str]:
    """Split at commas outside quotes and parentheses."""
    items = [""]
    end = 0
    for piece in _ITEM.finditer(text):
        if piece.start() != end:
            break
        end = piece.end()
        if piece[0] == ",":
            items.append("")
        else:
            items[-1] += piece[0]
    if end != len(text):
        raise MisreadError(f"the range cannot be read from {shown(text[end:])} on")
    names = [folded(item) for item in items]
    if "" in names:
        raise MisreadError(
            "the range has an empty place, expected elements with commas between them"
        )
    return names


def _written_out(item: str) -> list[str]:
    """Return the elements of ``(A8-A11)``, or the one element."""
    if not item.startswith("("):
        return [item]
    match = _NUMERIC.fullmatch(item)
    if match is None or folded(match[1]).lower() != folded(match[3]).lower():
        raise MisreadError(f"the range {shown(item)} cannot be read, expected for example (A1-A10)")
    first, last = int(match[2]), int(match[4])
    if not 0 <= last - first < _MOST_ELEMENTS:
        raise MisreadError(
            f"the range {shown(item)} must rise and have at most {_MOST_ELEMENTS} elements"
        )
    return [f"{match[1]}{number}" for number in range(first, last + 1)]


def _mapping(item: str) -> RangeMapping:
    """Return where ``B`` or ``(B: b1, b2)`` leads."""
    if not item.startswith("("):
        return RangeMapping(item)
    target, colon, elements = item[1:-1].partition(":")
    if not colon:
        return RangeMapping(folded(target))
    return RangeMapping(folded(target), tuple(split(elements)))
