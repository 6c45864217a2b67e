"""Random functions of a model: a draw is a function of time, member, seed and place.

So the same model, members and seeds give the same numbers in any engine, on any number of
threads, and members may be run in any order. The numbers are not those of Vensim or Stella; only
their distribution is. Each is found from one uniform draw by the inverse of its distribution
function, between the shares of what may not be drawn at both ends.

Sources: Vensim's reference manual, RANDOM Number Functions and RANDOM PINK NOISE; XMILE 1.0,
section 3.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import FunctionEntry, special
from qiantang.engine.ir import MEMBER, STEP_TIME, Expression, Number, Slot
from qiantang.engine.operations import BETA, BINOMIAL, GAMMA, POISSON, TRIALS
from qiantang.engine.translation.algebra import call

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder
    from qiantang.engine.translation.subscripts import Bindings
    from qiantang.modelfile.tree import Call

GROUP = "Random draws"
NOTE = "random functions: seeded draws of the engine's own, not those of Vensim or Stella"
ZERO, ONE = Number(0.0), Number(1.0)

Inverse = Callable[..., Expression]
"""Takes a uniform draw and the arguments of the file, the seed left out."""


def drawn_at(builder: Builder, seed: Expression, place: Expression) -> Expression:
    """Return a uniform draw for a place in the model, and say whose draws they are."""
    builder.context.notes.setdefault(NOTE)
    return call("draw", Slot(STEP_TIME), Slot(MEMBER), seed, place)


def between(below: Expression, uniform: Expression, above: Expression) -> Expression:
    """Return the value a share of the way from one to another."""
    return call("add", below, call("mul", uniform, call("sub", above, below)))


def _drawn(title: str, most: int, inverse: Inverse) -> FunctionEntry:
    """Return the entry of a random function; the last of its arguments, if given, is the seed."""

    def written(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
        place = builder.once(tree, bindings, lambda: Number(float(builder.context.new_slot())))
        values = [builder.number(argument, bindings) for argument in tree.arguments]
        seed = values.pop() if values and len(values) == most else ZERO
        return inverse(drawn_at(builder, seed, place), *values)

    return special(title, GROUP, (max(most - 1, 0), most), written)


def _uniform(uniform: Expression, low: Expression, high: Expression) -> Expression:
    return between(low, uniform, high)


def normal(
    uniform: Expression, low: Expression, high: Expression, mean: Expression, deviation: Expression
) -> Expression:
    """Return a normal draw cut off at both ends, by its distribution function and the inverse."""
    below = call("normal_share", call("div", call("sub", low, mean), deviation))
    above = call("normal_share", call("div", call("sub", high, mean), deviation))
    share = between(below, uniform, above)
    value = call("add", mean, call("mul", deviation, call("normal_quantile", share)))
    return call("max", low, call("min", high, value))


def _exponential(
    uniform: Expression, low: Expression, high: Expression, shift: Expression, stretch: Expression
) -> Expression:
    """Return an exponential draw, shifted, stretched and cut off at both ends."""
    first = call("max", low, shift)
    reach = call("exp", call("neg", call("div", call("sub", high, first), stretch)))
    share = call("mul", uniform, call("sub", ONE, reach))
    drawn = call("neg", call("log", call("sub", ONE, share)))
    return call("add", first, call("mul", stretch, drawn))


def _weibull(
    uniform: Expression,
    low: Expression,
    high: Expression,
    shape: Expression,
    shift: Expression,
    stretch: Expression,
) -> Expression:
    """Return a Weibull draw of mean one, stretched, shifted and cut off at both ends.

    Vensim's manual gives the distribution the mean one, so its scale is 1 / gamma(1 + 1/shape).
    """
    scale = call("exp", call("neg", call("log_gamma", call("add", ONE, call("div", ONE, shape)))))
    width = call("mul", stretch, scale)

    def share(value: Expression) -> Expression:
        above = call("max", ZERO, call("div", call("sub", value, shift), width))
        return call("sub", ONE, call("exp", call("neg", call("pow", above, shape))))

    below, above = share(low), share(high)
    part = between(below, uniform, above)
    root = call("pow", call("neg", call("log", call("sub", ONE, part))), call("div", ONE, shape))
    value = call("add", shift, call("mul", width, root))
    return call("max", low, call("min", high, value))


def _triangular(
    uniform: Expression,
    low: Expression,
    high: Expression,
    start: Expression,
    peak: Expression,
    stop: Expression,
) -> Expression:
    """Return a draw from a triangle between start and stop, cut off at both ends."""
    width = call("sub", stop, start)
    rise, fall = call("sub", peak, start), call("sub", stop, peak)
    middle = call("div", rise, width)

    def share(value: Expression) -> Expression:
        inside = call("max", start, call("min", stop, value))
        early = call("square", call("sub", inside, start))
        early = call("xidz", early, call("mul", width, rise), ZERO)
        late = call("square", call("sub", stop, inside))
        late = call("sub", ONE, call("xidz", late, call("mul", width, fall), ZERO))
        return call("if", call("lt", inside, peak), early, late)

    below, above = share(low), share(high)
    part = between(below, uniform, above)
    early = call("sqrt", call("mul", part, call("mul", width, rise)))
    late = call("sqrt", call("mul", call("sub", ONE, part), call("mul", width, fall)))
    up, down = call("add", start, early), call("sub", stop, late)
    value = call("if", call("lt", part, middle), up, down)
    return call("max", low, call("min", high, value))


def _lognormal(uniform: Expression, mean: Expression, deviation: Expression) -> Expression:
    """Return XMILE's LOGNORMAL, of a mean and a deviation of its own (section 3.5.2)."""
    ratio = call("div", deviation, mean)
    variance = call("log", call("add", ONE, call("square", ratio)))
    middle = call("sub", call("log", mean), call("mul", Number(0.5), variance))
    drawn = call("mul", call("sqrt", variance), call("normal_quantile", uniform))
    return call("exp", call("add", middle, drawn))


def _same(uniform: Expression) -> Expression:
    return uniform


def _scaled(
    kind: int, low: Expression, high: Expression, shift: Expression, stretch: Expression
) -> Callable[[Expression, Expression, Expression], Expression]:
    """Return how one of the distributions is stretched, then shifted, then cut off at both ends."""
    which, whole = Number(float(kind)), kind >= POISSON

    def drawn(uniform: Expression, first: Expression, second: Expression) -> Expression:
        one, other = (call("div", call("sub", end, shift), stretch) for end in (low, high))
        least, most = call("min", one, other), call("max", one, other)
        if whole:
            ceiling = call("neg", call("floor", call("neg", least)))
            least, most = call("sub", ceiling, ONE), call("floor", most)
        below = call("share", which, first, second, least)
        above = call("share", which, first, second, most)
        part = between(below, uniform, above)
        value = call("quantile", which, first, second, part)
        value = call("add", shift, call("mul", stretch, value))
        return call("max", low, call("min", high, value))

    return drawn


def _of_one(kind: int) -> Inverse:
    """Return the inverse of a distribution of one parameter; gamma's order is one at least."""

    def inverse(
        uniform: Expression,
        low: Expression,
        high: Expression,
        parameter: Expression,
        shift: Expression,
        stretch: Expression,
    ) -> Expression:
        first = call("max", ONE, parameter) if kind == GAMMA else parameter
        return _scaled(kind, low, high, shift, stretch)(uniform, first, ONE)

    return inverse


def _of_two(kind: int, turned: bool = False) -> Inverse:
    """Return the inverse of a distribution of two parameters; a chance comes before its trials."""

    def inverse(
        uniform: Expression,
        low: Expression,
        high: Expression,
        first: Expression,
        second: Expression,
        shift: Expression,
        stretch: Expression,
    ) -> Expression:
        pair = (second, first) if turned else (first, second)
        return _scaled(kind, low, high, shift, stretch)(uniform, *pair)

    return inverse


def _poisson(uniform: Expression, mean: Expression) -> Expression:
    return call("quantile", Number(float(POISSON)), mean, ONE, uniform)


ENTRIES = (
    _drawn("RANDOM 0 1", 0, _same),
    _drawn("RANDOM UNIFORM", 3, _uniform),
    _drawn("RANDOM NORMAL", 5, normal),
    _drawn("RANDOM EXPONENTIAL", 5, _exponential),
    _drawn("RANDOM WEIBULL", 6, _weibull),
    _drawn("RANDOM TRIANGULAR", 6, _triangular),
    _drawn("RANDOM LOGNORMAL (XMILE)", 3, _lognormal),
    _drawn("RANDOM GAMMA", 6, _of_one(GAMMA)),
    _drawn("RANDOM POISSON", 6, _of_one(POISSON)),
    _drawn("RANDOM POISSON (XMILE)", 2, _poisson),
    _drawn("RANDOM BETA", 7, _of_two(BETA)),
    _drawn("RANDOM BINOMIAL", 7, _of_two(BINOMIAL, turned=True)),
    _drawn("RANDOM NEGATIVE BINOMIAL", 7, _of_two(TRIALS, turned=True)),
)
