"""Functions of numbers and conditions, without memory."""

from __future__ import annotations

import math

from qiantang.engine.functions.entry import composed, operation, refused, special
from qiantang.engine.ir import Expression, Number
from qiantang.engine.translation.algebra import call, numeric
from qiantang.modelfile.tree import NA

GROUP = "Numbers and conditions"
ZERO, ONE = Number(0.0), Number(1.0)


def _zidz(numerator: Expression, denominator: Expression) -> Expression:
    return call("xidz", numeric(numerator), numeric(denominator), ZERO)


def _safediv(
    numerator: Expression, denominator: Expression, otherwise: Expression = ZERO
) -> Expression:
    """Return XMILE's SAFEDIV, which knows zero alone (XMILE 1.0, 3.5.1)."""
    numerator, denominator = numeric(numerator), numeric(denominator)
    zero = call("eq", denominator, ZERO)
    return call("if", zero, numeric(otherwise), call("div", numerator, denominator))


def _log(value: Expression, base: Expression) -> Expression:
    return call("div", call("log", numeric(value)), call("log", numeric(base)))


def _modulo(value: Expression, divisor: Expression) -> Expression:
    """Return MODULO as in C, whose remainder does not depend on the sign of the divisor."""
    value, divisor = numeric(value), call("abs", numeric(divisor))
    return call("sub", value, call("quantum", value, divisor))


def _rounded(value: Expression) -> Expression:
    """Return the whole number next to a value, halves away from zero."""
    value = numeric(value)
    up = call("floor", call("add", call("abs", value), Number(0.5)))
    return call("if", call("lt", value, ZERO), call("neg", up), up)


def _if_missing(value: Expression, otherwise: Expression) -> Expression:
    """Return a value, or another where it is :NA:."""
    value = numeric(value)
    return call("if", call("eq", value, Number(NA)), numeric(otherwise), value)


def _same(value: Expression) -> Expression:
    return value


ENTRIES = (
    *(
        operation(title, GROUP, name, 1)
        for title, name in (
            ("ABS", "abs"),
            ("EXP", "exp"),
            ("SIN", "sin"),
            ("COS", "cos"),
            ("TAN", "tan"),
            ("ARCSIN", "arcsin"),
            ("ARCCOS", "arccos"),
            ("ARCTAN", "arctan"),
            ("SINH", "sinh"),
            ("COSH", "cosh"),
            ("TANH", "tanh"),
            ("SQRT", "sqrt"),
            ("LN", "log"),
            ("INTEGER", "trunc"),
            ("FLOOR", "floor"),
            ("LOG10 (XMILE)", "log10"),
            ("GAMMA LN", "log_gamma"),
        )
    ),
    operation("QUANTUM", GROUP, "quantum", 2),
    operation("POWER", GROUP, "pow", 2),
    operation("XIDZ", GROUP, "xidz", 3),
    operation("IF THEN ELSE", GROUP, "if", 3),
    operation("MIN", GROUP, "min", 2),
    operation("MAX", GROUP, "max", 2),
    composed("ZIDZ", GROUP, 2, _zidz),
    composed("SAFEDIV (XMILE)", GROUP, (2, 3), _safediv),
    composed("LOG", GROUP, 2, _log),
    composed("MODULO", GROUP, 2, _modulo),
    composed("ROUND (XMILE)", GROUP, 1, _rounded),
    composed("X IF MISSING", GROUP, 2, _if_missing),
    composed("PI", GROUP, 0, lambda: Number(math.pi)),
    composed("GAME", GROUP, 1, _same),
    special("ACTIVE INITIAL", GROUP, 2, lambda builder, tree, at: builder.active(tree, at)),
    refused("A FUNCTION OF", "it stands for an equation that has not been written"),
    refused("FIND ZERO", "it solves equations by iteration"),
    refused("SIMULTANEOUS", "it solves equations by iteration"),
    refused("TABBED ARRAY", "its numbers are not read here"),
    refused("SIMULTANEOUS INITIAL", "it solves equations by iteration"),
    refused("SSHAPE", "its curve is not published"),
)
