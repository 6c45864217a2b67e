"""What a study says of itself: read whole, refused with every fault at its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qiantang.checking import study_faults
from qiantang.faults import StudyError
from qiantang.session import open_study
from qiantang.studyfile import read_study

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "study.yaml").read_text(encoding="utf-8")


def faults(folder: Path, text: str) -> list[str]:
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    return [str(fault).removeprefix(f"{folder / 'study.yaml'}:") for fault in caught.value.faults]


def test_the_bundled_study_says_what_was_known_when() -> None:
    about = read_study(ROOT)
    assert about.origin == 2018.0
    assert about.vintage_names == ("2018", "actual")
    assert about.hindcasts.origins == tuple(map(float, range(2009, 2019)))
    assert about.settings == ("ex_ante", "conditional", "pandemic_unknown", "pandemic_known")
    assert about.settings_told == ("conditional", "pandemic_known")


def test_a_study_without_the_file_says_what_it_tells(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'study.yaml'}: file not found, expected what the study is about: "
        "title, plan, vintages, scenarios, drivers, charts, deck, hindcasts"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("first: 1999, last: 2026", "first: 2026, last: 1999"), "drivers.last: 1999 lies before"),
        (
            ("  actual:\n    name: actual", '  actual:\n    name: "2018"'),
            "actual.name: both vintages",
        ),
        (("base_year: 2017", "base_year: 1990"), "plan.base_year: 1990 is not a year between"),
        (("date: 2018.5", "date: 2016.5"), "plan.date: 2016.5 is not a date between 2017 and 2026"),
        (("  last: 2018\n", "  last: 2019\n"), "hindcasts.last: the last origin is 2019"),
        (("    year: 2020\n", "    year: 2025\n"), "hindcasts.shock.year: 2025 is not one of"),
        (("last: 2022, year: 2020", "last: 2022, year: 2023"), "charts.year: 2023 is not one of"),
        (
            ("base_year: 2017", "base_year: 2017.5"),
            "plan.base_year: input should be a valid integer",
        ),
        (("title: Hangzhou", "titel: Hangzhou"), "titel: unknown key"),
    ],
)
def test_a_fault_names_its_line_and_key(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    text = TEXT.replace(*change)
    assert text != TEXT
    told = [fault for fault in faults(tmp_path, text) if expected in fault]
    assert len(told) == 1
    line = int(re.match(r"\d+", told[0])[0])  # type: ignore[index]
    key = expected.split(":")[0].rsplit(".", 1)[-1]
    assert f"{key}:" in text.splitlines()[line - 1]


def test_a_scenario_that_is_not_there_is_a_fault_of_the_study(tmp_path: Path) -> None:
    for name in ("model", "scenarios", "calibration"):
        (tmp_path / name).symlink_to(ROOT / name)
    text = TEXT.replace("full: plan_in_full", "full: plan_in_ful")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    found = study_faults(open_study(tmp_path))
    told = [str(fault) for fault in found if Path(fault.file).name != "fit.yaml"]
    assert len(told) == 1
    assert told[0].endswith("scenarios.full: no such scenario (did you mean plan_in_full?)")
