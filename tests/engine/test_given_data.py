"""Variables whose data stand in files given beside the model, and in none that it names.

Expected values: Vensim's reference manual (page of the .dat format), and hand.
"""

import math
from pathlib import Path
from typing import Any

import pytest

from qiantang.engine.translation import external
from qiantang.engine.translation.external import Axes

from .outside import ONE, TWO, Model


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
