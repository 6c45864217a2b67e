"""Equations of XMILE parsed by a table-driven grammar, so that depth costs no stack of Python."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from qiantang.files.own import own_text
from qiantang.modelfile.tree import Binary, Call, Literal, Numbers, Reference, Tree, Unary

IF, SLICE, WHOLE, EVERY, AXIS = "if:", "slice:", "*", "every:", "axis:"
"""Marks of a parsed tree that no name of a file can have."""

_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
_WORD = re.compile(r"\s*[^\W\d]\w*\s*")
_RESERVED = frozenset({"if", "then", "else", "and", "or", "not", "mod"})
_ROWS = re.compile(r"[-+\d.eE,;\s]*\d[-+\d.eE,;\s]*", re.ASCII)
_COMMENT = re.compile(r"\{[^}]*\}")
_OPERATORS = {"AND": ":AND:", "OR": ":OR:", "MOD": "mod"}


class NotUnderstood(ValueError):  # noqa: N818 - it reads as what it says
    """A part of an equation that cannot be read.

    Parameters
    ----------
    what : str
        One sentence.
    line : int
        Lines below the first of the equation.
    """

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


@v_args(inline=True)
class _Trees(Transformer[Token, Tree]):
    """Makes the tree while the text is parsed; names are as the file writes them."""

    def number(self, token: Token) -> Tree:
        return Literal(float(token))

    def name(self, token: Token) -> str:
        return str(token)

    def binary(self, left: Tree, operator: Token, right: Tree) -> Tree:
        if operator.type == "SAFE_OVER":
            return Call("//", (left, right))
        return Binary(_OPERATORS.get(operator.type, str(operator)), left, right)

    def power(self, left: Tree, right: Tree) -> Tree:
        return Binary("^", left, right)

    def modulo(self, _: Token, left: Tree, right: Tree) -> Tree:
        return Binary("mod", left, right)

    def unary(self, operator: Token, operand: Tree) -> Tree:
        return Unary(":NOT:" if operator.type == "NOT" else str(operator), operand)

    def conditional(self, *parts: Any) -> Tree:
        return Call(IF, parts[1::2])

    def reference(self, name: str, subscripts: tuple[str | Tree, ...] | None = None) -> Tree:
        return Reference(name, subscripts)

    def call(self, name: str, arguments: tuple[Tree, ...]) -> Tree:
        return Call(name, arguments)

    def called_element(
        self, name: str, subscripts: tuple[str | Tree, ...], arguments: tuple[Tree, ...]
    ) -> Tree:
        return Call(name, arguments, subscripts)

    def arguments(self, *trees: Tree) -> tuple[Tree, ...]:
        return trees

    def subscripts(self, *trees: str | Tree) -> tuple[str | Tree, ...]:
        return trees

    def whole(self, _: Token) -> str:
        return WHOLE

    def slice(self, first: Tree, last: Tree) -> Tree:
        return Call(SLICE, (first, last))

    def every(self, name: str) -> Tree:
        return Call(EVERY, (Reference(name),))

    def axis(self, token: Token) -> Tree:
        return Call(AXIS, (Literal(float(token[1:])),))

    def element(self, token: Token) -> Tree:
        return Reference(str(token))


@cache
def _parser() -> Lark:
    grammar = own_text("modelfile", "xmile", "expressions.lark")
    return Lark(grammar, parser="lalr", transformer=_Trees(), maybe_placeholders=False)


def parse(text: str) -> Tree:
    """Return the tree of an equation, its names and functions as written.

    Raises
    ------
    NotUnderstood
        With the text that is not understood.
    """
    if _NUMBER.fullmatch(text):
        return Literal(float(text))
    if _WORD.fullmatch(text) and text.strip().lower() not in _RESERVED:
        return Reference(text.strip())
    bare = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment.group()), text)
    if not bare.strip():
        raise NotUnderstood("has no equation")
    if ("," in bare or ";" in bare) and _ROWS.fullmatch(bare):
        return _numbers(bare)
    try:
        return _parser().parse(bare)  # type: ignore[return-value]
    except UnexpectedToken as error:
        raise _at(bare, error, error.token.start_pos) from None
    except UnexpectedCharacters as error:
        raise _at(bare, error, error.pos_in_stream) from None


def _at(text: str, error: UnexpectedInput, place: int | None) -> NotUnderstood:
    """Return the complaint with the text around the place, and its line."""
    at_end = place is None or (isinstance(error, UnexpectedToken) and error.token.type == "$END")
    if at_end or not text[place:].strip():
        return NotUnderstood("the equation ends too early", text.rstrip().count("\n"))
    near = " ".join(text[place:].split())[:30]
    return NotUnderstood(f"the text near '{near}' is not understood", text.count("\n", 0, place))


def _numbers(text: str) -> Tree:
    """Return an array of numbers, commas within rows and semicolons between."""
    rows = [row for row in text.split(";") if row.strip()]
    try:
        return Numbers(tuple(tuple(float(value) for value in row.split(",")) for row in rows))
    except ValueError:
        raise NotUnderstood("the list is not of numbers, expected 1, 2, 3") from None
