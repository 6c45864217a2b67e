"""Files beside a model: how their text is read, elements of a range from them, what is refused.

Expected values: Vensim's reference manual (page of GET DIRECT SUBSCRIPT), and hand.
"""

from pathlib import Path

import pytest

from qiantang.engine.translation import external

from .outside import TWO, Model, book, constants, get


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
