"""Circles of variables: named as in the file, each with its line, in one short sentence."""

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.simulate import simulate_model

GRID = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
FRAME = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
    "<header><vendor>t</vendor><product>t</product></header>\n"
    "<sim_specs><start>0</start><stop>4</stop></sim_specs>\n<model><variables>\n{}\n"
    "</variables></model></xmile>"
)


def said(file: Path, text: str) -> tuple[int | None, str]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        simulate_model(file)
    (fault,) = error.value.faults
    return fault.line, fault.what.removeprefix("these variables depend on each other at the same ")


@pytest.mark.parametrize(
    ("entries", "line", "names"),
    [
        ("x=1~~|\nMy A=B~~|\nB=My A~~|\n", 3, "My A (line 3), B (line 4)"),
        ("c=a+1~~|\na=b~~|\nb=c~~|\n", 2, "c (line 2), a (line 3), b (line 4)"),
        ("a=a+1~~|\n", 2, "a (line 2)"),
        ("r: P, Q~~|\nx[P]=x[Q]~~|\nx[Q]=x[P]~~|\n", 3, "x[P] (line 3), x[Q] (line 4)"),
        ("S=INTEG(1, T)~~|\nT=INTEG(1, S)~~|\n", 2, "S (line 2), T (line 3)"),
    ],
)
def test_a_circle_is_told_with_the_lines_of_its_variables(
    tmp_path: Path, entries: str, line: int, names: str
) -> None:
    assert said(tmp_path / "m.mdl", "{UTF-8}\n" + entries + GRID) == (line, f"time: {names}")


def test_so_is_one_of_xmile(tmp_path: Path) -> None:
    auxs = (f'<aux name="{a}"><eqn>{b}</eqn></aux>' for a, b in (("A", "B"), ("B", "A")))
    found = said(tmp_path / "m.xmile", FRAME.format("\n".join(auxs)))
    assert found == (5, "time: A (line 5), B (line 6)")


def test_a_long_circle_makes_no_long_sentence(tmp_path: Path) -> None:
    entries = "".join(f"v{i}=v{(i + 1) % 5000}~~|\n" for i in range(5000))
    line, what = said(tmp_path / "m.mdl", "{UTF-8}\n" + entries + GRID)
    assert line == 2
    assert what.startswith("time: v0 (line 2), v1 (line 3), ")
    assert what.endswith(" and 4,988 more")
