"""The named loops are cycles of the model with the polarity they claim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qiantang.faults import StudyError
from qiantang.model.gains import NotComputedError, link_sign
from qiantang.model.loops import Loop, Loops, check_loops, loop_inputs, read_loops, run_loops
from qiantang.model.syntax import Syntax, parse

MODEL = Path(__file__).parents[2] / "model"
TOWN_FILE = Path(__file__).with_name("town.mdl")
TOWN = parse(TOWN_FILE)[0]


def wear(polarity: str = "balancing", *path: str) -> Loop:
    return Loop.model_validate(
        {
            "id": "B1",
            "title": "Wear",
            "title_zh": "磨损",
            "polarity": polarity,
            "path": path or ("benches", "wear"),
        }
    )


def looked_at(loop: Loop, syntax: Syntax = TOWN, **values: float) -> Any:
    point = {name: np.array([1.0]) for name in loop_inputs(syntax, [loop])}
    point |= {name: np.array([value]) for name, value in values.items()}
    return check_loops(syntax, [loop], point, [2005.0])[0]


def test_the_loops_of_the_study_are_as_claimed(load: Callable[[Path], Any]) -> None:
    syntax, _ = parse(MODEL / "hangzhou.mdl")
    loops = read_loops(MODEL / "loops.yaml", syntax)
    runner, grid = load(MODEL / "hangzhou.mdl")
    results = run_loops(runner, loops, syntax, grid)
    names = [f"R{number}" for number in range(1, 8)] + ["B1"]
    names += [f"B{number}" for number in range(3, 9)] + ["R8", "B9", "B10", "B11"]
    names += ["R9", "R10", "R11", "B12", "B13", "B14"]
    assert [result.loop.id for result in results] == names
    assert [str(result) for result in results if not result.agrees] == []


def test_a_wrong_polarity_is_told() -> None:
    assert looked_at(wear()).agrees is True
    result = looked_at(wear("reinforcing"))
    assert result.agrees is False
    assert "not as claimed" in str(result)


def test_a_missing_link_is_told() -> None:
    result = looked_at(wear("balancing", "benches", "passengers"))
    assert result.agrees is False
    assert "not in the model: benches -> passengers, passengers -> benches" in str(result)


def test_a_limit_that_binds_leaves_the_sign_open() -> None:
    point = {"time": 2005.0, "travel": 3.0, "limit": 2.0}
    assert link_sign(TOWN, "travel", "passengers", point) == 0
    assert link_sign(TOWN, "limit", "passengers", point) == 1
    assert link_sign(TOWN, "travel", "passengers", point | {"travel": 1.0}) == 1


def test_an_idle_link_is_named() -> None:
    result = looked_at(wear("balancing", "benches", "purchase"), passengers=0.0)
    assert result.agrees is None
    assert "in 2005 as benches does not move purchase" in str(result)


@pytest.mark.parametrize(
    ("equation", "sign"),
    [
        ("2^Benches", 1),
        ("-Benches", -1),
        ("1 / Benches - 3", -1),
        ("EXP(-Benches)", -1),
        ("LN(Benches)", 1),
        ("MAX(0, Benches - 10)", 0),
        ("IF THEN ELSE(Benches > 1 :AND: Time > 2000, Benches, 0)", 1),
        ("WITH LOOKUP(Benches, ((0,3),(10,1)))", -1),
        ("travel table(Benches + 1998)", 1),
        ("SMOOTH(Benches, 2)", 1),
        ("DELAY3I(-Benches, 2, 0)", -1),
        ("INTEG(-Benches, 0)", -1),
        ("ZIDZ(1, Benches)", -1),
    ],
)
def test_the_sign_of_a_link(tmp_path: Path, equation: str, sign: int) -> None:
    syntax = probed(tmp_path, equation)
    assert link_sign(syntax, "benches", "probe", {"time": 2005.0, "benches": 4.0}) == sign


def test_a_function_that_is_not_computed_is_named(tmp_path: Path) -> None:
    syntax = probed(tmp_path, "QUANTUM(Benches, 1)")
    with pytest.raises(NotComputedError, match="quantum is not computed"):
        link_sign(syntax, "benches", "probe", {"time": 2005.0, "benches": 4.0})


def probed(folder: Path, equation: str) -> Syntax:
    text = TOWN_FILE.read_text(encoding="utf-8")
    file = folder / "town.mdl"
    entry = f"Probe=\n\t{equation}\n\t~\tDmnl\n\t~\tProbe.\n\t|\n\n"
    file.write_text(text.replace("Wear=\n", entry + "Wear=\n"), encoding="utf-8")
    return parse(file)[0]


def test_unknown_names_and_double_ids_are_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "loops.yaml"
    loop = "  - {id: B1, title: W, title_zh: 损, polarity: balancing, path: [benches, ware]}\n"
    head = "title: T\nlevers_at_maximum_from: 2005\ntimes: [2006]\nloops:\n"
    file.write_text(head + loop + loop, encoding="utf-8")
    with pytest.raises(StudyError) as refusal:
        read_loops(file, TOWN)
    text = str(refusal.value)
    assert "loops.yaml:5: loops.0.path.1: no variable ware in the model" in text
    assert "did you mean wear?" in text
    assert "loops.yaml:6: loops.1.id: the id B1 is used twice" in text
    assert Loops.model_fields["times"].is_required()
