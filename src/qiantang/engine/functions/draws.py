"""Random functions of a model: a draw is a function of time, member, seed and place.

So the same model, members and seeds give the same numbers in any engine, on any number of
threads, and members may be run in any order. The numbers are not those of Vensim or PySD; only
their distribution is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiantang.engine.ir import MEMBER, TIME, Expression, Number, Slot
from qiantang.engine.translation.algebra import call, numeric
from qiantang.engine.translation.subscripts import Bindings
from qiantang.engine.translation.trees import function_name

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

RANDOM = {
    "random_0_1": (0,),
    "random_uniform": (2, 3),
    "random_normal": (4, 5),
    "random_exponential": (4, 5),
}
"""Random functions of the file, with the numbers of arguments they take; the seed stands last."""

NOTE = "random functions: seeded draws of the engine's own, not those of Vensim or PySD"


def draw(builder: Builder, tree: Any, bindings: Bindings, at_start: bool) -> Expression:
    """Return a random function of the file as operations on one uniform draw."""
    name = function_name(tree)
    if len(tree.arguments) not in RANDOM[name]:
        raise builder.refuse(f"{name.upper().replace('_', ' ')} with other arguments")
    builder.context.notes.setdefault(NOTE)
    place = builder.once(tree, bindings, lambda: Number(float(builder.context.new_slot())))
    values = [numeric(builder.build(a, bindings, at_start)) for a in tree.arguments]
    seeded = len(values) == max(RANDOM[name]) and bool(values)
    seed = values.pop() if seeded else Number(0.0)
    uniform = call("draw", Slot(TIME), Slot(MEMBER), seed, place)
    if name == "random_0_1":
        return uniform
    if name == "random_uniform":
        low, high = values
        return call("add", low, call("mul", call("sub", high, low), uniform))
    return (_normal if name == "random_normal" else _exponential)(uniform, *values)


def _normal(
    uniform: Expression, low: Expression, high: Expression, mean: Expression, deviation: Expression
) -> Expression:
    """Return a normal draw cut off at both ends, by its distribution function and the inverse."""
    below = call("normal_share", call("div", call("sub", low, mean), deviation))
    above = call("normal_share", call("div", call("sub", high, mean), deviation))
    share = call("add", below, call("mul", uniform, call("sub", above, below)))
    value = call("add", mean, call("mul", deviation, call("normal_quantile", share)))
    return call("max", low, call("min", high, value))


def _exponential(
    uniform: Expression, low: Expression, high: Expression, shift: Expression, stretch: Expression
) -> Expression:
    """Return an exponential draw, shifted, stretched and cut off at both ends."""
    first = call("max", low, shift)
    reach = call("exp", call("neg", call("div", call("sub", high, first), stretch)))
    share = call("mul", uniform, call("sub", Number(1.0), reach))
    drawn = call("neg", call("log", call("sub", Number(1.0), share)))
    return call("add", first, call("mul", stretch, drawn))
