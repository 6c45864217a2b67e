"""Constants, data and tables from cells of files beside a model.

Expected values: Vensim's reference manual (pages of GET DIRECT and GET XLS CONSTANTS, DATA and
LOOKUPS), and hand.
"""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from qiantang.engine.translation import external
from qiantang.engine.translation.external import Axis

from .outside import ONE, THREE, TWO, Model, book, constants, get, series

TABLE = "h,b1,b2,b3\nr1,1,2,3\nr2,4,5,6\nr3,7,8,9\n"


def test_constants_run_right_along_the_last_range_and_down_along_the_one_before(
    tmp_path: Path,
) -> None:
    (tmp_path / "c.csv").write_text(TABLE)
    assert constants(tmp_path, "B2") == 1
    assert constants(tmp_path, "b2", (THREE,)) == [1, 2, 3]
    assert constants(tmp_path, "$B$2*", (THREE,)) == [1, 4, 7]
    assert constants(tmp_path, "B2", (THREE, TWO)) == [[1, 2], [4, 5], [7, 8]]
    assert constants(tmp_path, "B2*", (THREE, TWO)) == [[1, 4], [2, 5], [3, 6]]


def test_an_element_named_on_the_left_takes_no_direction(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(TABLE)
    assert constants(tmp_path, "B2", (THREE, ONE)) == [[1], [2], [3]]
    assert constants(tmp_path, "B2", (ONE, TWO, THREE)) == [[[1, 2, 3], [4, 5, 6]]]
    assert constants(tmp_path, "B2", (THREE, Axis(("only",), False))) == [[1], [4], [7]]


def test_a_constant_that_is_no_number_names_variable_file_and_cell(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("x,1\n")
    sentence = "^k reads cell A1 of c.csv, which holds 'x', expected a number$"
    with pytest.raises(ValueError, match=sentence):
        constants(tmp_path, "A1")
    with pytest.raises(ValueError, match=r"^k reads cell C1 of c.csv, which is empty"):
        constants(tmp_path, "B1", (TWO,))
    with pytest.raises(ValueError, match="has 3 ranges"):
        constants(tmp_path, "B1", (TWO, TWO, TWO))


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "1_000", "0x10", "１"])
def test_what_only_a_programmer_takes_for_a_number_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="expected a number"):
        constants(tmp_path, "A1")


def test_sheets_named_ranges_and_percentages_of_a_workbook(tmp_path: Path) -> None:
    book(tmp_path, [["", 0.5], ["", 2]], "Base Case", rate="$B$1:$B$2", both="$A$1:$B$2")
    made = {"file": "b.xlsx", "tab": "base case"}
    assert constants(tmp_path, "B1", **made) == 0.5
    assert constants(tmp_path, "RATE*", (TWO,), **made) == [0.5, 2]
    with pytest.raises(ValueError, match="sheet Base Case, which gives rate 2 rows and 1 columns"):
        constants(tmp_path, "rate", (TWO,), **made)
    with pytest.raises(ValueError, match="has no cell or named range 'share'"):
        constants(tmp_path, "share", **made)
    with pytest.raises(ValueError, match=r"b.xlsx, which has no sheet 'Other', it has Base Case"):
        constants(tmp_path, "B1", file="b.xlsx", tab="Other")


def test_times_down_and_times_across(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("t,0,1,2\na,5,6,7\nb,8,9,10\n")
    assert series(tmp_path, "1", "B2") == ([0, 1, 2], [5, 6, 7])
    assert series(tmp_path, "1", "B2", (TWO,)) == ([0, 1, 2], [[5, 8], [6, 9], [7, 10]])
    (tmp_path / "c.csv").write_text("t,a,b\n0,5,8\n1,6,9\n2,7,10\n")
    assert series(tmp_path, "A", "B2") == ([0, 1, 2], [5, 6, 7])
    assert series(tmp_path, "a", "b2", (ONE, TWO)) == ([0, 1, 2], [[[5, 8]], [[6, 9]], [[7, 10]]])


def test_direct_data_end_at_the_first_time_that_is_no_number(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("0,1,2,,0,9\n5,6,7,,8,9\n")
    assert series(tmp_path, "1", "A2") == ([0, 1, 2], [5, 6, 7])
    (tmp_path / "c.csv").write_text("0,5\n1,6\nsource: office,\n3,7\n")
    assert series(tmp_path, "A", "B1") == ([0, 1], [5, 6])
    with pytest.raises(ValueError, match=r"c.csv, which has no number at A3, where times are"):
        series(tmp_path, "A", "B3")


def test_xls_data_read_on_behind_a_time_that_is_no_number(tmp_path: Path) -> None:
    book(tmp_path, [[1, 2, None, 4, "n/a", 6], [10, 11, 12, 13, 14, 15]])
    given = {"file": "b.xlsx", "tab": "Sheet 1", "function": "get_xls_data"}
    assert series(tmp_path, "1", "A2", **given) == ([1, 2, 4, 6], [10, 11, 13, 15])  # type: ignore[arg-type]


def test_cells_without_a_number_are_left_out_and_text_among_them_is_told(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("0,1,2,3\n5,,7,8\n1,TEXT,3,4\n")
    model = Model(tmp_path)
    knots, values = series(tmp_path, "1", "A2", (TWO,), model=model)
    assert knots == [0, 1, 2, 3]
    assert np.isnan(values[1]).tolist() == [True, True]
    assert list(model.notes) == ["x: 1 cell of c.csv passed over for text, the first B3"]
    table = external.table_at(np.array(knots), np.array(values)[:, 1], "interpolate")
    assert (table.x, table.y) == ((0, 2, 3), (1, 3, 4))


def test_the_newest_time_may_stand_first_but_no_time_twice(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("3,30\n2,20\n1,10\n")
    assert series(tmp_path, "A", "B1") == ([1, 2, 3], [10, 20, 30])
    (tmp_path / "c.csv").write_text("1,30\n1,20\n")
    with pytest.raises(ValueError, match=r"cell A2 of c.csv, which holds '1', expected every time"):
        series(tmp_path, "A", "B1")


def test_an_element_without_any_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("0,1\n5,6\n,\n")
    with pytest.raises(ValueError, match="which has no number from A3 on"):
        series(tmp_path, "1", "A2", (TWO,))


def test_times_and_data_by_the_names_of_their_ranges(tmp_path: Path) -> None:
    rows = [[None, 0, 1, 2, 3], [None, 5, 6, 7, 8], [None, 1, 2, 3, 4]]
    book(tmp_path, rows, when="$B$1:$D$1", what="$B$2:$D$3")
    given = {"file": "b.xlsx", "tab": "Sheet 1"}
    expected = ([0, 1, 2], [[5, 1], [6, 2], [7, 3]])
    assert series(tmp_path, "when", "what", (TWO,), **given) == expected  # type: ignore[arg-type]
    assert series(tmp_path, "1", "what", **given) == ([0, 1, 2, 3], [5, 6, 7, 8])  # type: ignore[arg-type]


def test_a_date_in_the_place_of_a_time_is_refused(tmp_path: Path) -> None:
    book(tmp_path, [[datetime(2020, 1, 1), 5]])
    with pytest.raises(ValueError, match=r"holds the date 2020-01-01 .*, expected a time as a"):
        series(tmp_path, "A", "B1", file="b.xlsx", tab="")


def test_the_mode_is_the_keyword_of_data_and_none_of_tables(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("0,5\n")
    for function, keyword, mode in (
        ("get_direct_data", "", "interpolate"),
        ("get_direct_data", "look_forward", "look_forward"),
        ("get_xls_lookups", "", "interpolate"),
    ):
        call = get(function, "c.csv", ",", "A", "B1")
        assert external.tables(call, keyword, (), "x", Model(tmp_path))[2] == mode  # type: ignore[arg-type]
