from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.evidence.observationfile import Grade
from qiantang.faults import StudyError
from qiantang.panel.panelfile import COLUMNS, PanelSeries, read_panel

GRADES = {"documented": Grade(log_sd=0.01, reason="made")}
SERIES = {
    "flights": PanelSeries(unit="departures/Year", kind="yearly"),
    "signed": PanelSeries(unit="pairs/Year", kind="count"),
    "capacity": PanelSeries(unit="pax/Year", kind="dated"),
}
GOOD = "Town,flights,2010,100,departures/Year,documented,a book,page 1,,yes"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "panel.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return path


def faults(folder: Path, *rows: str) -> list[str]:
    with pytest.raises(StudyError) as caught:
        read_panel(write(folder, *rows), SERIES, GRADES)
    return [f"{fault.line}: {fault.where}: {fault.what}" for fault in caught.value.faults]


def test_rows_in_use_are_read_and_a_capacity_may_be_unknown(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        GOOD,
        GOOD.replace("2010,100", "2010,90").replace(",,yes", ",the other stands,no"),
        "Town,capacity,2010.42,,pax/Year,documented,a book,page 1,a hall without a figure,yes",
    )
    found = read_panel(path, SERIES, GRADES)
    assert [(row.city, row.year, row.value) for row in found] == [
        ("Town", 2010.0, 100.0),
        ("Town", 2010.42, None),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            GOOD.replace("flights,", "flight,"),
            "series: unknown series flight (did you mean flights?)",
        ),
        (GOOD.replace("departures", "landings"), "flights.unit: 'landings/Year' is not the unit"),
        (GOOD.replace("documented", "rumour"), "flights.grade: unknown grade 'rumour'"),
        (GOOD.replace("a book", ""), "flights.source: is empty, expected where the figure"),
        (GOOD.replace(",,yes", ",,no"), "flights.note: is empty, expected why the row is not used"),
        (GOOD.replace(",,yes", ",,perhaps"), "flights.use: 'perhaps' is neither yes nor no"),
        (GOOD.replace("2010", "2010.5"), "flights.year: 2010.5 is not a whole year"),
        (GOOD.replace("100", "0"), "flights.value: 0 is not above 0; changes are in logs"),
        (GOOD.replace("100", "many"), "flights.value: 'many' is not a number"),
        (
            "Town,signed,2010,1.5,pairs/Year,documented,a book,page 1,,yes",
            "signed.value: 1.5 is no count",
        ),
        (
            "Town,capacity,2010,,pax/Year,documented,a book,page 1,,yes",
            "capacity.note: is empty, expected why the value is not known",
        ),
    ],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, row: str, said: str) -> None:
    found = faults(tmp_path, GOOD.replace("Town", "Village"), row)
    assert len(found) == 1
    assert found[0].startswith(f"3: {said}")


def test_all_faults_are_told_at_once_and_a_year_twice_is_one(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD, GOOD, GOOD.replace("100", "-1").replace("2010", "2011"))
    assert found[0].startswith("3: Town.flights: 2010 is in use twice, first on line 2")
    assert found[1].startswith("4: flights.value: -1 is not above 0")
