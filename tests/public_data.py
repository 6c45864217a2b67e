"""Public data that stand outside the repository, and what others found in them.

The folder is named by the environment variable ``QIANTANG_SEARCH_DATA``. It holds, from the EMA
Workbench (github.com/quaquel/EMAworkbench at 819a4b6c, BSD-3-Clause):

- ``bryant et al 2010 data.csv`` from ``ema_workbench/examples/data``;
- ``NNN_final_archive.csv`` from ``ema_workbench/examples/data/convergences``, five files.

``QIANTANG_VOI_DATA`` names a folder with two tables of the R package voi (github.com/chjackson/voi
at b43b895, GPL-3), each written by ``write.csv(x, file, row.names = FALSE)``: ``chemo_nb.csv`` and
``chemo_pars.csv``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def public(name: str) -> Path:
    """Return a public file of the EMA Workbench, or leave the test out."""
    return _found(name, "QIANTANG_SEARCH_DATA", "search", "the EMA Workbench")


def chemotherapy(name: str) -> Path:
    """Return a table of the R package voi, or leave the test out."""
    return _found(name, "QIANTANG_VOI_DATA", "voi", "the R package voi")


def _found(name: str, variable: str, folder: str, owner: str) -> Path:
    given = os.environ.get(variable)
    beside = Path(__file__).parents[2] / "shared" / "acceptance" / folder
    path = (Path(given) if given else beside) / name
    if not path.is_file():
        pytest.skip(f"public data of {owner}: {variable} names their folder")
    return path
