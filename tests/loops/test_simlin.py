"""A second opinion: every loop's share over time as Simlin has it, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qiantang.loops.ofmodel import loops_of_model

from .models import ARMS, BASS, write


@pytest.mark.parametrize(("equations", "end", "step"), [(BASS, 15, 1 / 16), (ARMS, 10, 1 / 4)])
def test_shares_are_those_of_simlin(
    tmp_path: Path, equations: str, end: float, step: float
) -> None:
    simlin = pytest.importorskip("simlin", reason="pysimlin is not installed")
    file = write(tmp_path, equations, end, step)
    data = loops_of_model(file, top=100).dataset
    ours = {
        turned(str(path).split(" > ")): data["share"][row, :, 0].to_numpy()
        for row, path in enumerate(data["path"].to_numpy())
    }
    theirs = {
        turned(loop.variables): np.asarray(loop.behavior_time_series)
        for loop in simlin.load(file).run(analyze_loops=True).loops
    }
    assert set(ours) == set(theirs)
    for path, share in theirs.items():
        np.testing.assert_allclose(ours[path], share[1:], atol=1e-9)


def turned(path: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Return the names on a loop from the first of the alphabet on."""
    first = list(path).index(min(path))
    return (*path[first:], *path[:first])
