"""A macro is written out once for each use, in hidden slots of its own."""

from __future__ import annotations

from qiantang.engine.ir import Expression, Slot
from qiantang.engine.translation.builder import Builder
from qiantang.engine.translation.scope import Scope
from qiantang.engine.translation.subscripts import Bindings, plain
from qiantang.modelfile.document import Macro
from qiantang.modelfile.tree import Call, Knots, Reference, Tree

DEEPEST = 60
"""Macros inside macros; more would need a deeper stack than Python has."""

MOST_USES = 20_000
"""Uses of all macros together, those inside others included; each writes its macro out."""


def used(builder: Builder, tree: Call, bindings: Bindings) -> Slot:
    """Write a macro out for one use and return the slot of its value.

    Parameters
    ----------
    builder : Builder
        Of the equation that uses it.
    tree : Call
        The call. Variables after its colon get the further outputs.
    bindings : mapping of str to str
        Subscripts at the place of the call.
    """
    context = builder.context
    macro = context.macros[tree.function]
    if builder.scope.depth >= DEEPEST:
        what = f"the macro {macro.name}, more than {DEEPEST} macros deep,"
        raise builder.refuse(what, elsewhere=False)
    if len(context.scopes) >= MOST_USES:
        what = f"the macro {macro.name}, with macros used more than {MOST_USES:,} times in all,"
        raise builder.refuse(what, elsewhere=False)
    if len(tree.arguments) != len(macro.parameters):
        raise builder.refuse(f"the macro {macro.name} with {len(tree.arguments)} arguments")
    if len(tree.outputs) > len(macro.outputs):
        raise builder.refuse(f"the macro {macro.name} with {len(tree.outputs)} further outputs")
    scope = _scope(builder, macro, tree, bindings)
    # Kept, as what was made in a scope is remembered under the scope's identity.
    context.scopes.append(scope)
    builder.write_out(macro.equations, scope)
    for output, target in zip(macro.outputs, tree.outputs, strict=False):
        _handed_over(builder, scope, macro, output, target, bindings)
    return _value(builder, scope, macro, macro.name)


def _scope(builder: Builder, macro: Macro, tree: Call, bindings: Bindings) -> Scope:
    """Return the names inside one use of a macro: its parameters, given numbers or tables."""
    parameters: dict[str, Expression] = {}
    scope = Scope(
        ranges=builder.scope.ranges,
        parameters=parameters,
        user=builder.scope.user or builder.definition.title,
        line=builder.scope.line if builder.scope.user else builder.definition.equation.line,
        depth=builder.scope.depth + 1,
    )
    for parameter, argument in zip(macro.parameters, tree.arguments, strict=True):
        name = plain(parameter)
        if _is_table(builder, argument):
            number = builder.table_number(argument, bindings)
            scope.table_of[name, ()] = number
            scope.tables[name] = {(): number}
            continue
        value, start = builder.pair(argument, bindings)
        leaf = not hasattr(value, "arguments") and not hasattr(value, "argument")
        same = leaf and value is start
        parameters[name] = value if same else builder.context.keep(value, start)
    return scope


def _is_table(builder: Builder, tree: Tree) -> bool:
    if isinstance(tree, Reference):
        return plain(tree.name) in builder.scope.tables
    return isinstance(tree, Knots)


def _value(builder: Builder, scope: Scope, macro: Macro, name: str) -> Slot:
    slot = scope.slots.get((plain(name), ()))
    if slot is None:
        raise builder.refuse(f"the macro {macro.name}, which gives {name} no value,")
    return Slot(slot)


def _handed_over(
    builder: Builder,
    scope: Scope,
    macro: Macro,
    output: str,
    target: Reference,
    bindings: Bindings,
) -> None:
    """Let a variable after the colon of the call stand for a further output of the macro."""
    key = plain(target.name), builder.coordinates(target, bindings)
    builder.context.equations[builder.scope.slots[key]] = _value(builder, scope, macro, output)
