"""Data, tables, constants and subscripts from files beside a model.

Expected values: Vensim's reference manual (pages of GET DIRECT and GET XLS CONSTANTS, DATA, LOOKUPS
and SUBSCRIPT, and of the .dat format), and hand.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from qiantang.engine.translation import external
from qiantang.engine.translation.external import Axes, Axis
from qiantang.modelfile.tree import Call, Text

TWO, THREE = Axis(("a", "b"), False), Axis(("x", "y", "z"), False)
ONE = Axis(("one",), True)


@dataclass
class Model:
    """What the reading asks of a model."""

    root: Path
    data_files: tuple[Path, ...] = ()
    files: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key not in self.seen:
            self.seen[key] = make()
        return self.seen[key]


def get(function: str, *texts: str) -> Call:
    return Call(function, tuple(map(Text, texts)))


def constants(root: Path, cell: str, axes: Axes = (), file: str = "c.csv", tab: str = ",") -> Any:
    call = get("get_direct_constants", file, tab, cell)
    return external.constants(call, axes, "k", Model(root)).tolist()


def series(
    root: Path, along: str, cell: str, axes: Axes = (), file: str = "c.csv", tab: str = ",",
    function: str = "get_direct_data", model: Model | None = None,
) -> tuple[list[float], Any]:  # fmt: skip
    call = get(function, file, tab, along, cell)
    knots, values, _ = external.tables(call, "", axes, "x", model or Model(root))
    return knots.tolist(), values.tolist()


def book(root: Path, rows: list[list[Any]], title: str = "Sheet 1", **names: str) -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, cells in names.items():
        made.defined_names[name] = DefinedName(name, attr_text=f"'{title}'!{cells}")
    made.save(root / "b.xlsx")


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


@pytest.mark.parametrize(
    ("file", "tab", "content"),
    [
        ("c.csv", ",", "1,2\n"),
        ("c.csv", "sheet", "1,2\n"),
        ("c.csv", ";", "1;2\n"),
        ("c.txt", "", "1\t2\n"),
        ("c.txt", "|", "1|2\n"),
        ("c.csv", ",", '"1","2"\n'),
        ("c.csv", ",", "1, 2\r\n"),
    ],
)
def test_delimiters_of_text(tmp_path: Path, file: str, tab: str, content: str) -> None:
    (tmp_path / file).write_text(content, newline="")
    assert constants(tmp_path, "A1", (TWO,), file, tab) == [1, 2]


def test_a_cell_in_quotes_may_run_over_lines_and_blank_lines_count(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text('"a ""b"",\nc",1\n\n"x",2\n')
    assert constants(tmp_path, "B1") == 1
    assert constants(tmp_path, "B3") == 2


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_text(tmp_path: Path, codec: str) -> None:
    text = "年份,机场旅客吞吐量\n机场,1\n旅客,2\n"
    (tmp_path / "c.csv").write_bytes(text.encode(codec))
    assert constants(tmp_path, "B2*", (TWO,)) == [1, 2]
    call = get("get_direct_subscript", "c.csv", ",", "A2", "A", "")
    assert external.subscripts(call, "d", Model(tmp_path)) == ("机场", "旅客")


@pytest.mark.parametrize(
    ("first", "last", "prefix", "expected"),
    [
        ("A2", "A", "", ("north", "south west", "5")),
        ("A2", "A3", "r ", ("r north", "r south west")),
        ("B1", "1", "", ("b", "c")),
        ("A2", "B3", "", ("north", "1", "south west")),
        ("B3", "", "", ("q", "6", "7")),
    ],
)
def test_elements_are_read_across_then_down(
    tmp_path: Path, first: str, last: str, prefix: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "c.csv").write_text("a,b,c\nnorth,1,\n south west ,,q\n5,6,7\n")
    call = get("get_direct_subscript", "c.csv", ",", first, last, prefix)
    assert external.subscripts(call, "d", Model(tmp_path)) == expected


def test_whole_numbers_of_a_workbook_are_names_without_decimals(tmp_path: Path) -> None:
    book(tmp_path, [["id"], [2020], [2021.0]])
    call = get("get_xls_subscript", "b.xlsx", "Sheet 1", "A2", "A", "y")
    assert external.subscripts(call, "d", Model(tmp_path)) == ("y2020", "y2021")


def test_an_element_stands_once(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("a\nA\n")
    call = get("get_direct_subscript", "c.csv", ",", "A1", "A", "")
    with pytest.raises(ValueError, match=r"d reads cell A2 of c.csv, .* no other element has"):
        external.subscripts(call, "d", Model(tmp_path))


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("none.csv", "which is not there"),
        ("../../../etc/passwd", "the path leads out of"),
        ("/etc/passwd", "the path is absolute"),
        ("?tag", "a tag that Vensim resolves"),
        ("folder", "it is a folder, expected a file"),
        ("bad.xlsx", "which is no workbook of Excel"),
        ("zip.xlsx", "which is no workbook of Excel"),
        ("zero.csv", "which is no text"),
    ],
)
def test_files_that_are_not_read(tmp_path: Path, file: str, what: str) -> None:
    root = tmp_path / "model"
    (root / "folder").mkdir(parents=True)
    (root / "bad.xlsx").write_text("1,2")
    (root / "zip.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (root / "zero.csv").write_bytes(bytes(100))
    for function in ("get_direct_subscript", "get_xls_subscript"):
        call = get(function, file, ",", "A1", "A", "")
        with pytest.raises(ValueError, match=f"d reads .*{what}") as caught:
            external.subscripts(call, "d", Model(root))
        assert "\n" not in str(caught.value)


def test_a_sheet_of_endless_cells_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(tmp_path, [[1, 2], [3, 4]])
    monkeypatch.setattr(external.books, "MOST_CELLS", 4)
    with pytest.raises(ValueError, match="which has more than 4 cells in sheet Sheet 1"):
        constants(tmp_path, "A1", file="b.xlsx", tab="")


def test_a_workbook_too_large_unpacked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(tmp_path, [[1]])
    monkeypatch.setattr(external.books, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="which is larger than 0 MiB once unpacked"):
        constants(tmp_path, "A1", file="b.xlsx", tab="")


@pytest.mark.parametrize("given", [True, False])
def test_a_text_of_endless_lines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    monkeypatch.setattr(external.textgrid, "MOST_ROWS", 2)
    (tmp_path / "c.csv").write_text("Time,x\n0,1\n1,2\n")
    model = Model(tmp_path, (tmp_path / "c.csv",))
    call = None if given else get("get_direct_data", "c.csv", ",", "A", "B2")
    with pytest.raises(ValueError, match=r"c\.csv.* has more than 2 lines"):
        external.tables(call, "", (), "x", model)


def test_the_files_a_model_reads_are_noted(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("1")
    model = Model(tmp_path)
    external.constants(get("get_direct_constants", "c.csv", ",", "A1"), (), "k", model)
    assert list(model.files) == ["c.csv"]


def data(root: Path, name: str, content: str, title: str, axes: Axes = ()) -> tuple[Any, Any]:
    (root / name).write_text(content, encoding="utf-8")
    model = Model(root, (root / name,))
    knots, values, _ = external.tables(None, "", axes, title, model)
    return knots.tolist(), values.tolist()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.csv", "Time,Net Sales,y\n0,1,9\n1,2,9\n"),
        ("d.csv", "Year,net_sales\n(a),(b)\n0,1\n1,2\n\n"),
        ("d.csv", "y,time,NET  SALES\n9,1,2\n9,0,1\n"),
        ("d.tab", "Time\tnet sales\n0\t1\n1\t2\n"),
        ("d.tab", 'Time\t"net sales"\n0\t1\n1\t2\n'),
        ("d.csv", "Time,0,1\ny,9,9\nnet sales,1,2\n"),
        ("d.dat", "y\n0\t9\nNet Sales / a remark\n 0 1\n1\t2 so\n"),
        ("d.dat", '"net sales"\n0 1\ny\n0 9\nnet sales\n1 2\n'),
    ],
)
def test_a_variable_given_as_data(tmp_path: Path, name: str, content: str) -> None:
    assert data(tmp_path, name, content, "net sales") == ([0, 1], [1, 2])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.csv", 'Time,"s[A]","s[ b ]"\n0,1,3\n1,2,4\n'),
        ("d.csv", "Time,s[a],s[b]\n0,1,3\n1,2,4\n"),
        ("d.tab", "Time\ts[b]\ts[a]\n0\t3\t1\n1\t4\t2\n"),
        ("d.dat", "s[a]\n0 1\n1 2\ns[b]\n0 3\n1 4\n"),
    ],
)
def test_a_variable_with_elements_given_as_data(tmp_path: Path, name: str, content: str) -> None:
    assert data(tmp_path, name, content, "s", (TWO,)) == ([0, 1], [[1, 3], [2, 4]])


def test_names_with_a_comma_need_no_quotes(tmp_path: Path) -> None:
    content = "Time,s[one,a],s[one,b]\n0,1,2\n"
    assert data(tmp_path, "d.csv", content, "s", (ONE, TWO)) == ([0], [[[1, 2]]])
    content = "Time,0\n" + 's[one,a],1\n"s[one,b]",2\n'
    assert data(tmp_path, "d.csv", content, "s", (ONE, TWO)) == ([0], [[[1, 2]]])


def test_empty_cells_of_data_have_no_value(tmp_path: Path) -> None:
    knots, values = data(tmp_path, "d.csv", "Time,s[a],s[b]\n0,,1\n1,4,\n2,,\n", "s", (TWO,))
    assert knots == [0, 1]
    assert math.isnan(values[0][0])
    assert math.isnan(values[1][1])
    assert (values[0][1], values[1][0]) == (1, 4)


def test_the_last_file_that_has_a_variable_counts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Time,x,y\n0,1,2\n")
    (tmp_path / "b.csv").write_text("Time,x\n0,3\n")
    model = Model(tmp_path, (tmp_path / "a.csv", tmp_path / "b.csv"))
    assert external.tables(None, "", (), "x", model)[1].tolist() == [3]
    assert external.tables(None, "", (), "y", model)[1].tolist() == [2]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("d.csv", "Time,y\n0,1\n", "the data of x are not found in d.csv"),
        ("d.csv", "Time,x\n0,1\n0,2\n", "d.csv gives the time 0 twice"),
        ("d.csv", "Time,x\n2020-01-01,1\n", "d.csv has no times"),
        ("d.csv", "\n\n", "d.csv is empty"),
        ("d.vdf", "x", "expected a file of .csv, .tab or .dat"),
        ("d.dat", "0 1\n", "d.dat begins with numbers"),
        ("d.dat", "x <Days>\n0 1\n", "in a time base of its own"),
    ],
)
def test_data_that_are_refused(tmp_path: Path, name: str, content: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        data(tmp_path, name, content, "x")


def test_data_are_asked_for_where_none_are_given(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x is a data variable without a file, expected one with"):
        external.tables(None, "", (), "x", Model(tmp_path))
