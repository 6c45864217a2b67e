"""ALLOCATE AVAILABLE and ALLOCATE BY PRIORITY, written out in operations.

Each claimant takes a share of its request that falls as a common price rises; the price is the
one at which all shares together take what there is. It is found for all claimants by one operation,
:func:`qiantang.engine.wide_functions.market`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import special
from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.operations import EXPONENTIAL, NORMAL, REACH, RECTANGULAR
from qiantang.engine.translation.algebra import call, settle_expression
from qiantang.engine.translation.subscripts import Bindings, plain
from qiantang.modelfile.tree import Call, Reference, Tree, walk

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

ZERO, HALF, ONE, TWO, NAN = (Number(v) for v in (0.0, 0.5, 1.0, 2.0, math.nan))

WHOLE = 10
"""Added to a profile it asks for whole numbers; Vensim's help does not say how they are rounded."""

Claim = tuple[Slot, int, Slot, Slot]
"""Request, profile, priority and width of one claimant."""


def _available(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return what ALLOCATE AVAILABLE gives to the claimant at hand."""
    request, profiles, supplied = tree.arguments

    def claim(here: Bindings) -> Claim:
        profile = _profile(builder, profiles, here)
        code = settle_expression(profile[0], builder.context.equations)
        builder.context.orders.append(profile[0])
        if code is not None and code - WHOLE in REACH:
            raise builder.refuse("ALLOCATE AVAILABLE in whole numbers (a profile above 10)")
        if code is None or code not in REACH:
            raise builder.refuse("ALLOCATE AVAILABLE with a profile other than 1 to 4")
        return builder.kept(request, here), int(code), profile[1], profile[2]

    return _allotted(builder, tree, bindings, claim, builder.kept(supplied, bindings))


def _by_priority(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return what ALLOCATE BY PRIORITY gives to the claimant at hand.

    A claimant begins to be served a width before its priority is fully past: that is a
    rectangular profile centred half a width below the priority.
    """
    request, priorities, _, spread, supplied = tree.arguments
    width = builder.kept(spread, bindings)

    def claim(here: Bindings) -> Claim:
        centre = _centre(builder, builder.kept(priorities, here), width)
        return builder.kept(request, here), RECTANGULAR, centre, width

    return _allotted(builder, tree, bindings, claim, builder.kept(supplied, bindings))


def _axis(builder: Builder, request: Tree, bindings: Bindings) -> tuple[tuple[str, ...], int, str]:
    """Return the claimants, the place of the one at hand, and the range they are in."""
    ranges = builder.scope.ranges
    for part in walk(request):
        if isinstance(part, Reference) and part.subscripts:
            name = plain(str(part.subscripts[-1]))
            here = ranges.element(name, bindings) if name in ranges.elements else None
            if here in ranges.places.get(name, {}):
                return ranges.elements[name], ranges.places[name][here or ""], name
    raise builder.refuse("an allocation without a range of claimants")


def _profile(builder: Builder, tree: Tree, bindings: Bindings) -> list[Slot]:
    """Return the entries of a claimant's profile: all along the last subscript."""
    if not isinstance(tree, Reference) or not tree.subscripts:
        raise builder.refuse("ALLOCATE AVAILABLE with an expression as profile")
    name, first = plain(tree.name), str(tree.subscripts[-1])
    ranges = builder.scope.ranges
    element = ranges.element(first, bindings) or (ranges.elements.get(plain(first)) or ("",))[0]
    leading = builder.coordinates(replace(tree, subscripts=tree.subscripts[:-1]), bindings)
    known = [c for c in builder.scope.coordinates.get(name, ()) if c[:-1] == leading]
    home = next(
        (names for names in ranges.elements.values() if {c[-1] for c in known} == set(names)), ()
    )
    if len(home) < 3 or element not in home:
        raise builder.refuse("ALLOCATE AVAILABLE with a profile of another shape")
    return [Slot(builder.scope.slots[name, (*leading, last)]) for last in home]


def _centre(builder: Builder, priority: Slot, width: Slot) -> Slot:
    """Return the middle of the profile of one priority."""

    def make() -> Slot:
        return _kept(builder, call("sub", priority, call("mul", HALF, width)))

    slot: Slot = builder.context.once(("centre", priority.index, width.index), make)
    return slot


def _kept(builder: Builder, expression: Expression) -> Slot:
    return builder.context.keep(expression)


def _allotted(
    builder: Builder,
    tree: Call,
    bindings: Bindings,
    claim: Callable[[Bindings], Claim],
    supply: Slot,
) -> Expression:
    """Return the part of one claimant; NaN where a request, a width or the supply is negative."""
    axis, place, name = _axis(builder, tree.arguments[0], bindings)
    others = tuple(sorted(item for item in bindings.items() if item[0] != name))

    def make() -> list[Claim]:
        return [claim({**bindings, name: element}) for element in axis]

    key = "claims", id(tree), id(builder.scope), others
    claims: list[Claim] = builder.context.once(key, make)
    price, wanted = builder.context.once(
        ("market", tuple(claims), supply.index), lambda: _market(builder, claims, supply)
    )
    request = claims[place][0]
    part = call("if", call("ge", supply, wanted), request, _share(claims[place], price))
    part = call("if", call("gt", supply, ZERO), part, ZERO)
    return call("if", call("eq", price, price), part, NAN)


def _market(builder: Builder, claims: Sequence[Claim], supply: Slot) -> tuple[Slot, Slot]:
    """Return the price at which all together take the supply, and what they ask for in all."""
    numbers: list[Expression] = [supply]
    for request, profile, priority, width in claims:
        numbers += [Number(float(profile)), request, priority, width]
    found = _kept(builder, call("market", *numbers))
    price, wanted = (_kept(builder, call("entry", found, Number(at))) for at in (0.0, 1.0))
    return price, wanted


def _share(claim: Claim, price: Expression) -> Expression:
    """Return what a claimant takes at a price."""
    request, profile, priority, width = claim
    if profile == NORMAL:
        far = call("div", call("sub", priority, price), width)
        return call("mul", request, call("normal_share", far))
    if profile == EXPONENTIAL:
        far = call("div", call("sub", price, priority), width)
        tail = call("mul", HALF, call("exp", call("neg", call("abs", far))))
        rest = call("if", call("lt", far, ZERO), call("sub", ONE, tail), tail)
        return call("mul", request, rest)
    # How far the price is through the profile: 0 at its lower corner, 1 at its upper one.
    through = call("add", call("div", call("sub", price, priority), width), HALF)
    through = call("max", ZERO, call("min", ONE, through))
    rest = call("sub", ONE, through)
    if profile == RECTANGULAR:
        return call("mul", request, rest)
    early = call("sub", ONE, call("mul", TWO, call("square", through)))
    late = call("mul", TWO, call("square", rest))
    return call("mul", request, call("if", call("lt", through, HALF), early, late))


ENTRIES = (
    special("ALLOCATE AVAILABLE", "Arrays", 3, _available, shaped=True),
    special("ALLOCATE BY PRIORITY", "Arrays", 5, _by_priority),
)
