"""Models that are too large are refused with their size, before memory is asked for."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qiantang.engine import load_model
from qiantang.engine.translation import sizes
from qiantang.faults import StudyError

Write = Callable[..., Path]
RANGES = "a: (a1-a1000)\nb: (b1-b1000)\nc: (c1-c1000)\ny[a] = 1\nz[b] = 2\nw[c] = 3\n"
XMILE = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs><dimensions>"
    '<dim name="a" size="1000"/><dim name="b" size="1000"/><dim name="c" size="1000"/>'
    "</dimensions><model><variables>\n"
    '<aux name="y"><dimensions><dim name="a"/></dimensions><eqn>1</eqn></aux>'
    '<aux name="z"><dimensions><dim name="b"/></dimensions><eqn>1</eqn></aux>'
    '<aux name="w"><dimensions><dim name="c"/></dimensions><eqn>1</eqn></aux>\n'
    "{}</variables></model></xmile>"
)
CUBE = '<dimensions><dim name="a"/><dim name="b"/><dim name="c"/></dimensions>'
ELEMENTS = r"x: has 1,000,000,000 elements, expected at most 2,000,000 of all"
TERMS = r"x: adds up 1,000,000,000 terms over subscripts marked with !, expected at most"


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fail where more than 50 MB were asked for at any time."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    ("equation", "told"),
    [
        ("x[a,b,c] = 1", ELEMENTS),
        ("x[a,b,c] = INTEG(1, 0)", ELEMENTS),
        ("x[a,b,c] :EXCEPT: [a1,b1,c1] = 1", ELEMENTS),
        ("x = SUM(y[a!]*z[b!]*w[c!])", TERMS),
        ("x[c] = w[c] + SUM(y[a!]*z[b!])", TERMS),
        ("x = VECTOR SELECT(y[a!]*z[b!], w[c!], 0, 0, 0)", TERMS),
    ],
)
def test_a_billion_is_refused(written: Write, equation: str, told: str) -> None:
    with pytest.raises(StudyError, match=told):
        load_model(written(RANGES + equation))


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    ("variable", "told"),
    [
        (f'<aux name="x">{CUBE}<eqn>1</eqn></aux>', ELEMENTS),
        ('<aux name="x"><eqn>SUM(y[*]*z[*]*w[*])</eqn></aux>', TERMS),
    ],
)
def test_a_billion_of_xmile_is_refused(tmp_path: Path, variable: str, told: str) -> None:
    file = tmp_path / "m.xmile"
    file.write_text(XMILE.format(variable), encoding="utf-8")
    with pytest.raises(StudyError, match=told):
        load_model(file)


def test_all_variables_count_together(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MOST_SCALARS", 10)
    load_model(written("r: (r1-r3)\nx[r] = 1\ny[r] = 2"))
    with pytest.raises(StudyError, match=r"z: has 3 elements, expected at most 10 of all"):
        load_model(written("r: (r1-r3)\nx[r] = 1\ny[r] = 2\nu[r] = 3\nz[r] = 4"))


@pytest.mark.usefixtures("little_memory")
def test_parts_of_a_large_array_are_compared_without_writing_them_out(written: Write) -> None:
    """One entry leaves out a plane, the other one is that plane; then it is not."""
    head = "x[a,b,c] :EXCEPT: [a,b,c1] = 1\n"
    with pytest.raises(StudyError, match=ELEMENTS):
        load_model(written(f"{RANGES}{head}x[a,b,c1] = 2"))
    with pytest.raises(StudyError, match=r"x: defined twice for \[a1, b1, c2\]"):
        load_model(written(f"{RANGES}{head}x[a,b,c2] = 2"))


def test_calls_that_run_over_nothing_are_not_walked(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand calls inside each other cost one walk, not a thousand."""
    walks: list[object] = []
    marked = sizes.marked
    monkeypatch.setattr(sizes, "marked", lambda tree: walks.append(tree) or marked(tree))
    depth = 1000
    file = written("x = " + "IF THEN ELSE(Time > 1, 1, " * depth + "0" + ")" * depth)
    assert load_model(file).names
    assert not walks
