"""What an equation uses and nothing defines: all of it at once, with lines."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program

GRID = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def said(folder: Path, entries: str) -> list[str]:
    """Return what is said of a model of entries that begin on line 2."""
    file = folder / "m.mdl"
    file.write_text("{UTF-8}\n" + entries + GRID, encoding="utf-8")
    out = folder / "o.csv"
    result = CliRunner().invoke(program, ["simulate", str(file), "--out", str(out)])
    lines = result.output.replace(f"{folder.as_posix()}/", "").splitlines()
    return [line.split("m.mdl:")[-1] for line in lines] if result.exit_code else []


@pytest.mark.parametrize(
    ("entries", "faults"),
    [
        (
            "a=1~~|\ny=a+undefd~~|\nz=undef2*undef2+un3~~|\n",
            ["3: y: undefd is not defined", "4: z: undef2 is not defined",
             "4: z: un3 is not defined"],
        ),
        ("population=1~~|\ny=populaton~~|\n", ["3: y: populaton is not defined (did you"]),
        ("s=INTEG(inflow, start)~~|\n", ["2: s: inflow is not", "2: s: start is not defined"]),
        ("r: p, q~~|\nx[r]=1~~|\ny=x[w]+SUM(x[v!])~~|\n",
         ["4: y: w is not defined", "4: y: v is not defined"]),
        ("x[w]=k~~|\ny[w]=x[w]~~|\n",
         ["2: x: w is no subscript range", "2: x: k is not", "3: y: w is no subscript range"]),
        ("a=3~~|\ny=a(2)~~|\n", ["3: y: a is called as a table, which it is not"]),
        ("y=WITH LOOKUP(nosuch, ((0,0),(1,1)))~~|\n", ["2: y: nosuch is not defined"]),
        (":MACRO: m(p)\nm=p*k~~|\n:END OF MACRO:\nk=1~~|\ny=m(3)~~|\n",
         ["3: m: k is not defined"]),
    ],
)  # fmt: skip
def test_every_name_that_is_not_defined_is_told(
    tmp_path: Path, entries: str, faults: list[str]
) -> None:
    lines = said(tmp_path, entries)
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith(fault)
        assert "pysd" not in line.lower()


@pytest.mark.parametrize(
    "entries",
    [
        "y=Time+TIME STEP~~|\n",
        "r: p, q~~|\nx[r]=r~~|\ny=q~~|\n",
        "t((0,0),(1,1))~~|\ny=t(0.5)~~|\n",
        ":MACRO: m(p : o)\no=p+1~~|\nm=p*Time$~~|\n:END OF MACRO:\ny=m(3 : second)+second~~|\n",
        ":MACRO: m(p)\nm=p*nosuch~~|\n:END OF MACRO:\ny=3~~|\n",
        "Cafe\u0301=1~~|\ny=caf\u00e9~~|\n",
    ],
)
def test_what_is_known_in_some_way_is_not(tmp_path: Path, entries: str) -> None:
    assert said(tmp_path, entries) == []
