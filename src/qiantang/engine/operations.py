"""The fixed list of operations: how each is written in generated code, and what it yields.

Generated code consists of slot numbers, literals and the words of this list. No text of a model
file can reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 1e-6
"""What Vensim takes for zero in ZIDZ, QUANTUM and the pulse functions."""

GAMMA, BETA, POISSON, BINOMIAL, TRIALS = range(5)
"""Distributions: a gamma one of an order, with scale one; a beta one of alpha and beta; counts: of
a Poisson one of a mean, of successes in some trials of a chance, of trials to some successes."""

LARGEST = 1e15
"""Largest number that is drawn from a distribution without end."""

RECTANGULAR, TRIANGULAR, NORMAL, EXPONENTIAL = 1, 2, 3, 4
"""Profiles of claimants, as Vensim numbers them."""

REACH = {RECTANGULAR: 0.5, TRIANGULAR: 0.5, NORMAL: 8.5, EXPONENTIAL: 38.0}
"""Widths from the priority at which a profile has reached its end, to the last digit."""

HALVINGS = 56
"""Halvings in which a price between two corners of such profiles is found to the last digit."""


@dataclass(frozen=True, slots=True)
class Operation:
    """How one operation is written.

    Parameters
    ----------
    template : str
        Text with ``{0}``, ``{1}`` for the arguments, ``{every}`` for all of them.
    truth : bool
        Whether it yields true or false rather than a number.
    takes_truth : tuple of int
        Arguments that are true or false.
    wide : bool
        Whether it takes any number of numbers and yields a row of them, which stands in a hidden
        slot of its own and is read by ``entry`` alone.
    """

    template: str
    truth: bool = False
    takes_truth: tuple[int, ...] = ()
    wide: bool = False


OPERATIONS: dict[str, Operation] = {
    "add": Operation("({0} + {1})"),
    "sub": Operation("({0} - {1})"),
    "mul": Operation("({0} * {1})"),
    "div": Operation("({0} / {1})"),
    "neg": Operation("(-{0})"),
    "lt": Operation("({0} < {1})", truth=True),
    "le": Operation("({0} <= {1})", truth=True),
    "gt": Operation("({0} > {1})", truth=True),
    "ge": Operation("({0} >= {1})", truth=True),
    "eq": Operation("({0} == {1})", truth=True),
    "ne": Operation("({0} != {1})", truth=True),
    "and": Operation("({0} & {1})", truth=True, takes_truth=(0, 1)),
    "or": Operation("({0} | {1})", truth=True, takes_truth=(0, 1)),
    "not": Operation("negate({0})", truth=True, takes_truth=(0,)),
    "if": Operation("choose({0}, {1}, {2})", takes_truth=(0,)),
    "number": Operation("choose({0}, 1.0, 0.0)", takes_truth=(0,)),
    "truth": Operation("({0} != 0.0)", truth=True),
    "pow": Operation("power({0}, {1})"),
    "square": Operation("square({0})"),
    "min": Operation("lesser({0}, {1})"),
    "max": Operation("greater({0}, {1})"),
    "exp": Operation("exp({0})"),
    "log": Operation("log({0})"),
    "log10": Operation("log10({0})"),
    "sqrt": Operation("sqrt({0})"),
    "abs": Operation("absolute({0})"),
    "sin": Operation("sin({0})"),
    "cos": Operation("cos({0})"),
    "tan": Operation("tan({0})"),
    "arcsin": Operation("arcsin({0})"),
    "arccos": Operation("arccos({0})"),
    "arctan": Operation("arctan({0})"),
    "sinh": Operation("sinh({0})"),
    "cosh": Operation("cosh({0})"),
    "tanh": Operation("tanh({0})"),
    "trunc": Operation("trunc({0})"),
    "rint": Operation("rint({0})"),
    "floor": Operation("floor({0})"),
    "log_gamma": Operation("log_gamma({0})"),
    "xidz": Operation("xidz({0}, {1}, {2})"),
    "quantum": Operation("quantum({0}, {1})"),
    "power_plain": Operation("power_plain({0}, {1})"),
    "power_log": Operation("power_log({0}, {1})"),
    "quotient": Operation("quotient({0}, {1}, {2})"),
    "step": Operation("step_function({0}, {1}, {2}, {3})"),
    "ramp": Operation("ramp({0}, {1}, {2}, {3})"),
    "pulse": Operation("pulse({0}, {1}, {2}, {3})"),
    "pulse_train": Operation("pulse_train({0}, {1}, {2}, {3}, {4}, {5})"),
    "draw": Operation("draw({0}, {1}, {2}, {3})"),
    "normal_share": Operation("normal_share({0})"),
    "normal_quantile": Operation("normal_quantile({0})"),
    "share": Operation("distribution_share({0}, {1}, {2}, {3})"),
    "quantile": Operation("distribution_quantile({0}, {1}, {2}, {3})"),
    "inverse": Operation("inverse({every})", wide=True),
    "market": Operation("market({every})", wide=True),
    "ranks": Operation("ranks({every})", wide=True),
    "order": Operation("order({every})", wide=True),
    "entry": Operation("entry({0}, {1})"),
}

FUNCTIONS: dict[str, tuple[str, int]] = {
    "abs": ("abs", 1),
    "exp": ("exp", 1),
    "sin": ("sin", 1),
    "cos": ("cos", 1),
    "tan": ("tan", 1),
    "arcsin": ("arcsin", 1),
    "arccos": ("arccos", 1),
    "arctan": ("arctan", 1),
    "sinh": ("sinh", 1),
    "cosh": ("cosh", 1),
    "tanh": ("tanh", 1),
    "sqrt": ("sqrt", 1),
    "ln": ("log", 1),
    "min": ("min", 2),
    "max": ("max", 2),
    "power": ("pow", 2),
    "integer": ("trunc", 1),
    "quantum": ("quantum", 2),
    "xidz": ("xidz", 3),
    "if_then_else": ("if", 3),
}
"""Functions of the file that are one operation, with their number of arguments."""

ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}
COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "=": "eq", "<>": "ne"}
LOGIC = {":AND:": "and", ":OR:": "or"}
