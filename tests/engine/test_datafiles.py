"""Tables of data given with a model: no cell is dropped, doubled or guessed without a word.

Expected values: hand.
"""

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

MODEL = """{UTF-8}
x ~~|
y = x*2 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 1 ~~|
SAVEPER = TIME STEP ~~|
"""


def run(folder: Path, text: str, name: str = "d.csv") -> tuple[list[float], list[str]]:
    (folder / "m.mdl").write_text(MODEL, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    frame = simulate_model(folder / "m.mdl", data_files=[folder / name])
    return frame["x"].tolist(), frame.attrs["notes"]


@pytest.mark.parametrize(
    "cell", ["NA", "n/a", "1e400", "inf", "nan", "1_0", "0x10", "\u0663", "-", "1990-01"]
)
@pytest.mark.parametrize("name", ["d.csv", "d.tab", "d.dat"])
def test_a_cell_without_a_finite_number_is_passed_over_and_said(
    tmp_path: Path, cell: str, name: str
) -> None:
    head = {"d.csv": "Time,x", "d.tab": "Time\tx", "d.dat": "x"}[name]
    between = "," if name == "d.csv" else "\t"
    lines = [head, *(between.join(row) for row in (("0", "0"), ("2", cell), ("4", "40")))]
    values, notes = run(tmp_path, "\n".join(lines), name)
    assert values == [0, 10, 20, 30, 40]
    what = f"x: 1 cell without a finite number in {name} passed over, the first, on line 3, holds"
    assert [note for note in notes if note == f"{what} {cell!r}"]


def test_cells_are_counted_by_variable(tmp_path: Path) -> None:
    _, notes = run(tmp_path, "Time,x,other\n0,1,a\n1,b,c\n2,d,e\n4,5,6")
    assert [note for note in notes if "passed over" in note] == [
        "x: 2 cells without a finite number in d.csv passed over, the first, on line 3, holds 'b'"
    ]


@pytest.mark.parametrize(
    "cell", ["1,000", "1,5", "0,0", "1'000", "1\u2019000", "1 000", "1\u00a0000", "1.000.000",
             "1,000,000.5", "-1,5"],
)  # fmt: skip
@pytest.mark.parametrize(("head", "place"), [("Time;x\n0;{}\n", 2), ('Time,x\n\n0,"{}"\n', 3)])
def test_marks_between_thousands_and_decimal_commas_are_refused(
    tmp_path: Path, cell: str, head: str, place: int
) -> None:
    with pytest.raises(StudyError) as error:
        run(tmp_path, head.format(cell))
    (fault,) = error.value.faults
    assert fault.what == (
        f"d.csv holds {cell!r} for x on line {place}, expected a number with a decimal point and "
        "no mark between thousands"
    )


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("d.csv", "Time,x\n0,0\n4,1,000\n", "holds '000' behind the last column on line 3"),
        ("d.csv", ",0,4\nx,0,1,000\n", "holds '000' behind the last column on line 2"),
        ("d.csv", "Time,x, X\n0,1,2\n", "names X twice on its first line, in columns 2 and 3"),
        ("d.csv", ",0,4\nx,0,1\nX,2,3\n", "names X twice, on lines 2 and 3"),
        ("d.csv", 'Time,x\n"1,990",2\n', "holds '1,990' for the time on line 2"),
        ("d.csv", "Time|x\n0|1\n", "has one cell on its first line, expected commas"),
        ("d.tab", "Time x\n0 1\n", "has one cell on its first line, expected tabs"),
        ("d.dat", "x\n0\t1,000\n", "holds '1,000' for x on line 2"),
        ("d.dat", "x\n0 1\n0 2\n", "gives x a time twice"),
        ("d.csv", "Time,x\n0,a\n", "the data of x are not found in d.csv as numbers; a cell on"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(
    tmp_path: Path, name: str, text: str, what: str
) -> None:
    with pytest.raises(StudyError) as error:
        run(tmp_path, text, name)
    (fault,) = error.value.faults
    assert what in fault.what
    assert (fault.line, fault.where) == (2, "x")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("d.csv", "Time;x\n0;0\n4;40\n", "semicolons"),
        ("d.csv", "Time\tx\n0\t0\n4\t40\n", "tabs"),
        ("d.tab", "Time,x\n0,0\n4,40\n", "commas"),
        ("d.tab", ";0;4\nx;0;40\n", "semicolons"),
        ("d.csv", "Time;x;s[a,b]\n0;0;1\n4;40;1\n", "semicolons"),
    ],
)
def test_other_marks_between_cells_are_told_and_said(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    values, notes = run(tmp_path, text, name)
    assert values == [0, 10, 20, 30, 40]
    assert f"{name}: its cells are told apart by {said}" in notes


def test_lines_without_a_time_are_counted(tmp_path: Path) -> None:
    values, notes = run(tmp_path, "Time,x\n(year),(km)\n0,0\n4,40\nSource: a, b, and c\n")
    assert values == [0, 10, 20, 30, 40]
    assert "d.csv: 2 lines without a time passed over, the first of them line 2" in notes


def test_a_heading_loses_the_guard_against_formulas(tmp_path: Path) -> None:
    model = MODEL.replace("x ~~", '"=x" ~~').replace("x*2", '"=x"*2')
    (tmp_path / "m.mdl").write_text(model, encoding="utf-8")
    (tmp_path / "d.csv").write_text("Time,'=x\n0,0\n4,40\n", encoding="utf-8")
    frame = simulate_model(tmp_path / "m.mdl", data_files=[tmp_path / "d.csv"])
    assert frame["y"].tolist() == [0, 20, 40, 60, 80]


def test_a_table_of_ours_is_read_back(tmp_path: Path) -> None:
    from qiantang.files.tablefile import write_table

    model = MODEL.replace("x ~~", '"=x" = Time*10 ~~').replace("x*2", '"=x"*2')
    (tmp_path / "m.mdl").write_text(model, encoding="utf-8")
    write_table(simulate_model(tmp_path / "m.mdl"), tmp_path / "ours.csv")
    data = MODEL.replace("x ~~", '"=x" ~~').replace("x*2", '"=x"*2')
    (tmp_path / "d.mdl").write_text(data, encoding="utf-8")
    frame = simulate_model(tmp_path / "d.mdl", data_files=[tmp_path / "ours.csv"])
    assert frame["y"].tolist() == [0, 20, 40, 60, 80]


def test_a_text_of_the_model_may_name_the_file(tmp_path: Path) -> None:
    """Vensim's reference manual, "String Constants"."""
    (tmp_path / "d.csv").write_text("7,8\na,b\n", encoding="utf-8")
    arrays = (
        "r: GET DIRECT SUBSCRIPT(my_file, ',', 'A2', '2', '') ~~|\nmy File :IS: 'd.csv' ~~|\n"
        "x[r] = GET DIRECT CONSTANTS(My file, ',', 'A1') ~~|\n"
    )
    text = MODEL.replace("x ~~|\n", arrays).replace("x*2", "x[b]*2")
    (tmp_path / "m.mdl").write_text(text, encoding="utf-8")
    assert simulate_model(tmp_path / "m.mdl")["y"].tolist() == [16] * 5


def test_a_text_is_defined_once(tmp_path: Path) -> None:
    text = MODEL.replace("x ~~|", "x = 1 ~~|\nf :IS: 'a' ~~|\nF :IS: 'b' ~~|")
    (tmp_path / "m.mdl").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="4: F: the text is defined twice"):
        simulate_model(tmp_path / "m.mdl")


def test_a_file_with_the_name_of_the_variable_is_named_in_full(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"m\.mdl:2: x: x\.csv is empty"):
        run(tmp_path, "", name="x.csv")
