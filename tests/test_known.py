"""No knowledge from the future: dates of what entries rest on, held against the plan's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from qiantang.checking import study_faults
from qiantang.hindsight import hindsight_faults
from qiantang.known import KnownDate, end_of
from qiantang.session import open_study
from qiantang.study import Study


class Entry(BaseModel):
    """Anything that says when it was known."""

    known: KnownDate


@pytest.mark.parametrize(
    ("known", "end"),
    [
        ("2018-06", 2018.5),
        ("2018-06-30", 2018.5),
        ("2017-12", 2018.0),
        ("2016-02-29", 2016 + 2 / 12),
    ],
)
def test_a_month_or_a_day_ends_where_the_next_begins(known: str, end: float) -> None:
    assert end_of(known) == pytest.approx(end)


@pytest.mark.parametrize(
    "given", ["2018", 2018, "2018-13", "2018-02-30", "June 2018", None, 2018.5]
)
def test_what_is_no_month_and_no_day_is_refused(given: object) -> None:
    with pytest.raises(ValidationError, match="expected a month or a day"):
        Entry.model_validate({"known": given})


@pytest.fixture
def own(study: Study, tmp_path: Path) -> Path:
    """A copy of the study that may be spoilt, without its fits."""
    shutil.copy(study.folder / "study.yaml", tmp_path)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, tmp_path / part, ignore=shutil.ignore_patterns("fits"))
    return tmp_path


def told(folder: Path) -> list[str]:
    """Return the faults of hindsight without the folder."""
    return [
        str(fault).split(f"{folder.name}/")[-1] for fault in hindsight_faults(open_study(folder))
    ]


def test_the_shipped_study_rests_on_nothing_from_after_its_plan(study: Study) -> None:
    assert list(hindsight_faults(study)) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "entry"),
    [
        ("calibration/priors.yaml", "known: 2018-06", "known: 2018-07", "levers_run_at_once"),
        ("calibration/discrepancy.yaml", "known: 2018-06", "known: 2018-07-01", "fdi_used"),
        ("calibration/constants.yaml", "known: 2001-12", "known: 2022-12-31", "accession_date"),
        ("calibration/evidence/drivers.yaml", "known: 2015-09", "known: 2020-07",
         "drivers.mega_event"),
        ("scenarios/plan/effort.yaml", "known: 2018-06", "known: 2018-12",
         "levers.customs_facilitation"),
    ],
)  # fmt: skip
def test_an_entry_that_knows_what_came_is_told_with_its_line(
    own: Path, file: str, before: str, after: str, entry: str
) -> None:
    path = own / file
    text = path.read_text(encoding="utf-8")
    spoilt = text.replace(before, after, 1)
    line = 1 + text[: text.index(before)].count("\n")
    path.write_text(spoilt, encoding="utf-8")
    (fault,) = [fault for fault in study_faults(open_study(own)) if "lies after" in fault.what]
    assert (fault.file, fault.line, fault.where) == (path, line, f"{entry}.known")
    known = after.removeprefix("known: ")
    assert fault.what == f"{known} lies after the plan (June 2018), expected what was known by then"


def test_the_cut_off_is_the_plan_of_the_study_at_hand(own: Path) -> None:
    path = own / "study.yaml"
    text = path.read_text(encoding="utf-8").replace("date: 2018.5", "date: 2018.4167")
    path.write_text(text.replace("when: June 2018", "when: May 2018"), encoding="utf-8")
    priors = open_study(own).priors
    late = [name for name, record in zip(priors.names, priors.records, strict=True)
            if record.known == "2018-06"]  # fmt: skip
    found = told(own)
    assert len(late) > 50
    assert all(any(f" {name}.known: 2018-06 lies after the plan (May 2018)" in line
                   for line in found) for name in late)  # fmt: skip
    assert not any(": 2018-05 lies" in line for line in found)
