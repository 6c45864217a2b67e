"""The designs of a study: their names, and one of them read and held against the study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.sweep.designfaults import content_faults
from qiantang.sweep.designfile import Design, DesignFile

if TYPE_CHECKING:
    from qiantang.study import Study


def design_names(folder: Path) -> list[str]:
    """Return the names of the designs in a folder, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_design(name: str, study: Study) -> Design:
    """Read a design by name, or from the path of a file, and check it against its study.

    Raises
    ------
    StudyError
        With every fault of the file, each with its line.
    """
    document = read_yaml(_place(name, study.folder / "scenarios" / "sweeps"))
    faults: list[Fault] = []
    file = None
    try:
        file = validate(document, DesignFile)
    except StudyError as error:
        faults += error.faults
    known = {(fault.line, fault.where) for fault in faults}
    faults += [f for f in content_faults(document, study) if (f.line, f.where) not in known]
    if faults or file is None:
        raise StudyError(faults)
    return Design(document.path.stem, document, file)


def _place(name: str, folder: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    path = folder / f"{name}.yaml"
    if not path.is_file():
        what = f"no such design{nearest(name, design_names(folder))}"
        raise StudyError([Fault(path, None, "", what)])
    return path
