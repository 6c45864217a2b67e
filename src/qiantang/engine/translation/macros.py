"""A macro is written out once for each use, in hidden slots of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiantang.engine.ir import Expression, Number, Slot
from qiantang.engine.translation.algebra import numeric
from qiantang.engine.translation.scope import Scope, identified
from qiantang.engine.translation.subscripts import Bindings, plain
from qiantang.engine.translation.trees import function_name

if TYPE_CHECKING:
    from qiantang.engine.translation.builder import Builder

DEEPEST = 20
"""Macros inside macros, from which on a macro is taken to call itself."""


def used(builder: Builder, tree: Any, bindings: Bindings) -> Slot:
    """Write a macro out for one use and return the slot of its value.

    Parameters
    ----------
    builder : Builder
        Of the equation that uses it.
    tree : object
        The call.
    bindings : mapping of str to str
        Subscripts at the place of the call.
    """
    from qiantang.engine.translation.sections import declare, define_all

    name = plain(function_name(tree))
    section = builder.context.macros[name]
    if builder.scope.depth >= DEEPEST:
        raise builder.refuse(f"the macro {name}, which uses itself,")
    if len(tree.arguments) != len(section.params):
        raise builder.refuse(f"the macro {name} with {len(tree.arguments)} arguments")
    titles, cleaned = identified((e.name for e in section.elements), section.params)
    scope = Scope(
        ranges=builder.scope.ranges,
        identifiers=cleaned,
        parameters={
            parameter.lower().replace(" ", "_"): _given(builder, argument, bindings)
            for parameter, argument in zip(section.params, tree.arguments, strict=True)
        },
        user=builder.scope.user or builder.definition.title,
        depth=builder.scope.depth + 1,
    )
    # Kept, as what was made in a scope is remembered under the scope's identity.
    builder.context.scopes.append(scope)
    definitions = declare(section.elements, titles, scope, builder.context)
    define_all(definitions, scope, builder.context)
    for definition in definitions:
        if plain(definition.title) == name:
            return Slot(definition.slot)
    raise builder.refuse(f"the macro {name}, which has no value,")


def _given(builder: Builder, argument: Any, bindings: Bindings) -> Expression:
    """Return what a parameter stands for: a number, a slot, or a hidden slot with its start."""
    value = numeric(builder.build(argument, bindings, False))
    start = numeric(builder.build(argument, bindings, True))
    if isinstance(value, (Slot, Number)) and start == value:
        return value
    return builder.context.keep(value, start)
