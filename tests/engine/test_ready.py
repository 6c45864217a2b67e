"""Members that are laid out once give the bits of runs by themselves, or refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest

from engine.test_history import EQUATIONS, MEMBERS, OUTPUTS, TIMES, asked, drift, ramp
from qiantang.engine import Path, load_model
from qiantang.engine.ir import Integrator
from qiantang.engine.program import LoadedProgram

REST = Path.level(0.0, 0.0)


@pytest.fixture
def program(written: Callable[[str], File]) -> LoadedProgram:
    return load_model(written(EQUATIONS))


@pytest.mark.parametrize("integrator", ["euler", "rk4"])
def test_runs_of_laid_out_members_have_the_bits_of_runs_by_themselves(
    program: LoadedProgram, integrator: Integrator
) -> None:
    shared = asked(integrator=integrator)
    paths = {"lever": REST, "drift": drift()}
    history = program.history(OUTPUTS, TIMES, until=4.0, paths=paths, **shared)
    for known in (history, None):
        ready = program.ready(
            OUTPUTS, TIMES, varying=["lever"], paths=paths, history=known, **shared
        )
        for top in (0.5, 2.0, 0.5):
            moved = {"lever": ramp(4.25, top)}
            mine = ready.run(moved, threads=1)
            alone = program.run(OUTPUTS, TIMES, paths=paths | moved, **shared)
            assert mine.values.tobytes() == alone.values.tobytes()
            assert mine.diverged.tolist() == alone.diverged.tolist()
            assert mine.first_fault == alone.first_fault
            for threads in (2, 3):  # the parts are of other sizes, the members laid out the same
                assert ready.run(moved, threads=threads).values.tobytes() == mine.values.tobytes()
        assert ready.run({}).values.tobytes() != mine.values.tobytes()


def test_what_does_not_vary_or_differs_before_the_history_ends_is_refused(
    program: LoadedProgram,
) -> None:
    paths = {"lever": REST, "drift": drift()}
    history = program.history(OUTPUTS, TIMES, until=4.0, paths=paths, **asked())
    ready = program.ready(
        OUTPUTS, TIMES, varying=["lever"], paths=paths, history=history, **asked()
    )
    with pytest.raises(ValueError, match="lever differs before 4, where the history ends"):
        ready.run({"lever": ramp(3.0, 1.0)})
    with pytest.raises(ValueError, match="lever differs before 4"):
        ready.run({"lever": Path.level(-0.0, 0.0)})  # which has other bits
    with pytest.raises(ValueError, match="drift was not given as a path that varies"):
        ready.run({"drift": REST})
    rows = Path(np.array([0.0, 5.0]), np.zeros((MEMBERS, 2)))
    with pytest.raises(ValueError, match="the path of lever has a row a member"):
        ready.run({"lever": rows})
    for name in ("drift", "exponent"):
        with pytest.raises(ValueError, match=f"{name} is to vary"):
            program.ready(OUTPUTS, TIMES, varying=[name], paths=paths, **asked())
