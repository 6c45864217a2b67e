"""An expression of Vensim as a tree, by the grammar in ``expression.lark``."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken

from qiantang.files.own import own_text
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import NA, Binary, Call, Knots, Literal, Reference, Text, Tree, Unary
from qiantang.modelfile.vensim.tables import knots, number, numbers
from qiantang.modelfile.vensim.words import MisreadError, folded, shown, split

_LONGEST = 250_000
"""Characters of an equation, lists of numbers and tables apart; people write a tenth of it."""


def parse(text: str) -> Tree:
    """Read the right side of an equation.

    Parameters
    ----------
    text : str
        Without remarks in braces.

    Returns
    -------
    Tree

    Raises
    ------
    MisreadError
        With the text from where it is not understood.
    """
    listed = numbers(text)
    if listed is not None:
        return listed
    if len(text) > _LONGEST:
        text = folded(text)
    if len(text) > _LONGEST:
        what = f"the equation has {len(text)} characters, expected at most {_LONGEST}"
        raise MisreadError(what)
    try:
        tree: Tree = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise MisreadError(_sentence(text, error)) from None
    return tree


def table(text: str) -> Tree:
    """Read what stands in the parentheses of a table: points, or where to get them."""
    inner = text.strip()
    if not inner.endswith(")") or inner.count("(") > inner.count(")"):
        raise MisreadError("the table is cut off, expected ) at its end")
    if inner[1:].lstrip("\\ \t\n")[:1] in set("([0123456789+-."):
        return knots(inner.replace("\\", " "))  # a line once broken there, and joined by hand
    return parse(inner)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = own_text("modelfile", "vensim", "expression.lark")
    return Lark(grammar, parser="lalr", transformer=_Build(), maybe_placeholders=True)


@v_args(inline=True)
class _Build(Transformer[Token, Tree]):
    """Builds the tree while the text is read, so that no other tree is held."""

    def number(self, token: Token) -> Literal:
        return Literal(number(token))

    def missing(self, _token: Token) -> Literal:
        return Literal(NA)

    def text(self, token: Token) -> Text:
        return Text(token[1:-1])

    def table(self, token: Token) -> Knots:
        return knots(token)

    def reference(self, name: Token, subscripts: Token | None) -> Reference:
        return Reference(folded(name), _subscripts(subscripts))

    def arguments(self, *trees: Tree | None) -> tuple[Tree, ...]:
        return tuple(tree for tree in trees if tree is not None)

    def outputs(self, *names: Reference) -> tuple[Reference, ...]:
        return names

    def call(
        self,
        name: Token,
        subscripts: Token | None,
        arguments: tuple[Tree, ...],
        outputs: tuple[Reference, ...] | None,
    ) -> Call:
        return Call(plain(name), arguments, _subscripts(subscripts), outputs or ())

    def unary(self, operator: Token, operand: Tree) -> Tree:
        if operator in {"-", "+"} and isinstance(operand, Literal):
            return Literal(-operand.value) if operator == "-" else operand
        return Unary(operator.upper(), operand)

    def binary(self, left: Tree, operator: Token, right: Tree) -> Binary:
        return Binary(operator.upper(), left, right)

    def again(self, _left: Tree, first: Token, _here: Tree, second: Token, _right: Tree) -> Tree:
        what = f"{second} follows {first}, expected parentheses around one of two comparisons"
        raise MisreadError(what)


def _subscripts(token: Token | None) -> tuple[str, ...] | None:
    return None if token is None else tuple(split(token[1:-1]))


def _sentence(text: str, error: UnexpectedInput) -> str:
    """Say in one line where the text of an equation stops making sense."""
    at: Any = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at is None:
        missing = text.count("(") - text.count(")")
        closing = f", {missing} closing parentheses are missing" if missing > 1 else ""
        closing = ", a closing parenthesis is missing" if missing == 1 else closing
        return f"the equation cannot be read to its end{closing}"
    rest = text[at:]
    if rest.startswith("[") and text[:at].rstrip().endswith("("):
        return "the range of the table must be written as ([(x,y)-(x,y)], with numbers only"
    return f"the equation cannot be read from {shown(rest)} on"
