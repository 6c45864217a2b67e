"""A new study to start from: the files of another, without what was computed from them."""

from __future__ import annotations

from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.files import put

#: What a study is made of, seen from its folder.
_PARTS = ("study.yaml", "model", "scenarios", "calibration")
#: What was computed: a new study makes its own.
_COMPUTED = ("fits", "skill")
#: Written by people, beside what is computed from it.
_REGISTER = Path("calibration", "skill", "series.yaml")


def new_study(source: Path, folder: Path) -> int:
    """Copy a study into a new folder and return how many files it has.

    Raises
    ------
    StudyError
        The folder is there already, has no parent, or the disk refuses.
    """
    if folder.exists():
        what = "the folder exists and is kept, give another name"
        raise StudyError([Fault(folder, None, "", what)])
    if not folder.absolute().parent.is_dir():
        raise StudyError([Fault(folder, None, "", "the folder does not exist")])
    try:
        for name in _PARTS:
            put.copy(source / name, folder / name, leave_out=_COMPUTED)
        put.copy(source / _REGISTER, folder / _REGISTER)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StudyError([Fault(folder, None, "", what)]) from None
    return sum(path.is_file() for path in folder.rglob("*"))
