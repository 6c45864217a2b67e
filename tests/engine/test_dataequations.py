"""Equations of data: points of their own, read between them by their own keyword.

Vensim's help, pages "Data Equations" and "TIME SHIFT"; expected values by hand.
"""

from __future__ import annotations

from pathlib import Path as File

import pytest

from qiantang.engine import Unsupported
from qiantang.engine.ir import Engine
from qiantang.faults import StudyError
from qiantang.modelfile.tree import NA
from qiantang.simulate import simulate_model

from .written import model

DATA = "Time,d,f\n0,0,1\n4,8,3\n6,20,4\n"


def run(folder: File, equations: str, engine: Engine = "scalar", **given: float) -> list[float]:
    """Run equations with the data ``d`` and ``f``, and return ``x`` at times 0 to 4."""
    (folder / "d.csv").write_text(DATA, encoding="utf-8")
    file = model(folder, equations + "\nx = e")
    frame = simulate_model(file, given, engine=engine, data_files=[folder / "d.csv"])
    return [float(value) for value in frame["x"]]


BY_HAND = {
    "d\ne := d": [0, 2, 4, 6, 8],
    "d\ne :INTERPOLATE: := d*2 + 1": [1, 5, 9, 13, 17],
    "d\ne :LOOK FORWARD: := d": [0, 8, 8, 8, 8],
    "d\ne :HOLD BACKWARD: := d": [0, 0, 0, 0, 8],
    "d\ne :RAW: := d": [0, NA, NA, NA, 8],
    "d\ne :RAW: := d*2 + 1": [1, NA, NA, NA, 17],
    "d :RAW:\ne := d": [0, 2, 4, 6, 8],
    "d :HOLD BACKWARD:\ne := d": [0, 2, 4, 6, 8],
    "k = 3\nd\nf\ne :LOOK FORWARD: := d*f*k": [0, 72, 72, 72, 72],
    # whatever their order in the file
    "e :HOLD BACKWARD: := g*2\ng :LOOK FORWARD: := d\nd": [0, 0, 0, 0, 16],
    # a positive shift sees the future
    "d\ne := TIME SHIFT(d, 2)": [4, 6, 8, 14, 20],
    "k = -1\nd\ne := TIME SHIFT(d, k)": [0, 0, 2, 4, 6],
    "d\ne :LOOK FORWARD: := TIME SHIFT(d, 2)": [8, 8, 8, 20, 20],
}


@pytest.mark.parametrize("engine", ["scalar", "numpy"])
@pytest.mark.parametrize("equations", BY_HAND)
def test_data_are_read_by_the_keyword_of_their_equation(
    tmp_path: File, equations: str, engine: Engine
) -> None:
    assert run(tmp_path, equations, engine) == BY_HAND[equations]


def test_elements_and_constants_that_are_set(tmp_path: File) -> None:
    equations = "r: a, b, c, h\nk = 3\nd\ng[r] :LOOK FORWARD: := d*r*k\ne = g[h]"
    assert run(tmp_path, equations) == [0, 96, 96, 96, 96]
    assert run(tmp_path, equations, k=1) == [0, 32, 32, 32, 32]


def test_a_shift_is_a_constant_of_the_file_and_of_data(tmp_path: File) -> None:
    with pytest.raises(Unsupported, match=r"TIME SHIFT by what is no constant .* e \(line 4\)"):
        run(tmp_path, "d\ny = Time\ne := TIME SHIFT(d, y)")
    with pytest.raises(Unsupported, match=r"of what is no data variable, .* e \(line 3\)"):
        run(tmp_path, "y = Time\ne := TIME SHIFT(y, 1)")
    with pytest.raises(StudyError, match=r"k sets the order of a delay or a shift and"):
        run(tmp_path, "k = 2\nd\ne := TIME SHIFT(d, k)", k=1)
