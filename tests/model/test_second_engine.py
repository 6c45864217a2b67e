"""An independent engine reads the model without complaint and finds the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pulses import PULSED, on_step
from qiantang.engine import load_model
from qiantang.model.mdl import read_dictionary

HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"


def test_simlin_finds_the_same_numbers(load: Callable[[Path], Any]) -> None:
    simlin = pytest.importorskip("simlin")
    model = simlin.load(HANGZHOU)
    assert list(model.check()) == []
    program = load_model(HANGZHOU)
    put = {name: float(on_step(program.constants[name], program.time_step)) for name in PULSED}
    theirs = model.run(analyze_loops=False, overrides=put).results
    runner, grid = load(HANGZHOU)
    names = [name for name in read_dictionary(HANGZHOU) if name in theirs.columns]
    assert len(names) > 400
    ours = runner(names, grid, put, {}, 1)[:, :, 0]
    scale = np.maximum(np.abs(ours).max(axis=1), 1e-30)
    apart = np.abs(theirs[names].to_numpy().T - ours).max(axis=1) / scale
    assert {name: gap for name, gap in zip(names, apart, strict=True) if gap > 1e-6} == {}
