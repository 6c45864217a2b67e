"""Macros (section 4.8)."""

from __future__ import annotations

from qiantang.modelfile.document import Equation, Macro
from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Literal, Reference, Tree
from qiantang.modelfile.xmile.context import Place
from qiantang.modelfile.xmile.expressions import NotUnderstood, parse
from qiantang.modelfile.xmile.models import KINDS, declare
from qiantang.modelfile.xmile.names import Complaint, Dimension, Scope, bare
from qiantang.modelfile.xmile.resolve import resolve
from qiantang.modelfile.xmile.variables import Reader
from qiantang.modelfile.xmile.xml import Node

Signature = tuple[tuple[str, Tree | None], ...]
"""Plain names of the parameters, with their defaults."""


def signatures(root: Node, faults: list[Complaint]) -> dict[str, Signature]:
    """Return what each macro takes, by its plain name."""
    found: dict[str, Signature] = {}
    for node in root.all("macro"):
        name = bare(node.attributes.get("name", ""))
        if not name:
            faults.append((node.line, "", "a <macro> has no name"))
            continue
        taken: list[tuple[str, Tree | None]] = []
        for parameter in node.all("parm"):
            default = parameter.attributes.get("default", "").strip()
            tree: Tree | None = None
            try:
                tree = parse(default) if default else None
            except NotUnderstood as error:
                faults.append((parameter.line, name, f"a default: {error}"))
            if not isinstance(tree, Literal | Reference | None):
                what = f"the default is '{default}', expected a number or an earlier parameter"
                faults.append((parameter.line, name, what))
            taken.append((plain(bare(parameter.text)), tree))
        found[plain(name)] = tuple(taken)
    return found


def read_macro(
    node: Node, reader: Reader, dimensions: dict[str, Dimension], faults: list[Complaint]
) -> Macro | None:
    """Return a macro as a document has it: the equation of its own name is its value."""
    name = bare(node.attributes.get("name", ""))
    for tag, what in (("sim_specs", "a time grid of its own"), ("filter", "an option filter")):
        if node.first(tag) or tag in node.attributes:
            faults.append((node.line, name, f"the macro has {what}, which is not read"))
            return None
    parameters = [bare(parameter.text) for parameter in node.all("parm")]
    scope = Scope("", node, parameters={plain(p): p for p in parameters})
    for block in node.all("variables"):
        for child in block.children:
            if child.tag in KINDS:
                declare(scope, child, dimensions, faults)
    own = scope.variables.get(plain(name))
    equations: list[Equation] = []
    for variable in scope.variables.values():
        equations.extend(reader.equations(variable))
    eqn = node.first("eqn")
    if eqn is None:
        faults.append((node.line, name, "the macro has no equation"))
        return None
    if own is None:
        try:
            tree = resolve(parse(eqn.text), Place(scope, None), reader.file)
        except NotUnderstood as error:
            faults.append(((eqn.text_line or eqn.line) + error.line, name, str(error)))
            return None
        text = " ".join(eqn.text.split())
        equations.append(Equation(name, eqn.line, "=", tree, text=text))
    return Macro(name, node.line, tuple(parameters), (), tuple(equations))
