"""The front end of deck and page is one source, and its types hold, as strictly as may be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from qiantang.deck.widget import SCRIPTS
from qiantang.travel.writing import DECK, ENGINE, OWN

ROOT = Path(__file__).parents[2]
FRONT = ROOT / "tests" / "front"
SOURCE = ROOT / "src" / "qiantang"
PAGE = [*(f"deck/front/{name}" for name in DECK), *(f"travel/front/{name}" for name in OWN)]
WORKER = [f"travel/front/{name}" for name in ENGINE if name != "{}"]


@pytest.fixture(scope="module")
def compiler() -> str:
    """Return TypeScript's compiler: an own choice, the one beside the types, or the system's."""
    own = os.environ.get("QIANTANG_TSC")
    beside = FRONT / "node_modules" / ".bin" / "tsc"
    found = own or (str(beside) if beside.exists() else shutil.which("tsc"))
    if found is None or shutil.which("node") is None:
        pytest.skip("tsc checks types and is not installed: run sh tests/install_programs.sh")
    return found


def complaints(compiler: str, folder: Path, files: Sequence[Path]) -> str:
    """Return what the compiler says of files that share one scope."""
    config = folder / "tsconfig.json"
    named = [str(path) for path in (FRONT / "types.d.ts", *files)]
    extended = {"extends": str(FRONT / "tsconfig.json"), "files": named}
    config.write_text(json.dumps(extended), encoding="utf-8")
    done = subprocess.run(
        [compiler, "-p", str(config)], capture_output=True, text=True, check=False, cwd=folder
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("parts", [PAGE, WORKER], ids=["page", "worker"])
def test_types_hold(compiler: str, tmp_path: Path, parts: list[str]) -> None:
    assert complaints(compiler, tmp_path, [SOURCE / part for part in parts]) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("WORDS.zh.levrs;", "Property 'levrs' does not exist"),
        ("/** @param {Plan} p */ const f = (p) => p.pannels;", "Did you mean 'panels'?"),
        ("const g = (x) => x;", "implicitly has an 'any' type"),
        ("chance('a', 'zh');", "not assignable to parameter of type 'number'"),
    ],
)
def test_a_wrong_line_is_found(compiler: str, tmp_path: Path, line: str, said: str) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text(f"{line}\n", encoding="utf-8")
    assert said in complaints(compiler, tmp_path, [*(SOURCE / part for part in PAGE), wrong])


def test_the_page_has_every_part_of_the_deck() -> None:
    assert DECK == SCRIPTS
