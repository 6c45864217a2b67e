"""The subscript ranges of a document, their elements and mappings written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from qiantang.engine.translation.subscripts import Ranges, plain
from qiantang.faults import Fault, StudyError
from qiantang.modelfile.document import Document, Range
from qiantang.modelfile.tree import Call

FromFile = Callable[[Call, str], Iterable[str]]
"""Given the call that names a file, and the range, returns the elements read from it."""


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
    for name in known:
        try:
            _fill(name, known, written, titles, from_file)
        except RecursionError:
            what = f"the range {known[name].name} is defined by itself"
            faults.append(Fault(document.path, known[name].line, known[name].name, what))
        except ValueError as error:  # of the file that its elements stand in
            what = str(error).removeprefix(known[name].name).strip()
            faults.append(Fault(document.path, known[name].line, known[name].name, what))
    found = {name: tuple(dict.fromkeys(elements)) for name, elements in written.items()}
    repeated = {name: elements for name, elements in written.items() if elements != found[name]}
    mappings = {
        name: tuple(plain(m.target) for m in r.mappings if not m.elements)
        for name, r in known.items()
    }
    for name, item in known.items():
        if item.alias_of:
            mappings[name] = (*mappings[name], plain(item.alias_of))
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
    if faults:
        raise StudyError(faults)
    return Ranges(found, mappings, titles, listed, repeated)


def _fill(
    name: str,
    known: Mapping[str, Range],
    found: dict[str, tuple[str, ...]],
    titles: dict[str, str],
    from_file: FromFile,
    depth: int = 0,
) -> tuple[str, ...]:
    """Return the elements of a range, the ranges it names written out, repeats included."""
    if name in found:
        return found[name]
    if depth > len(known):
        raise RecursionError
    item = known[name]
    if item.alias_of:
        names: Iterable[str] = (item.alias_of,)
    else:
        names = item.elements if item.source is None else from_file(item.source, item.name)

    def written_out(element: str) -> tuple[str, ...]:
        inner = plain(element)
        if inner in known and inner != name:
            return _fill(inner, known, found, titles, from_file, depth + 1)
        titles.setdefault(inner, element)
        return (inner,)

    elements = tuple(chain.from_iterable(map(written_out, names)))
    found[name] = elements
    return elements
