"""The subscript ranges of a document, their elements and mappings written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from qiantang.engine.translation.subscripts import Ranges, plain
from qiantang.faults import Fault, StudyError
from qiantang.modelfile.document import Document, Range
from qiantang.modelfile.nested import in_order
from qiantang.modelfile.tree import Call

FromFile = Callable[[Call, str], Iterable[str]]
"""Given the call that names a file, and the range, returns the elements read from it."""


MOST_ELEMENTS = 200_000
"""Elements of a range, those of ranges in it included."""


def ranges_of(document: Document, from_file: FromFile) -> Ranges:
    """Return the ranges of a model.

    Raises
    ------
    StudyError
        If a range is defined by itself, a file does not have its elements, or a mapping lists more
        or fewer elements than it has.
    """
    known = {plain(r.name): r for r in document.ranges}
    titles: dict[str, str] = {}
    written: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for item in document.ranges:
        titles.setdefault(plain(item.name), item.name)
    parts = _parts(document, known, from_file, faults)
    order, circles = in_order({name: map(plain, inner) for name, inner in parts.items()})
    for name in circles:
        what = f"the range {known[name].name} is defined by itself"
        faults.append(Fault(document.path, known[name].line, known[name].name, what))
    for name in order:
        count = sum(len(written.get(plain(part), part[:1])) for part in parts[name])
        if count > MOST_ELEMENTS:
            what = f"the range has {count:,} elements, expected at most {MOST_ELEMENTS:,}"
            faults.append(Fault(document.path, known[name].line, known[name].name, what))
            written[name] = ()
            continue
        elements: list[str] = []
        for part in parts[name]:
            titles.setdefault(plain(part), part)
            inner = plain(part)
            elements += written.get(inner, (inner,)) if inner != name else (inner,)
        written[name] = tuple(elements)
    found = {name: tuple(dict.fromkeys(elements)) for name, elements in written.items()}
    repeated = {name: elements for name, elements in written.items() if elements != found[name]}
    mappings = {
        name: tuple(plain(m.target) for m in r.mappings if not m.elements)
        for name, r in known.items()
    }
    for name, item in known.items():
        if item.alias_of:
            mappings[name] = (*mappings[name], plain(item.alias_of))
    listed = _listed(document, known, found, repeated, faults)
    if faults:
        raise StudyError(faults)
    return Ranges(found, mappings, titles, listed, repeated)


def _parts(
    document: Document, known: Mapping[str, Range], from_file: FromFile, faults: list[Fault]
) -> dict[str, tuple[str, ...]]:
    """Return what each range names, elements or other ranges."""
    parts: dict[str, tuple[str, ...]] = {}
    for name, item in known.items():
        try:
            parts[name] = tuple(_named(item, from_file))
        except ValueError as error:  # of the file that its elements stand in
            what = str(error).removeprefix(f"{item.name} ").strip()
            faults.append(Fault(document.path, item.line, item.name, what))
    return parts


def _listed(
    document: Document,
    known: Mapping[str, Range],
    found: Mapping[str, tuple[str, ...]],
    repeated: Mapping[str, tuple[str, ...]],
    faults: list[Fault],
) -> dict[tuple[str, str], list[frozenset[str]]]:
    """Return the mappings that list what each element stands for."""
    listed: dict[tuple[str, str], list[frozenset[str]]] = {}
    for name, item in known.items():
        for mapping in item.mappings:
            if not mapping.elements or name not in found:
                continue
            if name in repeated:
                what = "a range that names an element twice maps to another as a whole only"
                faults.append(Fault(document.path, item.line, item.name, what))
                continue
            if len(mapping.elements) != len(found[name]):
                what = (
                    f"the mapping to {mapping.target} lists {len(mapping.elements)} elements, "
                    f"expected {len(found[name])}"
                )
                faults.append(Fault(document.path, item.line, item.name, what))
                continue
            listed[name, plain(mapping.target)] = [
                frozenset(found.get(plain(e), (plain(e),))) for e in mapping.elements
            ]
    return listed


def _named(item: Range, from_file: FromFile) -> Iterable[str]:
    """Return what a range names as its parts."""
    if item.alias_of:
        return (item.alias_of,)
    return item.elements if item.source is None else from_file(item.source, item.name)
