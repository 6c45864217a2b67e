"""The house is measured as a hand would count it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.measure_house import circles, code_lines, imports, main, measure, read_modules

A = '''"""A.

Two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.room import b

if TYPE_CHECKING:
    from qiantang.c import C


def long(x: C) -> str:
    """Say."""
    # why
    import json

    text = """one

    two"""
    return json.dumps([x, b.y, text])
'''
B = "y = 1\n\n\ndef run(program):\n    return program.run(y), program.walk(y)\n"
C = "from qiantang.a import long\n\n\nclass C: ...\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    room = tmp_path / "qiantang" / "room"
    room.mkdir(parents=True)
    for file, text in {"a.py": A, "c.py": C, "room/b.py": B, "room/__init__.py": ""}.items():
        (tmp_path / "qiantang" / file).write_text(text, encoding="utf-8")
    return tmp_path


def test_lines_of_code_leave_out_blanks_comments_and_docstrings(tree: Path) -> None:
    module = read_modules(tree)["qiantang.a"]
    assert sorted(code_lines(module.text, module.tree)) == [5, 7, 9, 11, 12, 15, 18, 20, 21, 22, 23]


def test_imports_are_told_apart_by_when_they_happen(tree: Path) -> None:
    found = imports(read_modules(tree))
    assert found.at_once == {("qiantang.a", "qiantang.room.b"), ("qiantang.c", "qiantang.a")}
    assert found.for_types == {("qiantang.a", "qiantang.c")}
    assert (found.in_functions, found.statements) == (set(), 1)
    assert circles(found.at_once) == []
    assert circles(found.at_once | found.for_types) == [["qiantang.a", "qiantang.c"]]


def test_the_table_has_a_column_for_each_tree(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = measure(tree)
    assert figures["files"] == "4"
    assert figures["lines of code"] == "16"
    assert figures["lines of code, imports left out"] == "10"
    assert figures["circles of modules, imports for types too"] == "1 (2 modules)"
    assert figures["places outside the engine that run a program"] == "1"
    main([f"one={tree}", f"two={tree}"])
    told = capsys.readouterr().out
    assert told.startswith("|  | one | two |\n|---|--:|--:|\n| files | 4 | 4 |\n")
    assert told.endswith("circle: qiantang.a, qiantang.c\n")
