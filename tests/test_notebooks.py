"""Notebooks hold no logic of their own, are committed with outputs, and give them again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from docs_blocks import same

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
#: The flight deck's notebook holds a live widget; tests/deck runs it in a browser.
NUMBERED = sorted(FOLDER.glob("0[1-68]_*.ipynb"))
LONGEST = 8
#: Paths and addresses of one machine, which no reader wants to see.
NOISE = re.compile(r"0x[0-9a-f]{6,}|/tmp/|/home/|\\Users\\")


def code_cells(path: Path) -> list[Any]:
    book = nbformat.read(path, as_version=4)
    return [cell for cell in book.cells if cell.cell_type == "code"]


def words(outputs: list[Any]) -> str:
    """Return what a cell's outputs say as plain text."""
    found = [o.text if o.output_type == "stream" else o.data["text/plain"] for o in outputs]
    return "\n".join(found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_hold_no_logic_and_show_something(path: Path) -> None:
    for cell in code_cells(path):
        assert cell.outputs
        if cell.source.startswith("%%writefile"):
            continue
        assert not re.search(r"^\s*(def|class|for|while|if|try)\b", cell.source, re.MULTILINE)
        assert len(cell.source.splitlines()) <= LONGEST


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_first_cell_asks_and_answers_in_both_languages(path: Path) -> None:
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert re.match(rf"# {path.stem[:2]} .+[?？].*[\u4e00-\u9fff]", first.source)
    assert "**Answer.**" in first.source
    assert "**答案。**" in first.source


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_outputs_are_rich_and_hold_no_noise(path: Path) -> None:
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text
            assert not NOISE.search(words([output]))
            assert "image/svg+xml" not in output.get("data", {}), "a chart is kept as PNG"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_outputs_are_found_again(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute(cwd=str(FOLDER))
    again = [cell for cell in book.cells if cell.cell_type == "code"]
    for shown, found in zip(code_cells(path), again, strict=True):
        assert same(words(shown.outputs), words(found.outputs)), shown.source
