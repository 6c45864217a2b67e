"""Nothing but `wording/` speaks Chinese, asks for the language, or shapes a sentence's numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "src" / "qiantang"

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
#: Functions that fill the blanks of a sentence.
_SAYING = ("phrase", "sentence", "say", "both")

#: Why a module may hold Chinese characters.
CHINESE = {
    "charts/lettering.py": "a comma or a bracket from which on a name may be left out",
    "charts/levers.py": "a comma that people write into tables is read",
    "evidence/bureau.py": "tables of statistics offices are read",
    "files/encodings.py": "characters by which an encoding is told",
    "memo/html.py": "characters that the font of a page always has",
    "memo/inline.py": "characters that are set in the Chinese font",
    "modelfile/codepages.py": "characters by which an encoding is told",
    "studyfile.py": "what a plan is called where its file does not say",
    "plan/articles.py": "the marks of the plan's own text, to hold it against its draft",
}
#: Why a module may ask for the language.
LANGUAGE = {
    "charts/fonts.py": "fonts",
    "cli.py": "English refusals of the command line's library stay as they are",
    "commands/articles.py": "a translation of the Chinese text is for English readers",
    "commands/reach.py": "English tables keep the model's units",
    "memo/docx.py": "what Word takes the text for",
    "memo/html.py": "fonts",
    "memo/look.py": "the look of a paper",
    "memo/pdf.py": "fonts",
    "memo/review.py": "English keeps a day as the command line has it",
}


def chinese(tree: ast.Module) -> Iterator[ast.AST]:
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in described and _CHINESE.search(text):
            yield node


def languages(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(one, ast.Constant) and one.value in ("en", "zh") for one in sides):
                yield node


def shaped(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield numbers that are given to a sentence in a shape of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else (
                node.func.id if isinstance(node.func, ast.Name) else "")  # fmt: skip
            for given in node.keywords if name in _SAYING else ():
                yield from (
                    one for one in ast.walk(given.value)
                    if isinstance(one, ast.FormattedValue) and one.format_spec
                )  # fmt: skip


@pytest.mark.parametrize(
    ("find", "allowed"), [(chinese, CHINESE), (languages, LANGUAGE), (shaped, {})]
)
def test_nothing_else_says_it(
    find: Callable[[ast.Module], Iterator[ast.AST]], allowed: dict[str, str]
) -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(SOURCES).as_posix()
        if not name.startswith("wording/"):
            for node in find(ast.parse(path.read_text(encoding="utf-8"))):
                line = getattr(node, "lineno", 0)
                found.setdefault(name, []).append(f"{name}:{line}: {ast.unparse(node)}")
    told = [line for name, lines in found.items() if name not in allowed for line in lines]
    assert not told, "\n".join(told)
    assert set(allowed) <= set(found), "an exception that is none any more"


@pytest.mark.parametrize(("find", "text"), [
    (chinese, "x = '中'"), (languages, "x = a if lang == 'zh' else b"),
    (shaped, "words.phrase('a', share=f'{x:.0%}')"),
])  # fmt: skip
def test_what_says_it_is_found(find: Callable[[ast.Module], Iterator[ast.AST]], text: str) -> None:
    assert list(find(ast.parse(text)))
