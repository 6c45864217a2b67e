"""A .mdl file in, a document out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

from qiantang.faults import Fault
from qiantang.files import door
from qiantang.modelfile.decode import decoded
from qiantang.modelfile.document import Document, Equation, Macro, Range
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Call, Reference, Text, Tree
from qiantang.modelfile.vensim.entry import RealityCheck, TextConstant, name_of, understood
from qiantang.modelfile.vensim.scan import Entry, Scan, scan
from qiantang.modelfile.vensim.settings import integration
from qiantang.modelfile.vensim.words import MisreadError


def read(path: Path) -> tuple[Document, list[Fault]]:
    """Read a .mdl file; what cannot be read is listed, the rest is there.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of (Document, list of Fault)
    """
    path = Path(path)
    nothing = Document(path, "vensim", ())
    try:
        text, notes = decoded(door.content(path))
    except FileNotFoundError:
        return nothing, [Fault(path, None, "", "file not found")]
    except OSError as error:
        return nothing, [Fault(path, None, "", f"cannot be read: {error.strerror}")]
    except ValueError as error:
        return nothing, [Fault(path, getattr(error, "line", None), "", str(error))]
    return _Reader(path, scan(text.replace("\r\n", "\n").replace("\r", "\n")), notes).run()


class _Reader:
    def __init__(self, path: Path, found: Scan, notes: list[str]) -> None:
        self.path = path
        self.found = found
        self.notes = [
            *notes,
            *(f"the text on line {line} is passed over" for line in found.remarks),
        ]
        self.equations: dict[int, list[Equation]] = {-1: []}
        self.ranges: list[Range] = []
        self.texts: dict[str, str] = {}
        self.faults = [Fault(path, *fault) for fault in (*found.faults, *_macros_twice(found))]

    def run(self) -> tuple[Document, list[Fault]]:
        for entry in self.found.entries:
            what = _malformed(entry)
            if not what:
                try:
                    self._take(entry)
                except MisreadError as misread:
                    what = str(misread)
            if what:
                self.faults.append(Fault(self.path, entry.line, name_of(entry), what))
        if not self.equations[-1] and not self.faults:
            what = "no variable found, expected a Vensim model"
            self.faults.append(Fault(self.path, 1, "", what))
        return self._document(), self.faults

    def _take(self, entry: Entry) -> None:
        item = understood(entry)
        if len(entry.fields) == 1:
            note = f"the entry of {item.name} (line {entry.line}) has no part for its meaning"
            self.notes.append(note)
        if isinstance(item, Equation):
            self.equations.setdefault(entry.macro, []).append(item)
        elif isinstance(item, Range):
            self.ranges.append(item)
        elif isinstance(item, TextConstant):
            if plain(item.name) in map(plain, self.texts):
                raise MisreadError("the text is defined twice")
            self.texts[item.name] = item.value
        elif isinstance(item, RealityCheck):
            self.notes.append(f"the reality check {item.name} (line {entry.line}) is passed over")

    def _document(self) -> Document:
        integrator, integrator_note = integration(self.found.tail)
        macros = tuple(
            Macro(
                head.name,
                head.line,
                head.parameters,
                head.outputs,
                self._written(self.equations.get(number, ())),
            )
            for number, head in enumerate(self.found.macros)
        )
        return Document(
            path=self.path,
            dialect="vensim",
            equations=self._written(self.equations[-1]),
            ranges=tuple(
                r if r.source is None else replace(r, source=self._spelled_out(r.source))
                for r in self.ranges
            ),
            macros=macros,
            integrator=integrator,
            integrator_note=integrator_note,
            notes=tuple(self.notes),
            texts=self.texts,
            sketch=self.found.tail,
            groups=tuple(self.found.groups),
        )

    def _written(self, equations: Iterable[Equation]) -> tuple[Equation, ...]:
        return tuple(
            replace(e, tree=self._spelled_out(e.tree)) if _reads_a_file(e.tree) else e
            for e in _without_arrows(equations)
        )

    def _spelled_out(self, call: Call) -> Call:
        """Return a call that reads a file, with its text in place of the name of one."""
        texts = {plain(name): Text(value) for name, value in self.texts.items()}
        arguments = (
            texts.get(plain(a.name), a) if isinstance(a, Reference) else a for a in call.arguments
        )
        return replace(call, arguments=tuple(arguments))


def _reads_a_file(tree: Tree | None) -> TypeGuard[Call]:
    return isinstance(tree, Call) and tree.function.startswith(("get_direct_", "get_xls_"))


def _without_arrows(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Leave out what stands for an equation where the equation is there too.

    Vensim writes ``x = A FUNCTION OF(a, b)`` for the arrows of the sketch, and may keep it beside
    the equation of x.
    """
    every = tuple(equations)
    real = {_place(e) for e in every if not _is_arrows(e)}
    return tuple(e for e in every if not (_is_arrows(e) and _place(e) in real))


def _is_arrows(equation: Equation) -> bool:
    return isinstance(equation.tree, Call) and equation.tree.function == "a_function_of"


def _place(equation: Equation) -> tuple[str, tuple[str, ...]]:
    return plain(equation.name), tuple(map(plain, equation.subscripts))


def _macros_twice(found: Scan) -> Iterator[tuple[int, str, str]]:
    first: dict[str, int] = {}
    for head in found.macros:
        line = first.setdefault(plain(head.name), head.line)
        if line != head.line:
            yield head.line, head.name, f"the macro is defined twice, first on line {line}"


def _malformed(entry: Entry) -> str:
    """Return what is wrong with the parts of an entry, empty if nothing."""
    if not entry.closed:
        return "the entry is not closed, expected | at its end"
    fields = entry.fields
    flagged = len(fields) < 3 or fields[2].strip()[:1] in {":", ""}
    if len(fields) > 3 or not (flagged or _remarks(fields)):
        return "the entry has more than three parts, is the | between two entries missing?"
    if not fields:
        return "the entry has fewer than three parts, expected equation ~ unit ~ meaning |"
    return ""


def _remarks(fields: tuple[str, ...]) -> bool:
    """Tell whether a comment only holds a ``~``: what stands there is no further equation."""
    return not any("=" in part for part in fields)
