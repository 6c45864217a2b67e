"""Stocks, flows, auxiliaries and tables as equations of a document (sections 4.1 to 4.5)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from qiantang.faults import Fault
from qiantang.modelfile.document import Equation
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree, Unary
from qiantang.modelfile.xmile.cells import Cell, cells
from qiantang.modelfile.xmile.context import File, Place
from qiantang.modelfile.xmile.expressions import NotUnderstood, parse
from qiantang.modelfile.xmile.graphical import knots
from qiantang.modelfile.xmile.names import Variable, bare, said
from qiantang.modelfile.xmile.resolve import resolve
from qiantang.modelfile.xmile.xml import Node

REFUSED = {
    "conveyor": "a conveyor",
    "queue": "a queue",
    "oven": "an oven",
    "leak": "the leakage of a conveyor",
    "overflow": "the overflow of a queue",
}
"""Properties that change what a stock or flow does, and are not read."""


@dataclass
class Reader:
    """Reads the variables of a file; faults are collected.

    Parameters
    ----------
    path : Path
    file : File
    behavior : dict of str to bool
        Whether stocks and flows are non-negative where they do not say (section 2.6).
    """

    path: Path
    file: File
    behavior: dict[str, bool] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    parsed: dict[str, Tree] = field(default_factory=dict)
    unused: dict[str, list[Equation]] = field(default_factory=dict)

    def fault(self, line: int | None, name: str, what: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(self.path, line, name, what))

    def equations(self, variable: Variable) -> Iterator[Equation]:
        """Yield the equations of a variable, in the order of the file."""
        if not self._readable(variable):
            return
        found, complaints = cells(variable, self.file)
        for line, what in complaints:
            self.fault(line, variable.name, what)
        for cell in found:
            if self.file.full:
                return
            try:
                yield from self._cell(variable, cell)
            except NotUnderstood as error:
                self.fault(error.line or cell.line, variable.name, str(error))

    def _readable(self, variable: Variable) -> bool:
        for tag, what in REFUSED.items():
            found = variable.node.first(tag)
            if found:
                self.fault(found.line, variable.name, f"{what} is not read, expected a plain one")
                return False
        return True

    # -- one equation ----------------------------------------------------------------------------

    def _cell(self, variable: Variable, cell: Cell) -> Iterator[Equation]:
        place = Place(variable.scope, variable, cell.left)
        base = self._base(variable, cell)
        own = cell.node.first("gf") or variable.node.first("gf")
        gf = cell.node if cell.node.tag == "gf" else own
        eqn = self._text(variable, cell, "eqn")
        if gf is not None and (eqn is None or not said(eqn.text)):
            if variable.kind == "stock":
                raise NotUnderstood("a stock cannot be a graphical function", gf.line)
            yield replace(base, operator="(", tree=knots(gf))
            return
        if eqn is None:
            raise NotUnderstood("has no equation", cell.line)
        text, plain_stock = self._stripped(variable, eqn.text)
        value = self._tree(text, eqn, place)
        base = replace(base, text=" ".join(text.split()))
        if variable.kind == "stock" and plain_stock:
            yield self._stock(variable, cell, base, place, value)
            return
        if gf is not None:
            value, table = self._graph(variable, gf, place, value)
            if table is not None:
                self.unused.setdefault(variable.name, []).append(
                    replace(base, name=f"{variable.name}.gf", operator="(", tree=table)
                )
        if variable.kind == "flow" and self._non_negative(variable, cell):
            value = Call("max", (value, Literal(0.0)))
        start = self._text(variable, cell, "init_eqn")
        if start is not None and said(start.text):
            value = Call("active_initial", (value, self._tree(start.text, start, place)))
        yield replace(base, tree=value)

    def _base(self, variable: Variable, cell: Cell) -> Equation:
        node = variable.node
        return Equation(
            name=variable.name,
            line=cell.line,
            operator="=",
            tree=None,
            subscripts=tuple(text for _, text in cell.left),
            exceptions=cell.exceptions,
            unit=_unit(node),
            comment=node.words("doc"),
            group=variable.scope.prefix.rstrip("."),
        )

    def _text(self, variable: Variable, cell: Cell, tag: str) -> Node | None:
        """Return the element's own equation, or else that of the whole variable."""
        own = cell.node.first(tag)
        return own if own is not None else variable.node.first(tag)

    def _stripped(self, variable: Variable, text: str) -> tuple[str, bool]:
        """Return an equation without its own name before it, as Vensim exports a fixed delay."""
        before, equals, after = text.partition("=")
        name = bare(before)
        if equals and plain(name) == plain(bare(variable.node.attributes.get("name", ""))):
            return after, bool(self._flows(variable, variable.node, "inflow"))
        return text, True

    def _tree(self, text: str, node: Node, place: Place) -> Tree:
        try:
            if text not in self.parsed:
                self.parsed[text] = parse(text)
            return resolve(self.parsed[text], place, self.file)
        except NotUnderstood as error:
            raise NotUnderstood(str(error), (node.text_line or node.line) + error.line) from None

    def _graph(
        self, variable: Variable, gf: Node, place: Place, value: Tree
    ) -> tuple[Tree, Tree | None]:
        """Return a value through its graphical function, and the function if it stands here."""
        name = gf.attributes.get("name", "")
        if gf.first("ypts") is None and name:
            table = variable.scope.find(name)
            if table is None:
                raise NotUnderstood(f"the graphical function {bare(name)} is not there", gf.line)
            self.file.tables.add(table.name)
            reference = resolve(Reference(name), place, self.file)
            subscripts = reference.subscripts if isinstance(reference, Reference) else None
            return Call(plain(table.table), (value,), subscripts), None
        points = knots(gf)
        return Call("with_lookup", (value, points)), points

    # -- stocks ----------------------------------------------------------------------------------

    def _flows(self, variable: Variable, node: Node, tag: str) -> list[tuple[str, Node]]:
        source = node if node.first(tag) else variable.node
        return [(child.text.strip(), child) for child in source.all(tag) if child.text.strip()]

    def _stock(
        self, variable: Variable, cell: Cell, base: Equation, place: Place, start: Tree
    ) -> Equation:
        rate: Tree | None = None
        names: dict[str, list[str]] = {"inflow": [], "outflow": []}
        for tag in names:
            for text, node in self._flows(variable, cell.node, tag):
                flow = variable.scope.find(bare(text))
                if flow is None:
                    raise NotUnderstood(f"the {tag} {bare(text)} is not a variable", node.line)
                names[tag].append(flow.name)
                value = self._flow(text, flow, tag, node, place)
                if rate is None:
                    rate = value if tag == "inflow" else Unary("-", value)
                else:
                    rate = Binary("+" if tag == "inflow" else "-", rate, value)
        return replace(
            base,
            tree=Call("integ", (rate or Literal(0.0), start)),
            non_negative=self._non_negative(variable, cell),
            inflows=tuple(names["inflow"]),
            outflows=tuple(names["outflow"]),
        )

    def _flow(self, text: str, flow: Variable, tag: str, node: Node, place: Place) -> Tree:
        """Return what a stock gets from a flow, its unit conversion downstream included."""
        try:
            value = resolve(Reference(bare(text)), place, self.file)
        except NotUnderstood as error:
            raise NotUnderstood(str(error), node.line) from None
        factor = flow.node.first("multiplier")
        if factor is None or tag == "outflow":
            return value
        there = Place(flow.scope, flow, place.left)
        return Binary("*", value, self._tree(factor.text, factor, there))

    def _non_negative(self, variable: Variable, cell: Cell) -> bool:
        found = self._text(variable, cell, "non_negative")
        if found is None:
            return self.behavior.get(variable.kind, False)
        return found.text.strip().lower() != "false"


def tables_used(reader: Reader) -> list[Equation]:
    """Return the tables that equations call although they stand within a variable."""
    return list(
        itertools.chain.from_iterable(
            equations for name, equations in reader.unused.items() if name in reader.file.tables
        )
    )


def _unit(node: Node) -> str:
    limits = node.first("range")
    unit = " ".join(node.words("units").split())
    if limits is None or not ({"min", "max"} & limits.attributes.keys()):
        return unit
    low, high = (limits.attributes.get(key, "?") for key in ("min", "max"))
    return f"{unit} [{low},{high}]".strip()
