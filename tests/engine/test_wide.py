"""Operations of many numbers at once: inverse matrices and markets, in every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qiantang.engine import Unsupported, load_model
from qiantang.engine.wide_functions import inverse, market, order, ranks
from qiantang.simulate import simulate_model

Write = Callable[..., Path]

MATRIX = np.eye(9) * 2 - np.random.default_rng(1).random((9, 9)) / 8
"""Well conditioned, of more rows than anybody would write out."""


def square(write: Write, matrix: np.ndarray, equation: str) -> Path:
    """Write a model with a matrix m over two names of one range."""
    rows = ";".join(",".join(map(repr, row)) for row in matrix.tolist())
    return write(f"r: (a1-a{len(matrix)})\nc <-> r\nm[r,c] = {rows};\n{equation}")


@pytest.mark.parametrize(
    ("engine", "size", "written_as"),
    [("scalar", 9, "k[r,c]"), ("numpy", 9, "k[r,r]"), ("kernel", 3, "k[r,c]")],
)
def test_a_matrix_of_any_size_is_inverted(
    written: Write, engine: str, size: int, written_as: str
) -> None:
    """The product with the matrix is the identity; r, r means both subscripts of the left side."""
    matrix = MATRIX[:size, :size]
    equations = f"k[r,c] = m[r,c]*(1 + Time)\ni[r,c] = INVERT MATRIX({written_as}, {size})"
    file = square(written, matrix, equations)
    places = range(1, size + 1)
    names = [f"i[a{row},a{column}]" for row in places for column in places]
    frame = simulate_model(file, engine=engine, outputs=names)  # type: ignore[arg-type]
    for time in (0, 10):
        found = frame.loc[time, names].to_numpy().reshape(size, size)
        np.testing.assert_allclose(found @ matrix * (1 + time), np.eye(size), atol=1e-13)


@pytest.mark.parametrize("engine", ["numpy", "kernel"])
def test_each_member_has_its_own_inverse_and_a_singular_one_spoils_no_other(
    written: Write, engine: str
) -> None:
    program = load_model(
        square(written, np.array([[1.0, 2.0], [3.0, 0.0]]), "i[r,c] = INVERT MATRIX(m[r,c], 2)")
    )
    values = np.array([4.0, 6.0, 5.0])  # 1 2; 3 6 has no inverse
    result = program.run(
        ["i[a1,a1]", "i[a2,a1]"], [0.0], parameters={"m[a2,a2]": values}, members=3,
        engine=engine,  # type: ignore[arg-type]
    )  # fmt: skip
    first, second = result.values[:, 0]
    expected = [values[k] / (values[k] - 6) for k in (0, 2)]
    np.testing.assert_allclose(first[[0, 2]], expected, rtol=1e-14)
    np.testing.assert_allclose(second[[0, 2]], [-3 / (values[k] - 6) for k in (0, 2)], rtol=1e-14)
    assert result.diverged.tolist() == [False, True, False]


def test_a_part_of_a_matrix_is_not_inverted(written: Write) -> None:
    file = square(written, MATRIX, "i[r,c] = INVERT MATRIX(m[r,c], 5)")
    with pytest.raises(Unsupported, match="INVERT MATRIX of a part of a matrix of 9 rows"):
        load_model(file)


def test_a_row_exchange_is_found() -> None:
    """Without pivots the first division would be by zero."""
    assert inverse(0.0, 1.0, 1.0, 0.0).tolist() == [0, 1, 1, 0]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["scalar", "numpy"])
@pytest.mark.parametrize("profile", [1, 2, 3, 4])
def test_hundreds_of_claimants_share_a_supply(written: Write, engine: str, profile: int) -> None:
    """The parts are the supply together, none is more than its request; the price is common."""
    count = 300
    file = written(
        f"r: (b1-b{count})\np: ptype, ppriority, pwidth, pextra\nwant[r] = 1 + r/100\n"
        f"q[r,ptype] = {profile}\nq[r,ppriority] = MODULO(r*37, 100)/10\nq[r,pwidth] = 2\n"
        "q[r,pextra] = 0\na[r] = ALLOCATE AVAILABLE(want[r], q[r,ptype], Time*60)",
        end=5,
        step=1,
    )
    frame = simulate_model(file, engine=engine)  # type: ignore[arg-type]
    parts = frame[[f"a[b{k}]" for k in range(1, count + 1)]]
    wants = frame[[f"want[b{k}]" for k in range(1, count + 1)]].to_numpy()
    assert parts.sum(axis=1).tolist() == pytest.approx([0, 60, 120, 180, 240, 300], rel=1e-9)
    assert ((parts.to_numpy() >= 0) & (parts.to_numpy() <= wants)).all()


def test_a_market_without_a_meaning_has_no_price() -> None:
    claim = (1.0, 5.0, 1.0, 2.0)
    assert np.isnan(market(np.array([-1.0, 2.0]), *claim)[0]).tolist() == [True, False]
    assert math.isnan(market(1.0, 1.0, -5.0, 1.0, 2.0)[0])
    assert math.isnan(market(1.0, 1.0, 5.0, 1.0, 0.0)[0])
    assert market(1.0, *claim, *claim)[1] == 10


def test_equals_keep_their_order_and_downwards_is_upwards_reversed() -> None:
    """Vensim's reference manual, VECTOR SORT ORDER: an index from 0 for each place."""
    vector = (2.0, 1.0, 2.0, 0.0)
    assert order(1.0, *vector).tolist() == [3, 1, 0, 2]
    assert order(-1.0, *vector).tolist() == [2, 0, 1, 3]
    assert ranks(1.0, *vector).tolist() == [2, 1, 3, 0]
    members = order(np.array([1.0, 0.0]), *(np.array([v, -v]) for v in vector))
    assert members.T.tolist() == [[3, 1, 0, 2], [3, 1, 2, 0]]


@pytest.mark.parametrize("engine", ["scalar", "numpy"])
def test_a_long_vector_is_sorted(written: Write, engine: str) -> None:
    """A rank is the place in the order plus one; the order brings the elements up."""
    file = written(
        "r: (b1-b700)\nv[r] = MODULO(r*331, 701)\nk[r] = VECTOR RANK(v[r], 1)\n"
        "o[r] = VECTOR SORT ORDER(v[r], -1)",
        end=0,
    )
    frame = simulate_model(file, engine=engine)  # type: ignore[arg-type]
    v, k, o = (frame[[f"{name}[b{i}]" for i in range(1, 701)]].to_numpy()[0] for name in "vko")
    assert k.tolist() == v.tolist()
    assert v[o.astype(int)].tolist() == list(range(700, 0, -1))
