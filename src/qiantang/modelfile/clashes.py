"""Names that stand for two things in one file: defined twice, or told apart by punctuation only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from qiantang.faults import Fault
from qiantang.modelfile.document import Document, Equation, Range
from qiantang.modelfile.names import identifier, plain
from qiantang.modelfile.nested import in_order

Elements = Mapping[str, tuple[str, ...]]
"""Plain name of a range to the plain names of its elements."""


def defined_twice(document: Document) -> list[Fault]:
    """List variables, and elements of arrays, that two entries define, with both lines.

    In a .mdl a variable has no name of a range, of an element or of the clock either.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of Fault
        At the line of the later entry; those of macros included.
    """
    elements = elements_of(document.ranges)
    found = list(_ranges_twice(document))
    if document.dialect == "vensim":
        found += _taken(document)
    for scope in (document.equations, *(macro.equations for macro in document.macros)):
        seen: dict[str, _Defined] = {}
        for equation in scope:
            known = seen.setdefault(plain(equation.name), _Defined(elements))
            what = known.clash(equation)
            if what:
                found.append(Fault(document.path, equation.line, _bare(equation.name), what))
    return found


def one_identifier(document: Document) -> list[Fault]:
    """List names that differ by nothing an identifier keeps, such as ``a-b`` and ``ab``.

    :func:`qiantang.modelfile.names.identifiers` numbers them in the order of the file, so that a
    model runs; a study, whose other files name variables, is asked to rename one.
    """
    first: dict[str, Equation] = {}
    found = []
    for equation in {plain(item.name): item for item in reversed(document.equations)}.values():
        known = first.setdefault(identifier(equation.name), equation)
        if known is not equation:
            later, earlier = sorted((known, equation), key=lambda item: -item.line)
            what = (
                f"has the identifier {identifier(later.name)}, as {_bare(earlier.name)} on line "
                f"{earlier.line} has, rename one of them"
            )
            found.append(Fault(document.path, later.line, _bare(later.name), what))
    return sorted(found, key=lambda fault: fault.line or 0)


def elements_of(ranges: Iterable[Range]) -> dict[str, tuple[str, ...]]:
    """Return the elements of each range, subranges and aliases followed, by plain names."""
    by_name = {plain(item.name): item for item in ranges}
    parts = {name: tuple(map(plain, _parts(item))) for name, item in by_name.items()}
    found: dict[str, tuple[str, ...]] = {}
    for name in in_order(parts)[0]:
        inner = (found.get(part, (part,)) for part in parts[name])
        found[name] = tuple(dict.fromkeys(one for part in inner for one in part))
    return {name: found[name] for name in by_name}


def _parts(item: Range) -> tuple[str, ...]:
    return item.elements or ((item.alias_of,) if item.alias_of else (item.name,))


def _taken(document: Document) -> Iterator[Fault]:
    """Yield variables of a .mdl whose name is that of the clock, a range or an element.

    Vensim's reference manual, "Variable Types": ranges and elements are types of variables, and a
    name is of one type.
    """
    taken = {"time": ("the clock", 0)}
    for item in document.ranges:
        taken.setdefault(plain(item.name), ("a range", item.line))
    for item in document.ranges:
        for element in item.elements:
            taken.setdefault(plain(element), (f"an element of {_bare(item.name)}", item.line))
    for equation in chain(document.equations, *(macro.equations for macro in document.macros)):
        what, line = taken.get(plain(equation.name), ("", 0))
        if what:
            where = f" on line {line}" if line else ""
            told = f"the name is that of {what}{where}, expected another"
            yield Fault(document.path, equation.line, _bare(equation.name), told)


def _ranges_twice(document: Document) -> Iterator[Fault]:
    first: dict[str, Range] = {}
    for item in document.ranges:
        known = first.setdefault(plain(item.name), item)
        if known is not item:
            what = f"the range is defined twice, first on line {known.line}"
            yield Fault(document.path, item.line, _bare(item.name), what)


def _bare(name: str) -> str:
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] == '"' else name


@dataclass
class _Defined:
    """What the entries of one name have defined so far."""

    elements: Elements
    single: dict[tuple[str, ...], int] = field(default_factory=dict)
    wide: list[tuple[Equation, list[set[str]]]] = field(default_factory=list)

    def clash(self, equation: Equation) -> str:
        """Take an entry in; say where it defines again what an earlier one has defined."""
        axes = [set(self._of(name)) for name in equation.subscripts]
        exact = tuple(min(axis) for axis in axes) if all(len(axis) == 1 for axis in axes) else None
        told = self._told(equation, axes, exact)
        if exact is not None and not equation.exceptions:
            self.single.setdefault(exact, equation.line)
        else:
            self.wide.append((equation, axes))
        return told

    def _told(self, equation: Equation, axes: list[set[str]], exact: tuple[str, ...] | None) -> str:
        if exact is not None and exact in self.single:
            return twice(equation.subscripts, self.single[exact])
        for place, line in () if exact is not None else self.single.items():
            where = self._shared(equation, axes, None, [{name} for name in place])
            if where is not None:
                return twice(where, line)
        for earlier, others in self.wide:
            where = self._shared(equation, axes, earlier, others)
            if where is not None:
                return twice(where, earlier.line)
        return ""

    def _shared(
        self,
        equation: Equation,
        axes: list[set[str]],
        earlier: Equation | None,
        others: list[set[str]],
    ) -> tuple[str, ...] | None:
        """Return an element that both define, None where there is none."""
        if len(axes) != len(others):
            return equation.subscripts
        common = [sorted(one & other) for one, other in zip(axes, others, strict=True)]
        left_out = [*equation.exceptions, *(earlier.exceptions if earlier else ())]
        if not left_out:
            return tuple(axis[0] for axis in common) if all(common) else None
        gaps = [[set(self._of(name)) for name in names] for names in left_out]
        return _outside(common, [gap for gap in gaps if len(gap) == len(common)])

    def _of(self, name: str) -> tuple[str, ...]:
        return self.elements.get(plain(name), (plain(name),))


def _outside(common: list[list[str]], gaps: list[list[set[str]]]) -> tuple[str, ...] | None:
    """Return an element of a block of elements that lies in no gap, None where there is none.

    A block less a gap is a few blocks again, so that none is ever written out.
    """
    blocks = [common] if all(common) else []
    for gap in gaps:
        blocks = [piece for block in blocks for piece in _without(block, gap)]
    return tuple(axis[0] for axis in blocks[0]) if blocks else None


def _without(block: list[list[str]], gap: list[set[str]]) -> Iterator[list[list[str]]]:
    inside = list(block)
    for place, hole in enumerate(gap):
        rest = [name for name in block[place] if name not in hole]
        if rest:
            yield [*inside[:place], rest, *inside[place + 1 :]]
        inside[place] = [name for name in block[place] if name in hole]
        if not inside[place]:
            return


def twice(subscripts: Iterable[str], line: int) -> str:
    """Say that a variable, or one element of it, has an entry on an earlier line."""
    where = ", ".join(subscripts)
    return f"defined twice{f' for [{where}]' if where else ''}, first on line {line}"
