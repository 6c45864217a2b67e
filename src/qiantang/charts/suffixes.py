"""What a chart can be saved as; known before anything that draws is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qiantang.files.outfile import check_outfile

#: What a chart can be saved as; a date or a version would make two equal charts differ.
METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": "Qiantang"},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": "Qiantang", "Producer": None},
}


def check_picture(out: Path, option: str = "--out") -> Path:
    """Refuse a picture file that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    return check_outfile(out, METADATA, option)
