"""Names that equations use and the file does not define, all of them before any is translated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.translation.scope import Scope, Translation
from qiantang.engine.translation.subscripts import plain
from qiantang.faults import Fault, nearest
from qiantang.modelfile.document import Document, Equation, Macro
from qiantang.modelfile.nested import in_order
from qiantang.modelfile.tree import Call, Reference, Tree, walk

MOST_HINTS = 20
"""Names for which the closest known one is looked for, which takes its time."""

ARROWS = "a_function_of"
"""What Vensim writes where a variable has arrows in the sketch and no equation yet."""


def refuse_unknown(document: Document, scope: Scope, context: Translation) -> None:
    """Note a fault for each name that an equation uses and nothing defines.

    Macros that are used are looked into as well; inside them no name of the model is known, and
    none may use itself.

    Parameters
    ----------
    document : Document
    scope : Scope
        Of the model, declared.
    context : Translation
        Whose faults grow.
    """
    shared = {"time", *context.grid, *scope.ranges.elements, *scope.ranges.families}
    shared |= {plain(name) for name in document.texts}
    variables = _defined(document.equations) | scope.coordinates.keys()
    known = variables | shared
    for equation in document.equations:
        for what in _unknown(equation, known, scope, context, subscripts=True):
            _fault(equation, what, variables, context)
    macros = _used(document, context)
    _refuse_circles(macros, context)
    for macro in macros:
        inside = _defined(macro.equations) | {plain(n) for n in (*macro.parameters, *macro.outputs)}
        known = inside | shared
        for equation in macro.equations:
            for what in _unknown(equation, known, scope, context, subscripts=False):
                _fault(equation, what, inside, context)


def _fault(equation: Equation, name: str, known: Iterable[str], context: Translation) -> None:
    if name.endswith("()"):
        context.fault(equation, f"{name[:-2]} is called as a table, which it is not")
        return
    hint = nearest(plain(name), known) if len(context.faults) < MOST_HINTS else ""
    context.fault(equation, f"{name} is not defined{hint}")


def _defined(equations: Iterable[Equation]) -> set[str]:
    """Return the plain names that equations define, those after the colon of a call included."""
    found: set[str] = set()
    for equation in equations:
        found.add(plain(equation.name))
        found.update(plain(t.name) for call in _calls(equation.tree) for t in call.outputs)
    return found


def _calls(tree: Tree | None) -> Iterator[Call]:
    return (part for part in walk(tree) if isinstance(part, Call)) if tree else iter(())


def _used(document: Document, context: Translation) -> list[Macro]:
    """Return the macros that the equations of the model use, directly or not."""
    found: dict[str, Macro] = {}
    todo = list(document.equations)
    while todo:
        for call in _calls(todo.pop().tree):
            macro = context.macros.get(call.function)
            if macro is not None and call.function not in found:
                found[call.function] = macro
                todo += macro.equations
    return list(found.values())


def _refuse_circles(macros: Iterable[Macro], context: Translation) -> None:
    """Note a fault for each macro that uses itself, by others or directly."""
    by_name = {plain(macro.name): macro for macro in macros}
    uses = {
        name: {call.function for e in macro.equations for call in _calls(e.tree)}
        for name, macro in by_name.items()
    }
    direct = [name for name in by_name if name in uses[name]]
    for name in dict.fromkeys((*direct, *in_order(uses)[1])):
        macro = by_name[name]
        what = "the macro uses itself"
        context.faults.append(Fault(context.path, macro.line, macro.name, what))


def _unknown(
    equation: Equation, known: set[str], scope: Scope, context: Translation, subscripts: bool
) -> list[str]:
    """Return what one equation uses without its being known, each once."""
    found: dict[str, str] = {}
    tree = equation.tree
    if tree is None or (isinstance(tree, Call) and tree.function == ARROWS):
        return []
    left = {plain(subscript) for subscript in equation.subscripts}  # told already if unknown
    for part in walk(tree):
        if not isinstance(part, (Reference, Call)):
            continue
        if isinstance(part, Reference):
            name = plain(part.name)
            if name not in known and name.rstrip("$") not in context.grid:
                found.setdefault(name, part.name)
        elif _no_table(part.function, known, scope, context):
            found.setdefault(part.function, f"{part.function}()")
        for subscript in part.subscripts or () if subscripts else ():
            name = plain(subscript).removesuffix("!") if isinstance(subscript, str) else "time"
            if name not in known and name not in left:
                found.setdefault(name, str(subscript).removesuffix("!"))
    return list(found.values())


def _no_table(name: str, known: set[str], scope: Scope, context: Translation) -> bool:
    """Return whether a call is of a variable."""
    is_function = name in FUNCTIONS or name in context.macros or name in scope.tables
    return not is_function and name in known and name in scope.coordinates
