"""From a document to a program: names to slots, arrays to scalars, delays to stocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    ROLES,
    TIME,
    TIME_STEP,
    Expression,
    Kind,
    Lookup,
    Number,
    Program,
    Slot,
)
from qiantang.engine.translation import external
from qiantang.engine.translation.algebra import behind, settle
from qiantang.engine.translation.definitions import define_all
from qiantang.engine.translation.limits import limit_outflows
from qiantang.engine.translation.ranges import ranges_of
from qiantang.engine.translation.scope import CONTROL, Scope, Translation, titled
from qiantang.engine.translation.sections import declare
from qiantang.engine.translation.subscripts import plain
from qiantang.engine.translation.unknown import refuse_unknown
from qiantang.faults import Fault, StudyError
from qiantang.modelfile.document import Document
from qiantang.modelfile.names import identifiers
from qiantang.modelfile.tree import Call, walk


def translate(document: Document, data_files: Iterable[Path] = ()) -> Program:
    """Turn a document into a program.

    Parameters
    ----------
    document : Document
        The file, read.
    data_files : iterable of Path
        Tables, .tab or .csv, of data variables that name no file themselves.

    Returns
    -------
    Program
        With every stock, delay and smooth spelled out.

    Raises
    ------
    Unsupported
        At the first construct that the engine does not compile.
    StudyError
        If the model is wrong in itself, or a file that it reads is not there; all faults at once.
    """
    context = Translation(
        path=document.path,
        macros={plain(macro.name): macro for macro in document.macros},
        data_files=tuple(data_files),
        vensim=document.dialect == "vensim",
        euler=document.integrator == "euler",
        grid={plain(document.controls.get(_title(n), n)): slot for n, slot in CONTROL.items()},
    )
    context.notes.update(dict.fromkeys(document.notes))
    if document.integrator_note:
        context.notes.setdefault(document.integrator_note)

    def from_file(call: Call, name: str) -> Iterable[str]:
        return external.subscripts(call, name, context)

    scope = Scope(ranges_of(document, from_file))
    definitions = declare(document.equations, scope, context)
    _refuse_missing_grid(scope, context)
    refuse_unknown(document, scope, context)
    if context.faults:
        raise StudyError(context.faults)
    define_all(definitions, scope, context)
    limit_outflows(document.equations, scope, context)
    if context.faults:
        raise StudyError(context.faults)
    return _program(document, scope, context)


def _refuse_missing_grid(scope: Scope, context: Translation) -> None:
    for name, slot in context.grid.items():
        if slot != TIME and (name, ()) not in scope.slots:
            what = f"the model does not define {_title(name)}"
            context.faults.append(Fault(context.path, None, "", what))


def _title(name: str) -> str:
    return name.upper().replace("_", " ")


def _program(document: Document, scope: Scope, context: Translation) -> Program:
    """Classify the variables and close the program."""
    titles: dict[str, str] = {}
    targets = (t for c in _calls(document) for t in c.outputs)
    for title in chain((e.name for e in document.equations), (t.name for t in targets)):
        if plain(title) != "time":
            titles.setdefault(plain(title), title)
    called = identifiers(titles.values(), reserved=("time",))
    control = _controls(document)
    names, spelled, kinds, slots = _listed(titles, called, set(control), scope, context)
    fixed = _settled(document, context)
    structural = behind(context.orders, context.equations)
    name_of = dict(zip(slots, names, strict=True))
    return Program(
        names=tuple(names),
        titles=tuple(spelled),
        kinds=tuple(kinds),  # type: ignore[arg-type]
        slots=tuple(slots),
        equations=context.equations,
        starts=context.starts,
        states=tuple(context.states),
        delays=tuple(context.delays),
        tables=tuple(context.tables),
        slot_count=context.count,
        initial_time=fixed[INITIAL_TIME],
        final_time=fixed[FINAL_TIME],
        time_step=fixed[TIME_STEP],
        structural=tuple(sorted(name_of[slot] for slot in structural if slot in name_of)),
        source=str(document.path),
        integrator=document.integrator,
        notes=tuple(context.notes),
        files=tuple(context.files),
        controls={role: called[name] for name, role in control.items() if name in called},
    )


def _listed(
    titles: Mapping[str, str],
    called: Mapping[str, str],
    control: set[str],
    scope: Scope,
    context: Translation,
) -> tuple[list[str], list[str], list[str], list[int]]:
    """Return name, title, kind and slot of every scalar and table, in the order of the file."""
    states = {state.slot for state in context.states}
    names, spelled, kinds, slots = ["time"], ["Time"], ["control"], [TIME]
    for name, title in titles.items():
        for coordinates, slot in scope.coordinates.get(name, {}).items():
            names.append(titled(called[name], coordinates, scope.ranges.titles))
            spelled.append(titled(title, coordinates, scope.ranges.titles))
            kinds.append(_kind(name in control, context.equations.get(slot), slot in states))
            slots.append(slot)
        for coordinates in scope.tables.get(name, {}):
            names.append(titled(called[name], coordinates, scope.ranges.titles))
            spelled.append(titled(title, coordinates, scope.ranges.titles))
            kinds.append("lookup")
            slots.append(-1)
    return names, spelled, kinds, slots


def _controls(document: Document) -> dict[str, str]:
    """Return the part that each name of the time grid plays, by plain name."""
    return {plain(document.controls.get(_title(role), role)): role for role in ROLES}


def _calls(document: Document) -> Iterable[Call]:
    """Yield the calls that define further variables."""
    trees = (e.tree for e in document.equations if e.tree is not None)
    parts = chain.from_iterable(map(walk, trees))
    return (part for part in parts if isinstance(part, Call) and part.outputs)


def _kind(is_control: bool, equation: Expression | None, is_state: bool) -> Kind:
    if is_control:
        return "control"
    if is_state:
        return "stock"
    if isinstance(equation, Number):
        return "constant"
    if isinstance(equation, Lookup) and equation.argument == Slot(TIME):
        return "driver"
    return "auxiliary"


def _settled(document: Document, context: Translation) -> Mapping[int, float]:
    """Compute the time grid from the file's constants."""
    settled: dict[int, float] = {}
    for name, slot in context.grid.items():
        if slot == TIME:
            continue
        value = settle(slot, context.equations, tables=context.tables)
        if value is None:
            line = next(e.line for e in document.equations if plain(e.name) == name)
            raise context.refuse("a time grid that changes", _title(name), line)
        settled[slot] = value
    return settled
