"""The sources of fixed constants: complete, and held against the model file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qiantang.constants import read_constants
from qiantang.faults import StudyError
from qiantang.session import open_study
from qiantang.study import Study

GOOD = "speed: {grade: derived, source: 'evidence, speed 2010'}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "constants.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_every_fixed_constant_of_the_bundled_study_leads_to_a_source(study: Study) -> None:
    records = study.constants
    assert set(records).isdisjoint(study.priors.names)
    assert set(records) <= set(study.program.constants)
    assert all(record.source for record in records.values())


def test_records_are_read(place: Path) -> None:
    assert read_constants(place, {"speed"})["speed"].grade == "derived"


def test_a_constant_without_a_record_and_a_record_without_a_constant_are_told(place: Path) -> None:
    with pytest.raises(StudyError) as caught:
        read_constants(place, {"spead", "weight"})
    told = sorted(str(fault).removeprefix(str(place)) for fault in caught.value.faults)
    assert told == [
        ": spead: is fixed in the model file and has neither prior nor source",
        ": weight: is fixed in the model file and has neither prior nor source",
        ":1: speed: no constant without a prior (did you mean spead?)",
    ]


def test_a_grade_that_does_not_exist_is_refused_with_its_line(place: Path) -> None:
    place.write_text(GOOD + "weight: {grade: guess, source: x}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"constants\.yaml:2: weight\.grade: "):
        read_constants(place, {"speed", "weight"})


def test_check_finds_a_constant_that_lost_its_source(study: Study, tmp_path: Path) -> None:
    from qiantang.checking import study_faults

    shutil.copy(study.folder / "study.yaml", tmp_path)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, tmp_path / part, ignore=shutil.ignore_patterns("fits"))
    path = tmp_path / "calibration" / "constants.yaml"
    text = path.read_text(encoding="utf-8").replace("trading_firms:", "trading_firm:")
    path.write_text(text, encoding="utf-8")
    told = [str(fault) for fault in study_faults(open_study(tmp_path))]
    assert any("trading_firm: no constant without a prior" in line for line in told)
    assert any("trading_firms: is fixed in the model file" in line for line in told)
