"""Broken designs: each gives its one line; and two mistakes give two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.study import Study
from qiantang.sweep.designfile import read_design

BAD = sorted((Path(__file__).parents[1] / "bad" / "sweeps").glob("*.yaml"))


def test_there_are_fifty_or_more() -> None:
    assert len(BAD) >= 50


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_design_gives_its_one_line(
    path: Path, small_study: Study, refused: Callable[[Callable[[Path], object], Path], None]
) -> None:
    refused(lambda place: read_design(str(place), small_study), path)


def test_all_faults_at_once(tmp_path: Path, small_study: Study) -> None:
    text = next(path for path in BAD if path.stem == "unknown_lever").read_text(encoding="utf-8")
    both = tmp_path / "both.yaml"
    both.write_text(text.replace("unit: Year", "unit: Month"), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_design(str(both), small_study)
    assert len(caught.value.faults) == 2


def test_an_unknown_name_gets_the_nearest(small_study: Study) -> None:
    with pytest.raises(StudyError, match="no such design"):
        read_design("no_such_design", small_study)
