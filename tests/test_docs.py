"""README and docs say what the program does: every block runs, every output shown is found."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs_blocks import PAGES, ROOT, Block, blocks, outputs, run_command, same

SHELL = [block for page in PAGES for block in blocks(page) if block.kind == "sh"]
KNOWN = {"sh", "console", "python", "text", "yaml"}


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert {block.kind for page in PAGES for block in blocks(page)} <= KNOWN


def test_every_output_shown_is_the_output_found() -> None:
    for block, found in outputs():
        assert same(block.body, found), f"{block.name}\nshown:\n{block.body}\nfound:\n{found}"


def test_comparison_sees_a_changed_number_and_a_changed_word() -> None:
    assert same("P 0.54  x\n", "P  0.544 x\n")
    assert not same("P 0.54 x", "P 0.74 x")
    assert not same("P 0.54 x", "P 0.54 y")


def test_scenario_of_the_readme_runs(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("README.md") if block.kind == "yaml"]
    path = tmp_path / "slots_first.yaml"
    path.write_text(block.body, encoding="utf-8")
    assert "Slots first" in run_command(f"qiantang reach {path} --members 20")


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.name)
def test_make_targets_of_the_readme_exist(block: Block) -> None:
    targets = re.findall(r"^make (\S+)", block.body, re.MULTILINE)
    made = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) <= set(made)


@pytest.mark.slow
def test_install_without_make_works(tmp_path: Path) -> None:
    clone = tmp_path / "qiantang"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    (block,) = [block for block in SHELL if "venv" in block.body]
    python = clone / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    for line in block.body.splitlines():
        words = line.split("#")[0].split()
        tool = Path(words[0]).name
        program = [sys.executable] if words[0] == "python" else [str(python / tool)]
        done = subprocess.run([*program, *words[1:]], cwd=clone, capture_output=True, text=True,
                              encoding="utf-8", check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "Airport passengers" in done.stdout


def test_pages_link_to_files_that_exist() -> None:
    for page in (*PAGES, "docs/decisions/model.md", "CHANGELOG.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
