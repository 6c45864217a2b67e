"""Run the notebooks and keep their outputs: ``python notebooks/execute.py [01 04 ...]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
#: The flight deck's notebook holds a live widget, and is run where the deck is made.
NUMBERED = "0[1-689]_*.ipynb"


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs that it gives now; an error in a cell is raised."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=600, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(FOLDER))
    book.metadata = {
        "kernelspec": book.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    return book


def main(chosen: list[str]) -> None:
    """Execute the notebooks whose names begin with one of the words given, or all of them."""
    for path in sorted(FOLDER.glob(NUMBERED)):
        if chosen and not path.name.startswith(tuple(chosen)):
            continue
        start = time.perf_counter()
        book = executed(path)
        text = nbformat.writes(book, version=4)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {len(text) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
