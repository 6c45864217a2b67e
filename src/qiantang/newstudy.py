"""A new study to start from: the files of another, without what was computed from them."""

from __future__ import annotations

import shutil
from pathlib import Path

from qiantang.faults import Fault, StudyError

#: What a study is made of, seen from its folder.
_PARTS = ("study.yaml", "model", "scenarios", "calibration")
#: What was computed: a new study makes its own.
_COMPUTED = ("fits", "skill")


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
        folder.mkdir()
        for name in _PARTS:
            part = source / name
            if part.is_dir():
                shutil.copytree(part, folder / name, ignore=shutil.ignore_patterns(*_COMPUTED))
            elif part.is_file():
                shutil.copyfile(part, folder / name)
        register = source / "calibration" / "skill" / "series.yaml"
        if register.is_file():  # written by people, beside what is computed from it
            (folder / "calibration" / "skill").mkdir()
            shutil.copyfile(register, folder / "calibration" / "skill" / "series.yaml")
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StudyError([Fault(folder, None, "", what)]) from None
    return sum(path.is_file() for path in folder.rglob("*"))
