"""Notebooks hold no logic of their own, are committed with outputs, and give them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LONGEST = 8


def code_cells(path: Path) -> list[Any]:
    book = nbformat.read(path, as_version=4)
    return [cell for cell in book.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_hold_no_function_and_show_something(path: Path) -> None:
    for cell in code_cells(path):
        assert "def " not in cell.source
        assert len(cell.source.splitlines()) <= LONGEST
        assert cell.outputs


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_found_again(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute()
    again = [cell for cell in book.cells if cell.cell_type == "code"]
    for shown, found in zip(code_cells(path), again, strict=True):
        assert [o.data["text/plain"] for o in shown.outputs] == [
            o.data["text/plain"] for o in found.outputs
        ]
