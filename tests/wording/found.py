"""Sentences of refusals, read from the source: every text in a place that only a refusal takes.

Such a place is the sentence of a `Fault`, the last argument of what is called ``...fault``, what an
error is raised with, what is added to a list of faults, and what a variable named ``what`` takes.
What is filled in stands as a letter in braces, ``{a}``, as in the patterns of ``refusals.yaml``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

#: Errors that carry a sentence for a user; others are faults of the program and speak English.
_RAISED = {
    "StudyError", "ValueError", "NotUnderstood", "MisreadError", "_Refused", "_UnfitError",
    "Barred", "UndecodableError", "UnsafeModel", "Unsupported", "NoLoopError", "CircleError",
    "UsageError",
    "BadParameter", "_refused", "_too_large", "_at", "_too_long", "DivergedError", "_Faulty",
    "NotComputedError", "_LostError",
}  # fmt: skip
#: Lists that faults are added to.
_LISTS = {"faults", "found", "complaints", "wrong", "said", "lost"}
_WORDS = re.compile(r"[a-z]{2,} [a-z]")


def sentences_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each sentence of a refusal in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = _constants(tree)
    for place in _places(tree):
        for text in _texts(place, known):
            if _WORDS.search(text):
                yield place.lineno, _lettered(text)


def _places(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            if any(isinstance(one, ast.Name) and one.id == "what" for one in node.targets):
                yield node.value
        elif isinstance(node, ast.Call) and node.args:
            name = _called(node.func)
            added = name == "append" and _owner(node.func) in _LISTS
            if name in _RAISED:
                yield from node.args
            elif "fault" in name.lower() or added:
                yield node.args[-1]


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _owner(function: ast.expr) -> str:
    owner = function.value if isinstance(function, ast.Attribute) else function
    return _called(owner)


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            for text in _texts(node.value, found):
                found[node.targets[0].id] = text
    return found


def _texts(node: ast.expr, known: dict[str, str]) -> list[str]:
    """Return the texts that an expression may stand for; ⟨⟩ for what is filled in."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        made = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            ends = (
                _blanks(inner, known)
                if isinstance(part, ast.FormattedValue)
                else _texts(part, known)
            )
            made = [head + end for head in made for end in ends]
        return made
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        heads, ends = _blanks(node.left, known), _blanks(node.right, known)
        return [head + end for head in heads for end in ends]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, known), *_texts(node.orelse, known)]
    if isinstance(node, ast.Name) and node.id in known:
        return [known[node.id]]
    if isinstance(node, ast.Tuple) and node.elts:
        return _texts(node.elts[-1], known)
    return []


def _blanks(node: ast.expr, known: dict[str, str]) -> list[str]:
    """Return what stands for a part of a sentence: its texts, or one blank."""
    if isinstance(node, ast.Call) and _called(node.func) in ("nearest", "hint"):
        return [""]
    if isinstance(node, ast.Name) and node.id in ("hint", "meant"):
        return [""]
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp | ast.BinOp):
        return _texts(node, known) or ["⟨⟩"]
    if isinstance(node, ast.Name) and node.id in known:
        return [known[node.id]]
    return ["⟨⟩"]


def _lettered(text: str) -> str:
    count = 0

    def letter(_: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{{{chr(96 + count)}}}"

    return re.sub("⟨⟩", letter, text)
