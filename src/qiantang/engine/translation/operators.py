"""Operators of equations: what they ask for, and the operation they become."""

from __future__ import annotations

from collections.abc import Generator

from qiantang.engine.ir import Expression
from qiantang.engine.operations import ARITHMETIC, COMPARISONS, LOGIC
from qiantang.engine.translation.algebra import call, floored_modulo, numeric, truth
from qiantang.modelfile.tree import (
    Binary,
    Tree,
    Unary,
)

Step = Generator[Tree, Expression, Expression]
"""Asks for the expressions of parts of a tree, one after the other, and returns its own."""


def binary(tree: Binary) -> Step:
    """Return what asks for both sides of an operator, and makes its operation."""
    left = yield tree.left
    right = yield tree.right
    operator = tree.operator
    if operator in ARITHMETIC:
        return call(ARITHMETIC[operator], numeric(left), numeric(right))
    if operator in COMPARISONS:
        return call(COMPARISONS[operator], numeric(left), numeric(right))
    if operator == "mod":
        return floored_modulo(left, right)
    return call(LOGIC[operator], truth(left), truth(right))


def unary(tree: Unary) -> Step:
    """Return what asks for the operand of an operator, and makes its operation."""
    operand = yield tree.operand
    if tree.operator == ":NOT:":
        return call("not", truth(operand))
    return call("neg", numeric(operand)) if tree.operator == "-" else operand
