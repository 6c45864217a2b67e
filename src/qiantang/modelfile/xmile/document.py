"""An XMILE file in, a document out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from qiantang.faults import Fault
from qiantang.modelfile.document import Document, Equation, Macro, Range
from qiantang.modelfile.names import plain
from qiantang.modelfile.xmile.context import File
from qiantang.modelfile.xmile.controls import controls
from qiantang.modelfile.xmile.macros import read_macro, signatures
from qiantang.modelfile.xmile.models import Models, own_specs, read_models
from qiantang.modelfile.xmile.names import Complaint, Dimension, dimensions
from qiantang.modelfile.xmile.specs import ROLES, Specs, read_specs
from qiantang.modelfile.xmile.variables import Reader, tables_used
from qiantang.modelfile.xmile.xml import Node, read_xml

MOST_TEXT = 2_000_000
MOST_SHOWN = 400
MOST_TOKENS = 400_000
"""Characters and words; more takes the parser longer than a reader should."""

_READ = frozenset({"eqn", "init_eqn", "multiplier", "ypts", "xpts"})
_TOKEN = re.compile(r"\w+|[^\w\s]")


def read(path: Path) -> tuple[Document, list[Fault]]:
    """Read an XMILE file; what cannot be read is listed, the rest is there.

    Parameters
    ----------
    path : Path
        ``.xmile``, ``.stmx``, ``.itmx`` or ``.xml``.

    Returns
    -------
    tuple of (Document, list of Fault)
        The document is empty where the file is not well-formed XML.

    Raises
    ------
    OSError
        Where the file cannot be opened.
    """
    found = read_xml(path)
    if isinstance(found, Fault):
        return Document(path, "xmile", ()), [found]
    root, notes = found
    what = _not_xmile(root)
    if what:
        return Document(path, "xmile", ()), [Fault(path, root.line, "", what)]
    return _document(path, root, notes)


def _not_xmile(root: Node) -> str:
    if root.tag != "xmile":
        return f"the file begins with <{root.tag}>, expected <xmile>"
    length = tokens = 0
    todo = [root]
    while todo:
        node = todo.pop()
        todo.extend(node.children)
        if node.tag in _READ:
            length += len(node.text)
            tokens += 0 if length > MOST_TEXT else len(_TOKEN.findall(node.text))
    if length > MOST_TEXT:
        return f"the equations and tables have more than {MOST_TEXT} characters"
    return f"the equations have more than {MOST_TOKENS} words" if tokens > MOST_TOKENS else ""


def _document(path: Path, root: Node, notes: list[str]) -> tuple[Document, list[Fault]]:
    dims, complaints = dimensions(root)
    models = read_models(root, dims)
    complaints += models.faults
    specs = _specs(root, models, complaints)
    grid = controls(specs, models.root, by_vensim=_maker(root) != "")
    macros = signatures(root, complaints)
    known = {plain(name) for name in ROLES} | {plain(e.name) for e in grid.equations}
    known.update(element for dimension in dims.values() for element in dimension.places)
    file = File(dims, grid.words, macros, _maker(root) == "vensim", frozenset(known))
    reader = Reader(path, file, _behavior(root, models.root.node))
    equations = _equations(reader, models)
    if not any(equations) and not reader.faults and not complaints:
        complaints.append((models.root.node.line, "", "the file has no variables"))
    found = [read_macro(node, reader, dims, complaints) for node in root.all("macro")]
    faults = [Fault(path, *complaint) for complaint in complaints] + reader.faults
    faults = [replace(f, where=_short(f.where), what=_short(f.what)) for f in faults]
    document = Document(
        path=path,
        dialect="xmile",
        equations=(*equations, *grid.equations),
        ranges=_ranges(dims, file.ranges),
        macros=tuple(macro for macro in found if isinstance(macro, Macro)),
        integrator=specs.integrator if specs else "euler",
        integrator_note=specs.note if specs else "",
        notes=(*notes, *models.notes, *file.notes),
        controls=grid.names,
    )
    return document, sorted(faults, key=lambda fault: fault.line or 0)


def _specs(root: Node, models: Models, complaints: list[Complaint]) -> Specs | None:
    """Return the simulation of the file or of its root model (section 2.3)."""
    node = models.root.node.first("sim_specs") or root.first("sim_specs")
    if node is None:
        what = "the file has no <sim_specs>, expected one with <start> and <stop>"
        complaints.append((root.line, "", what))
        return None
    specs = read_specs(node)
    if not isinstance(specs, Specs):
        complaints.extend((line, "sim_specs", what) for line, what in specs)
        return None
    complaints.extend(own_specs(models, specs))
    return specs


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN // 2]}...{text[-100:]}"


def _maker(root: Node) -> str:
    """Return ``vensim``, ``xmutil``, or nothing, by the header.

    Vensim's own export keeps Vensim's functions; xmutil translates them to XMILE's.
    """
    header = root.first("header") or Node("header", {}, 0)
    made = f"{header.words('vendor')} {header.words('product')}".lower()
    if "xmutil" in made:
        return "xmutil"
    return "vensim" if "ventana" in made or "vensim" in made else ""


def _behavior(root: Node, model: Node) -> dict[str, bool]:
    """Return whether stocks and flows are non-negative by default, the model before the file."""
    found: dict[str, bool] = {}
    for owner in (root, model):
        for block in owner.all("behavior"):
            for scope, kinds in (
                (block, ("stock", "flow")),
                *((child, (child.tag,)) for child in block.children),
            ):
                said = scope.first("non_negative")
                if said is not None:
                    value = said.text.strip().lower() != "false"
                    found.update(dict.fromkeys(kinds, value))
    return found


def _equations(reader: Reader, models: Models) -> list[Equation]:
    equations: list[Equation] = []
    for variable in models.variables():
        equations.extend(reader.equations(variable))
    equations.extend(tables_used(reader))
    return equations


def _ranges(
    dims: Mapping[str, Dimension], made: Mapping[str, str | tuple[str, ...]]
) -> tuple[Range, ...]:
    declared = [Range(d.name, d.line, d.elements) for d in dims.values()]
    for name, what in made.items():
        origin = dims[plain(what)] if isinstance(what, str) else None
        if origin is not None:
            declared.append(Range(name, origin.line, origin.elements, alias_of=origin.name))
        elif isinstance(what, tuple):
            declared.append(Range(name, 1, what))
    return tuple(declared)
