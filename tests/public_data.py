"""Public data that stand outside the repository, and what others found in them.

The folder is named by the environment variable ``QIANTANG_SEARCH_DATA``. It holds, from the EMA
Workbench (github.com/quaquel/EMAworkbench at 819a4b6c, BSD-3-Clause):

- ``bryant et al 2010 data.csv`` from ``ema_workbench/examples/data``;
- ``NNN_final_archive.csv`` from ``ema_workbench/examples/data/convergences``, five files.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def public(name: str) -> Path:
    """Return a public file, or leave the test out."""
    given = os.environ.get("QIANTANG_SEARCH_DATA")
    beside = Path(__file__).parents[2] / "shared" / "acceptance" / "search"
    path = (Path(given) if given else beside) / name
    if not path.is_file():
        pytest.skip("public data of the EMA Workbench: QIANTANG_SEARCH_DATA names their folder")
    return path
