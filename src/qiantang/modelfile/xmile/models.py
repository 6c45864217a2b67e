"""Models and modules of a file, flattened into names (sections 4.7 and 2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from qiantang.modelfile.clashes import twice
from qiantang.modelfile.names import plain
from qiantang.modelfile.xmile.connections import connect
from qiantang.modelfile.xmile.names import Complaint, Dimension, Scope, Variable, bare, said
from qiantang.modelfile.xmile.specs import Specs, read_specs
from qiantang.modelfile.xmile.xml import Node

KINDS = ("stock", "flow", "aux", "gf")
MOST_MODULES = 2_000
MOST_VARIABLES = 200_000


@dataclass
class Models:
    """Scopes of the root and of every module, from the root down.

    Parameters
    ----------
    root : Scope
    faults : list of (int, str, str)
    notes : list of str
    """

    root: Scope
    dimensions: dict[str, Dimension]
    scopes: list[Scope] = field(default_factory=list)
    faults: list[Complaint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: int = 0

    def variables(self) -> Iterator[Variable]:
        """Yield all variables that are not stood for by others."""
        for scope in self.scopes:
            for key, variable in scope.variables.items():
                if key not in scope.inputs:
                    yield variable


def read_models(root: Node, dimensions: dict[str, Dimension]) -> Models:
    """Return the models of a file, its modules placed in the root."""
    nodes = list(root.all("model"))
    unnamed = [node for node in nodes if not node.attributes.get("name", "").strip()]
    top = (unnamed or nodes or [Node("model", {}, root.line)])[0]
    named = {plain(bare(n.attributes["name"])): n for n in nodes
             if n is not top and n not in unnamed}  # fmt: skip
    models = Models(Scope("", top), dimensions)
    if not nodes:
        models.faults.append((root.line, "", "the file has no <model>"))
    for extra in unnamed[1:]:
        models.faults.append((extra.line, "", "a second <model> has no name, expected one root"))
    used: set[str] = set()
    todo = [(models.root, frozenset[str]())]
    while todo:
        scope, path = todo.pop()
        if len(models.scopes) >= MOST_MODULES or models.count > MOST_VARIABLES:
            what = f"the file has more than {MOST_MODULES} modules or {MOST_VARIABLES} variables"
            models.faults.append((root.line, "", what))
            break
        models.scopes.append(scope)
        _declare(models, scope)
        for module in reversed(list(_modules(scope))):
            key = plain(bare(module.attributes.get("name", "")))
            inner = _module(models, scope, module, named.get(key), key in path)
            if inner is not None:
                used.add(key)
                scope.modules[key] = inner
                todo.append((inner, path | {key}))
    models.faults += connect((s, node) for s in models.scopes for node in _modules(s))
    for key in named.keys() - used:
        shown = bare(named[key].attributes["name"])
        models.notes.append(f"the model {shown} is not used by any module and is passed over")
    return models


def own_specs(models: Models, specs: Specs) -> list[Complaint]:
    """Return a complaint for each module that asks for a time grid other than the root's."""
    found = []
    for scope in models.scopes[1:]:
        node = scope.node.first("sim_specs")
        if node is None:
            continue
        own = read_specs(node)
        if isinstance(own, Specs) and (own.values(), own.integrator) == (
            specs.values(),
            specs.integrator,
        ):
            continue
        name = scope.prefix.rstrip(".")
        found.append((node.line, name, "the module has <sim_specs> of its own, which are not read"))
    return found


def _blocks(node: Node) -> Iterator[Node]:
    """Yield what a model holds; before version 1.0 it stood directly in the model."""
    for child in node.children:
        if child.tag == "variables":
            yield from child.children
        elif child.tag in KINDS or child.tag == "module":
            yield child


def _modules(scope: Scope) -> Iterator[Node]:
    return (child for child in _blocks(scope.node) if child.tag == "module")


def _declare(models: Models, scope: Scope) -> None:
    """Note the variables of a model."""
    for node in _blocks(scope.node):
        if node.tag in KINDS:
            models.count += 1
            declare(scope, node, models.dimensions, models.faults)


def declare(
    scope: Scope, node: Node, dimensions: dict[str, Dimension], faults: list[Complaint]
) -> None:
    """Note one variable in its scope, if it is well declared."""
    name = bare(node.attributes.get("name", ""))
    shown = scope.prefix + name
    if not name:
        faults.append((node.line, "", f"a <{node.tag}> has no name"))
        return
    axes = []
    for block in node.all("dimensions"):
        for dim in block.all("dim"):
            axis = bare(dim.attributes.get("name", ""))
            if plain(axis) not in dimensions:
                faults.append((dim.line, shown, f"the dimension {axis} is not declared"))
                return
            axes.append(plain(axis))
    key = plain(name)
    earlier = scope.variables.get(key)
    if earlier is not None:
        faults.append((node.line, shown, twice((), earlier.node.line)))
        return
    if key in dimensions:
        where = f"the dimension {dimensions[key].name} on line {dimensions[key].line}"
        faults.append((node.line, shown, f"the name is that of {where}, expected another"))
        return
    if key == "time" and not scope.prefix:
        faults.append((node.line, shown, "the name is that of the clock, expected another"))
        return
    nodes = (node, *node.all("element"))
    graphical = node.tag == "gf" or any(part.first("gf") for part in nodes)
    valued = any(said(part.words("eqn")) for part in nodes)
    table = f"{shown}.gf" if valued else shown
    scope.variables[key] = Variable(
        shown, node.tag, node, scope, tuple(axes), has_table=graphical, table=table
    )


def _module(
    models: Models, scope: Scope, module: Node, model: Node | None, within: bool
) -> Scope | None:
    """Return the scope of a module, or None with a complaint."""
    name = bare(module.attributes.get("name", ""))
    shown = scope.prefix + name
    resource = module.attributes.get("resource", "")
    if model is not None:
        resource = resource or model.attributes.get("resource", "")
    what = ""
    if resource.strip():
        what = f"the module stands in another file, {resource.strip()}, which is not read"
    elif model is None:
        what = f'the module has no <model name="{name}"> in the file'
    elif any(key.startswith("encryption") for key in model.attributes):
        what = "the module is encrypted, which is not read"
    elif within:
        what = "the module is within itself"
    if what or model is None:
        models.faults.append((module.line, shown, what))
        return None
    return Scope(f"{shown}.", model, scope)
