"""Broken designs: each gives its one line; and two mistakes give two."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistakes import Mistake, accepted, each_mistake, edited, mistakes, sound
from qiantang.faults import StudyError
from qiantang.study import Study
from qiantang.sweep.designs import read_design


def test_there_are_fifty_or_more() -> None:
    assert len(mistakes("sweeps")) >= 82


@each_mistake("sweeps")
def test_a_broken_design_gives_its_one_line(
    mistake: Mistake, small_study: Study, tmp_path: Path
) -> None:
    mistake.refused(lambda place: read_design(str(place), small_study), tmp_path)


def test_the_texts_that_are_edited_are_sound(small_study: Study, tmp_path: Path) -> None:
    accepted("sweeps", lambda place: read_design(str(place), small_study), tmp_path)


def test_all_faults_at_once(tmp_path: Path, small_study: Study) -> None:
    edits = {
        "intensity: airport_capacity": "intensity: airport_capcity",
        "unit: Year": "unit: Month",
    }
    both = tmp_path / "both.yaml"
    both.write_text(edited({"replace": edits}, sound("sweeps")), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_design(str(both), small_study)
    assert len(caught.value.faults) == 2


def test_an_unknown_name_gets_the_nearest(small_study: Study) -> None:
    with pytest.raises(StudyError, match="no such design"):
        read_design("no_such_design", small_study)
