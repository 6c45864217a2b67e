"""README and docs say what the program does: every block runs, every output shown is found."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import duckdb
import pytest

from docs_blocks import (
    LESSONS,
    PAGES,
    ROOT,
    Block,
    blocks,
    commands,
    found_on,
    lesson,
    run_command,
    run_python,
    same,
)

SHELL = [block for page in PAGES for block in blocks(page) if block.kind == "sh"]
README = [block for block in SHELL if block.page == "README.md"]
LINES = [(block.name, line) for block in SHELL for line in commands(block)]
PYTHON = [block for page in (*PAGES, *LESSONS) for block in blocks(page) if block.kind == "python"]
KNOWN = {"sh", "console", "python", "text", "yaml", "sql"}


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert {block.kind for page in (*PAGES, *LESSONS) for block in blocks(page)} <= KNOWN


@pytest.mark.parametrize("page", [*PAGES, *LESSONS])
def test_every_output_shown_is_the_output_found(page: str) -> None:
    assert (ROOT / page).is_file()
    for block, found in found_on(page):
        assert same(block.body, found), f"{block.name}\nshown:\n{block.body}\nfound:\n{found}"


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_command_shown_is_one_that_the_program_takes(name: str, line: str) -> None:
    from qiantang.cli import program

    words = [word for word in shlex.split(line)[1:] if word not in (">", "|")]
    words = [str(ROOT) if word == "OLD_DIR" else word for word in words]
    command: click.Command = program
    context = click.Context(program, info_name="qiantang")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, name
        command, words = found, words[1:]
    command.make_context(command.name, words, parent=context)


def test_a_command_with_an_unknown_option_is_seen() -> None:
    with pytest.raises(click.UsageError):
        test_every_command_shown_is_one_that_the_program_takes("here", "qiantang reach --membres 2")


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_python_shown_is_python(block: Block) -> None:
    compile(block.body, block.name, "exec")


def test_sweep_of_the_page_runs_and_is_read_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(blocks("docs/how-to/sweeps.md"))
    (design,) = [block.body for block in found if block.kind == "yaml"]
    assert "members: 500" in design
    (tmp_path / "few.yaml").write_text(design.replace("members: 500", "members: 5"), "utf-8")
    monkeypatch.chdir(tmp_path)
    run_command("qiantang sweep few.yaml --out airport --workers 1")
    for block in found:
        if block.kind == "python":
            run_python(block.body)
        if block.kind == "sql":
            assert duckdb.sql(block.body).fetchall()


def test_a_lesson_sees_a_file_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_blocks.ROOT", tmp_path)
    text = "```sh\nqiantang show absent.yaml\n```\n"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"absent\.yaml"):
        list(lesson("page.md"))


def test_comparison_sees_a_changed_number_and_a_changed_word() -> None:
    assert same("P 0.54  x\n", "P  0.544 x\n")
    assert not same("P 0.54 x", "P 0.74 x")
    assert not same("P 0.54 x", "P 0.54 y")


def test_scenario_of_the_readme_runs(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("README.md") if block.kind == "yaml"]
    path = tmp_path / "slots_first.yaml"
    path.write_text(block.body, encoding="utf-8")
    assert "Slots first" in run_command(f"qiantang reach {path} --members 20")


@pytest.mark.parametrize("block", README, ids=lambda block: block.name)
def test_make_targets_of_the_readme_exist(block: Block) -> None:
    targets = re.findall(r"^make (\S+)", block.body, re.MULTILINE)
    made = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) <= set(made)


@pytest.mark.slow
def test_install_without_make_works(tmp_path: Path) -> None:
    clone = tmp_path / "qiantang"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    (block,) = [block for block in README if "venv" in block.body]
    python = clone / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    for line in block.body.splitlines():
        words = line.split("#")[0].split()
        tool = Path(words[0]).name
        program = [sys.executable] if words[0] == "python" else [str(python / tool)]
        done = subprocess.run([*program, *words[1:]], cwd=clone, capture_output=True, text=True,
                              encoding="utf-8", check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "Goods trade" in done.stdout


def test_pages_link_to_files_that_exist() -> None:
    for page in ("README.md", "docs/limitations.md", "docs/decisions/model.md", "CHANGELOG.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
