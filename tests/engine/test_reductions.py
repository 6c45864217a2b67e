"""A marked subscript belongs to the innermost function that runs over it.

Vensim Help, Subscripts, the operator !: the function that reads a marked subscript runs over it.
The values are worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qiantang.engine import Unsupported, load_model
from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.translation import sizes
from qiantang.engine.translation.marks import ALONG
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

Write = Callable[..., Path]
HEAD = "x: x1, x2\ny: y1, y2, y3\na[x] = 1, 2\nb[y] = 10, 20, 30\nm[x,y] = 1, 2, 3; 4, 5, 6;\n"
EQUATIONS = {
    "SUM(a[x!] + SUM(b[y!]))": (1 + 60) + (2 + 60),
    "VMAX(a[x!] + SUM(b[y!]))": 2 + 60,
    "VMIN(a[x!] * VMAX(b[y!]))": 1 * 30,
    "SUM(a[x!] + VMAX(a[x!]))": (1 + 2) + (2 + 2),
    "SUM(IF THEN ELSE(a[x!] >= VMAX(a[x!]), 1, 0))": 1,
    "SUM(a[x!] * SUM(m[x!,y!]))": 21 + 42,
    "PROD(a[x!] + PROD(b[y!]))": 6001 * 6002,
    "SUM(a[x!]) + SUM(b[y!])": 3 + 60,
    "MAX(SUM(a[x!]), SUM(b[y!]))": 60,
}
TEXT = HEAD + "\n".join(f"c{place} = {text}" for place, text in enumerate(EQUATIONS))


@pytest.mark.parametrize("engine", ["auto", "numpy", "kernel", "pysd"])
def test_each_runs_over_its_own(written: Write, engine: str) -> None:
    frame = simulate_model(written(TEXT), engine=engine)
    found = [float(frame[f"c{place}"].iloc[-1]) for place in range(len(EQUATIONS))]
    assert dict(zip(EQUATIONS, found, strict=True)) == pytest.approx(EQUATIONS, rel=1e-12)


def test_selection_within_a_sum(written: Write) -> None:
    """VECTOR SELECT, action 3, takes the greatest of b where b exceeds 15; twice, and a."""
    text = "c = SUM(a[x!] + VECTOR SELECT(b[y!], b[y!], 0, 3, 0))"
    frame = simulate_model(
        written(HEAD + text.replace("(b[y!], b", "(IF THEN ELSE(b[y!]>15,1,0), b"))
    )
    assert frame["c"].iloc[0] == (1 + 30) + (2 + 30)


def test_an_outer_sum_over_nothing_is_refused(written: Write) -> None:
    """The marks in the inner sum are its own."""
    with pytest.raises(Unsupported, match="SUM over no subscript marked with !"):
        load_model(written(HEAD + "c = SUM(SUM(a[x!]))"))


def test_sums_beside_each_other_add_up(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine sums of four terms within one call are 36 terms, not four to the ninth."""
    names = "bcdefghij"
    ranges = "".join(f"{n}: ({n}1-{n}4)\nv{n}[{n}] = 1\n" for n in names)
    total = " + ".join(f"SUM(v{n}[{n}!])" for n in names)
    monkeypatch.setattr(sizes, "MOST_TERMS", 36)
    assert "x" in load_model(written(f"{ranges}x = QUANTUM({total}, 1)")).names
    monkeypatch.setattr(sizes, "MOST_TERMS", 35)
    with pytest.raises(StudyError, match="x: adds up 36 terms"):
        load_model(written(f"{ranges}x = QUANTUM({total}, 1) + 0"))


def test_the_table_names_functions_that_there_are() -> None:
    assert set(ALONG) <= set(FUNCTIONS)
