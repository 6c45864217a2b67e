"""The house in figures: how large it is, how long its parts are, what its imports tangle.

``python -m tools.measure_house TREE...`` prints one Markdown table, a column for each source tree
(the folder that holds the package; ``src`` by default). A tree may be given as ``NAME=FOLDER``.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

PACKAGE = "qiantang"
ENGINE = "engine"
LONG_FILE, LONG_FUNCTION = 300, 40
_BLANK = {tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_BLANK |= {tokenize.ENCODING, tokenize.ENDMARKER}

Arrow = tuple[str, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file, read.

    Parameters
    ----------
    name : str
        Dotted, the package's own name included.
    text : str
    tree : ast.Module
    """

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The part of the package that the module stands in: a folder, or a module of the root."""
        return self.name.split(".")[1] if "." in self.name else self.name


def read_modules(folder: Path) -> dict[str, Module]:
    """Return the modules of the package in a source tree, by name."""
    modules = {}
    for path in sorted((folder / PACKAGE).rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, text, ast.parse(text))
    return modules


def code_lines(text: str, tree: ast.Module) -> set[int]:
    """Return the lines that hold code: no blanks, no comments, no docstrings."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _BLANK:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for one in body if isinstance(body, list) else ():
            is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if is_text and isinstance(one.value.value, str):
                held.difference_update(range(one.lineno, (one.end_lineno or one.lineno) + 1))
    return held


def import_lines(tree: ast.Module) -> set[int]:
    """Return the lines that hold imports."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def functions(tree: ast.Module) -> Iterator[Function]:
    """Yield every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def function_lengths(module: Module) -> list[int]:
    """Return the lines of code of each function, its head counted and its docstring not."""
    held = code_lines(module.text, module.tree)
    return [
        sum(line in held for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
        for node in functions(module.tree)
    ]


@dataclass(frozen=True)
class Imports:
    """What the modules of a package import of each other, an arrow each.

    Parameters
    ----------
    at_once, for_types, in_functions : set of (str, str)
        At module level; there, but for the type checker alone; inside a function.
    statements : int
        Import statements inside functions, those of other packages too.
    """

    at_once: set[Arrow]
    for_types: set[Arrow]
    in_functions: set[Arrow]
    statements: int


def imports(modules: Mapping[str, Module]) -> Imports:
    """Return every import between modules of the package."""
    at_once: set[Arrow] = set()
    for_types: set[Arrow] = set()
    late: set[Arrow] = set()
    statements = 0
    for module in modules.values():
        inside = {id(n) for f in functions(module.tree) for n in ast.walk(f)}
        typed = {id(n) for branch in _type_branches(module.tree) for n in ast.walk(branch)}
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            statements += id(node) in inside
            kind = late if id(node) in inside else for_types if id(node) in typed else at_once
            kind.update((module.name, to) for to in _targets(node, modules) if to != module.name)
    return Imports(at_once, for_types - at_once, late, statements)


def _type_branches(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from node.body


def _targets(node: ast.Import | ast.ImportFrom, modules: Mapping[str, Module]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names if one.name in modules)
        return
    for one in node.names:
        inner = f"{node.module}.{one.name}"
        if inner in modules:
            yield inner
        elif node.module in modules:
            yield str(node.module)


def circles(arrows: set[Arrow]) -> list[list[str]]:
    """Return the groups of places that reach each other along arrows."""
    names = sorted({name for arrow in arrows for name in arrow})
    place = {name: i for i, name in enumerate(names)}
    ends = np.array([(place[a], place[b]) for a, b in sorted(arrows)], dtype=np.int64).reshape(
        -1, 2
    )
    shape = (len(names), len(names))
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=shape)
    _, labels = connected_components(graph.tocsr(), connection="strong")
    groups: dict[int, list[str]] = {}
    for name, label in zip(names, labels, strict=True):
        groups.setdefault(int(label), []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def between_rooms(arrows: set[Arrow], modules: Mapping[str, Module]) -> set[Arrow]:
    """Return the arrows between the rooms that modules stand in, the root left out."""
    rooms = {(modules[a].room, modules[b].room) for a, b in arrows}
    return {(a, b) for a, b in rooms if a != b and PACKAGE not in (a, b)}


def runs_of_programs(modules: Mapping[str, Module]) -> int:
    """Return the places outside the engine that call ``program.run``."""
    calls = 0
    for module in modules.values():
        for node in ast.walk(module.tree) if module.room != ENGINE else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                calls += called.endswith(".program.run") or called == "program.run"
    return calls


def _above(lengths: list[int], most: int) -> int:
    return sum(length > most for length in lengths)


def _spread(lengths: list[int]) -> str:
    middle, high = np.quantile(lengths, [0.5, 0.9], method="lower")
    return f"{middle} / {high} / {max(lengths)}"


def measure(folder: Path) -> dict[str, str]:
    """Return the figures of a source tree, by what they say."""
    modules = read_modules(folder)
    files = [len(module.text.splitlines()) for module in modules.values()]
    code = [code_lines(module.text, module.tree) for module in modules.values()]
    bare = [lines - import_lines(m.tree) for lines, m in zip(code, modules.values(), strict=True)]
    lengths = [length for module in modules.values() for length in function_lengths(module)]
    found = imports(modules)
    typed = found.at_once | found.for_types
    rooms = between_rooms(typed | found.in_functions, modules)
    return {
        "files": f"{len(files)}",
        "lines": f"{sum(files):,}",
        "lines of code": f"{sum(map(len, code)):,}",
        "lines of code, imports left out": f"{sum(map(len, bare)):,}",
        "lines of a file: median / p90 / max": _spread(files),
        f"files above {LONG_FILE} lines": f"{_above(files, LONG_FILE)}",
        "functions": f"{len(lengths):,}",
        "lines of code of a function: median / p90 / max": _spread(lengths),
        f"functions above {LONG_FUNCTION} lines of code": f"{_above(lengths, LONG_FUNCTION)}",
        "circles of modules, as imported": _tangled(found.at_once),
        "circles of modules, imports for types too": _tangled(typed),
        "circles of modules, imports inside functions too": _tangled(typed | found.in_functions),
        "rooms": f"{len({m.room for m in modules.values()} - {PACKAGE})}",
        "arrows between rooms": f"{len(rooms)}",
        "import statements inside functions": f"{found.statements}",
        "of these arrows to modules of the package": f"{len(found.in_functions)}",
        "places outside the engine that run a program": f"{runs_of_programs(modules)}",
    }


def _tangled(arrows: set[Arrow]) -> str:
    found = circles(arrows)
    return f"{len(found)}" + (f" ({sum(map(len, found))} modules)" if found else "")


def table(columns: Mapping[str, Mapping[str, str]]) -> str:
    """Return the figures of several trees side by side, as Markdown."""
    heads = ["", *columns]
    lines = [f"| {' | '.join(heads)} |", f"|---|{'--:|' * len(columns)}"]
    for what in next(iter(columns.values())):
        cells = [what, *(column[what] for column in columns.values())]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(words: list[str]) -> None:
    """Print the table of the trees named, and the circles of the last one."""
    named = [word.split("=", 1) if "=" in word else [word, word] for word in words or ["src"]]
    print(table({name: measure(Path(folder)) for name, folder in named}))
    found = imports(read_modules(Path(named[-1][1])))
    for group in circles(found.at_once | found.for_types):
        print("\ncircle: " + ", ".join(group))


if __name__ == "__main__":
    main(sys.argv[1:])
