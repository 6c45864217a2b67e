"""An equation over many elements, translated once, is what one by one would make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import pytest

from qiantang.engine import Program, Unsupported, load_model
from qiantang.engine.translation import definitions
from qiantang.engine.translation.builder import Builder

Written = Callable[[str], File]

RANGES = (
    "r: u, v, w, q\nsome: u, v, w\nother: a, b, c, d -> r\nlisted: f, g, h -> (some: w, u, v)\n"
    "x[r] = 1, 2, 3, 4\ny[other] = 5, 6, 7, 8\nm[r,other] = Time*x[r] + y[other]\n"
    "t[u]((0,0),(9,9))\nt[v]((0,1),(9,2))\nt[w]((0,3),(9,4))\n"
)
FORMS = {
    "plain": "z[r] = IF THEN ELSE(x[r] > 2, x[r]^2, -x[u]) + MAX(x[r], Time)",
    "mapped": "z[r] = x[r]*y[other]\nk[listed] = x[some] + m[some,a]",
    "summed": "z[r] = SUM(m[r,other!]*y[other!]) + SUM(x[r!])\nk[some] = VMAX(m[some,other!])",
    "left out": "z[r,other] :EXCEPT: [u,other],[r,b] = m[r,other]\nz[u,other] = 1\n"
    "z[v,b] = 2\nz[w,b] = 2\nz[q,b] = 3\nk[r] = SUM(z[r,other!])",
    "tables": "z[some] = t[some](x[some]*Time) + t[u](Time)",
    "stocks": "z[r] = INTEG(x[r] - z[r]/3, x[r]*2)\nk[r] = ACTIVE INITIAL(z[r], x[r])",
    "remembered": "z[r] = SMOOTH3(m[r,a], x[r])\nk[r] = DELAY FIXED(z[r], 1, 0)",
    "position": "z[r] = r*x[r]\nk[other] = y[other] + other",
    "constant": "z[r] = 2*3 + 1\nk[r,other] = y[other]",
    "by value": "i = 2\nz[other] = x[i]*y[other]",
}
"""Equations whose expressions differ by slots alone, and such as must be made one by one."""


def program(file: File) -> Program:
    return load_model(file, use_cache=False)


@pytest.mark.parametrize("form", FORMS)
def test_at_once_is_as_one_by_one(
    written: Written, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    file = written(RANGES + FORMS[form])
    at_once = program(file)
    monkeypatch.setattr(definitions, "FEWEST", 10**9)
    one_by_one = program(file)
    assert at_once.titles == one_by_one.titles
    assert at_once.equations == one_by_one.equations
    assert at_once.hash == one_by_one.hash


def test_the_work_does_not_grow_with_the_elements(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = []
    build = Builder.build

    def counted(self: Builder, *arguments: object) -> object:
        walked.append(1)
        return build(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Builder, "build", counted)
    equations = "r: (r1-r200)\ns: (s1-s200)\nx[r] = 2*Time\nz[r,s] = x[r] + Time\n"
    made = program(written(equations + "k[s] = SUM(z[r1,s!])"))
    assert len(made.names) > 40_000
    assert len(walked) < 1_000


def test_the_element_that_is_refused_is_named(written: Written) -> None:
    equations = "x[u] = 1\nx[v] = 2\nx[w] = 3\nz[r] = x[r]"
    with pytest.raises(
        Unsupported, match=r"x\[r\], for which x is not defined, in the equation of z\[q\]"
    ):
        program(written("r: u, v, w, q\n" + equations))
