"""ALLOCATE AVAILABLE and ALLOCATE BY PRIORITY, written out in operations.

Each claimant takes a share of its request that falls as a common price rises; the price is the
one at which all shares together take what there is. For rectangular and triangular profiles the
total is a polynomial of the second degree between the corners of the profiles, so that the price
is found without iteration; for normal and exponential ones it is found by halving.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qiantang.engine.functions.entry import special
from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.translation.algebra import call, numeric, settle_expression, total
from qiantang.engine.translation.subscripts import Bindings, plain
from qiantang.modelfile.tree import Call, Reference, Tree, walk

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

RECTANGULAR, TRIANGULAR, NORMAL, EXPONENTIAL = 1, 2, 3, 4
"""Profiles, as Vensim numbers them."""

REACH = {RECTANGULAR: 0.5, TRIANGULAR: 0.5, NORMAL: 8.5, EXPONENTIAL: 38.0}
"""Widths from the priority at which a profile has reached its end, to the last digit."""

HALVINGS = 56

ZERO, HALF, ONE, TWO, NAN = (Number(v) for v in (0.0, 0.5, 1.0, 2.0, math.nan))

Claim = tuple[Slot, int, Slot, Slot]
"""Request, profile, priority and width of one claimant."""


def _available(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return what ALLOCATE AVAILABLE gives to the claimant at hand."""
    request, profiles, supplied = tree.arguments
    axis, place, name = _axis(builder, request, bindings)
    claims = []
    for element in axis:
        here = {**bindings, name: element}
        profile = _profile(builder, profiles, here)
        code = settle_expression(profile[0], builder.context.equations)
        builder.context.orders.append(profile[0])
        if code is None or code not in REACH:
            raise builder.refuse("ALLOCATE AVAILABLE with a profile other than 1 to 4")
        claims.append((builder.kept(request, here), int(code), profile[1], profile[2]))
    supply = builder.kept(supplied, bindings)
    return _allotted(builder, claims, supply, place)


def _by_priority(builder: Builder, tree: Call, bindings: Bindings) -> Expression:
    """Return what ALLOCATE BY PRIORITY gives to the claimant at hand.

    A claimant begins to be served a width before its priority is fully past: that is a
    rectangular profile centred half a width below the priority.
    """
    request, priorities, _, spread, supplied = tree.arguments
    axis, place, name = _axis(builder, request, bindings)
    width = builder.kept(spread, bindings)
    claims = []
    for element in axis:
        here = {**bindings, name: element}
        priority = builder.kept(priorities, here)
        centre = _centre(builder, priority, width)
        claims.append((builder.kept(request, here), RECTANGULAR, centre, width))
    supply = builder.kept(supplied, bindings)
    return _allotted(builder, claims, supply, place)


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


def _allotted(builder: Builder, claims: Sequence[Claim], supply: Slot, place: int) -> Expression:
    """Return the part of one claimant; NaN where a request, a width or the supply is negative."""
    key = "price", tuple(claims), supply.index
    price, wanted = builder.context.once(key, lambda: _price(builder, claims, supply))
    request = claims[place][0]
    part = call("if", call("ge", supply, wanted), request, _share(claims[place], price))
    part = call("if", call("gt", supply, ZERO), part, ZERO)
    wrong = call("lt", supply, ZERO)
    for asked, _, _, width in claims:
        wrong = call("or", wrong, call("lt", asked, ZERO))
        wrong = call("or", wrong, call("le", width, ZERO))
    return call("if", wrong, NAN, part)


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


def _price(builder: Builder, claims: Sequence[Claim], supply: Slot) -> tuple[Slot, Slot]:
    """Return the price at which all together take the supply, and what they ask for in all."""
    context = builder.context

    def keep(expression: Expression) -> Slot:
        return _kept(builder, expression)

    def taken(price: Expression) -> Slot:
        return keep(total("add", [_share(claim, price) for claim in claims]))

    wanted = keep(total("add", [claim[0] for claim in claims]))
    corners: list[Slot] = []
    for _, profile, priority, width in claims:
        half = call("mul", Number(REACH[profile]), width)
        corners += [keep(call("sub", priority, half)), keep(call("add", priority, half))]
        if profile == TRIANGULAR:
            corners.append(priority)
    totals = [taken(corner) for corner in corners]
    least: Expression = keep(total("min", corners))
    most: Expression = keep(total("max", corners))
    for corner, taking in zip(corners, totals, strict=True):
        below = call("if", call("ge", taking, supply), corner, Number(-math.inf))
        above = call("if", call("le", taking, supply), corner, Number(math.inf))
        least, most = call("max", least, below), call("min", most, above)
    low, high = keep(least), keep(most)
    if any(claim[1] in (NORMAL, EXPONENTIAL) for claim in claims):
        return _halved(keep, taken, supply, low, high), wanted
    return context.keep(_between(keep, taken, supply, low, high)), wanted


Keep = Callable[[Expression], Slot]
"""Puts an expression, or what is taken at a price, into a hidden slot."""


def _halved(keep: Keep, taken: Keep, supply: Slot, low: Slot, high: Slot) -> Slot:
    """Return the price between two, found by halving."""
    for _ in range(HALVINGS):
        middle = keep(call("mul", HALF, call("add", low, high)))
        much = keep(numeric(call("ge", taken(middle), supply)))
        more = call("ne", much, ZERO)
        low, high = keep(call("if", more, middle, low)), keep(call("if", more, high, middle))
    return keep(low)


def _between(keep: Keep, taken: Keep, supply: Slot, low: Slot, high: Slot) -> Expression:
    """Return the price between two, found as the root of a polynomial of the second degree."""
    middle = keep(call("mul", HALF, call("add", low, high)))
    first, second, third = taken(low), taken(middle), taken(high)
    # Through the three points, with u from 0 to 1: first + slope u + bend u^2 = supply.
    bend = keep(call("mul", TWO, call("add", call("sub", first, call("mul", TWO, second)), third)))
    slope = keep(call("sub", call("sub", third, first), bend))
    missing = keep(call("sub", first, supply))
    root = call(
        "sqrt",
        call("max", ZERO, call("sub", call("square", slope),
                               call("mul", Number(4.0), call("mul", bend, missing)))),
    )  # fmt: skip
    steep = call("sub", root, slope)
    share = call("div", call("mul", TWO, missing), steep)
    share = call("if", call("gt", steep, ZERO), share, ZERO)
    share = call("max", ZERO, call("min", ONE, share))
    return call("add", low, call("mul", share, call("sub", high, low)))


ENTRIES = (
    special("ALLOCATE AVAILABLE", "Arrays", 3, _available, shaped=True),
    special("ALLOCATE BY PRIORITY", "Arrays", 5, _by_priority),
)
