"""From PySD's abstract model to a program: names to slots, arrays to scalars, delays to stocks."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qiantang.engine.ir import (
    FINAL_TIME,
    INITIAL_TIME,
    TIME,
    TIME_STEP,
    Expression,
    Kind,
    Lookup,
    Number,
    Program,
    Slot,
    Unsupported,
)
from qiantang.engine.translation.algebra import behind, settle
from qiantang.engine.translation.reading import Listed, line_numbers, method_note, parse
from qiantang.engine.translation.scope import CONTROL, Scope, Translation, identified, titled
from qiantang.engine.translation.sections import declare, define_all
from qiantang.engine.translation.subscripts import Ranges, plain

__all__ = ["parse", "translate"]


def translate(model: Any, text: str = "", data_files: Iterable[Path] = ()) -> Program:
    """Turn an abstract model of PySD into a program.

    Parameters
    ----------
    model : pysd.translators.structures.abstract_model.AbstractModel
        The parsed file.
    text : str
        The file itself, to find the line of a construct that is not compiled.
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
    ValueError
        If the model is wrong in itself, or a file that it reads is not there.
    """
    section = model.sections[0]
    root = Path(model.original_path).parent
    titles, cleaned = identified(element.name for element in section.elements)
    context = Translation(
        root=root,
        macros={plain(s.name): s for s in model.sections[1:]},
        lines=line_numbers(text, titles),
        data_files=tuple(data_files),
        vensim=Path(model.original_path).suffix.lower() == ".mdl",
    )
    listed = getattr(model, "listed_mappings", [])
    scope = Scope(_ranges(section, root, context, listed), cleaned)
    define_all(declare(section.elements, titles, scope, context), scope, context)
    note = method_note(text)
    if note:
        context.notes.setdefault(note)
    return _program(section.elements, titles, scope, context, str(model.original_path))


def _ranges(section: Any, root: Path, context: Translation, listed: Sequence[Listed]) -> Ranges:
    from pysd.builders.python.subscripts import SubscriptManager

    for item in section.subscripts:
        if isinstance(item.subscripts, dict):
            context.files.setdefault(item.subscripts["file"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        manager = SubscriptManager(list(section.subscripts), root)
    titles = {plain(n): n for n in manager.subscripts}
    for names in manager.subscripts.values():
        titles.update({plain(n): n for n in names})
    elements = {plain(n): tuple(plain(e) for e in names) for n, names in manager.subscripts.items()}
    return Ranges(
        elements,
        {plain(n): tuple(plain(m) for m in maps) for n, maps in manager.mapping.items()},
        titles,
        dict(_listed(item, elements) for item in listed),
    )


def _listed(
    item: Listed, elements: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, str], list[frozenset[str]]]:
    """Return one mapping written out in the file."""
    source, target, names = item
    if len(names) != len(elements.get(plain(source), ())):
        raise ValueError(f"the mapping of {source} to {target} lists {len(names)} elements")
    sets = [frozenset(elements.get(plain(name), (plain(name),))) for name in names]
    return (plain(source), plain(target)), sets


def _program(
    elements: Iterable[Any],
    titles: Mapping[str, str],
    scope: Scope,
    context: Translation,
    source: str,
) -> Program:
    """Classify the variables and close the program."""
    states = {state.slot for state in context.states}
    for identifier, slot in CONTROL.items():
        if slot != TIME and slot not in context.equations:
            raise ValueError(f"the model does not define {identifier.upper().replace('_', ' ')}")
    names, spelled, kinds, slots = ["time"], ["Time"], ["control"], [TIME]
    spelling = scope.ranges.titles
    for element in elements:
        identifier = titles[element.name]
        for coordinates in scope.coordinates.get(identifier, []):
            slot = scope.slots[identifier, coordinates]
            names.append(titled(identifier, coordinates, spelling))
            spelled.append(titled(element.name, coordinates, spelling))
            kinds.append(_kind(identifier, context.equations.get(slot), slot in states))
            slots.append(slot)
        for known, coordinates in scope.table_of:
            if known == identifier:
                names.append(titled(identifier, coordinates, spelling))
                spelled.append(titled(element.name, coordinates, spelling))
                kinds.append("lookup")
                slots.append(-1)
    fixed = _settled(context.equations, (INITIAL_TIME, FINAL_TIME, TIME_STEP))
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
        source=source,
        notes=tuple(context.notes),
        files=tuple(context.files),
    )


def _kind(identifier: str, equation: Expression | None, is_state: bool) -> Kind:
    if identifier in CONTROL or identifier == "saveper":
        return "control"
    if is_state:
        return "stock"
    if isinstance(equation, Number):
        return "constant"
    if isinstance(equation, Lookup) and equation.argument == Slot(TIME):
        return "driver"
    return "auxiliary"


def _settled(equations: Mapping[int, Expression], wanted: Iterable[int]) -> dict[int, float]:
    """Compute the time grid from the file's constants."""
    settled: dict[int, float] = {}
    for slot in wanted:
        value = settle(slot, equations)
        if value is None:
            name = next(n for n, s in CONTROL.items() if s == slot)
            raise Unsupported("a time grid that changes", name.upper().replace("_", " "))
        settled[slot] = value
    return settled
