"""Links that never act, taken out where more loops than can be listed pass them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qiantang.loops.cycles import elementary_cycles
from qiantang.loops.instants import Given, edge_scores
from qiantang.loops.network import network
from qiantang.loops.ofmodel import loops_of_model
from qiantang.settings import applied
from qiantang.simulate import load

from .models import ARMS, write
from .test_published import home

#: The arms race in which one party looks at another only after the run: of eight loops two pass.
ASLEEP = ARMS.replace("0.9 * C", "IF THEN ELSE(Time > 100, C, 0)")


def test_loops_of_links_that_act_are_all_scored_where_all_loops_are_too_many(
    tmp_path: Path,
) -> None:
    file = write(tmp_path, ASLEEP)
    every, some = (loops_of_model(file, top=100, most=most) for most in (8, 6))
    assert every.notes[0].endswith("12 links: all 8 elementary loops")
    assert some.notes[0].endswith(
        "12 links: all 6 elementary loops of links that act at some time; "
        "the others pass links that never do (1), and do nothing"
    )
    whole = dict(zip(every.dataset["path"].to_numpy(), every.dataset["share"].to_numpy(),
                     strict=True))  # fmt: skip
    for path, share in zip(some.dataset["path"].to_numpy(), some.dataset["share"].to_numpy(),
                           strict=True):  # fmt: skip
        np.testing.assert_array_equal(whole.pop(path), share)
    assert [np.abs(share).max() for share in whole.values()] == [0, 0]


def test_too_many_loops_of_links_that_act_are_told_from_their_strength(tmp_path: Path) -> None:
    few = loops_of_model(write(tmp_path, ASLEEP), top=100, most=5)
    assert "not all loops, but" in few.notes[0]


def test_the_loops_of_world3_are_as_many_as_others_count() -> None:
    """330,574 by Eberlein and Schoenberg (2020), less 515; 150,827 at once by Simlin."""
    file = home() / "wrld3-03.mdl"
    if not file.is_file():
        pytest.skip("no wrld3-03.mdl in the folder that QIANTANG_LOOP_SHARES names")
    program, _, parameters = applied(load(file, []), {}, file)
    woven = network(program)
    (places,) = woven.partitions
    times = program.initial_time + program.time_step * np.arange(1, 401)
    given = Given(parameters, {}, 1, {"engine": "numpy", "integrator": program.integrator})
    acts = edge_scores(program, woven, given, times, (), lambda _: None).edges[:, :, 0] != 0
    awake = [place for place in places if acts[:, place].any()]
    loops = elementary_cycles(woven.edges, awake)
    assert (len(places), len(awake)) == (254, 215)
    assert loops is not None
    assert len(loops) == 330_059
    bits = np.packbits(acts, axis=0).T
    at_once = np.bitwise_and.reduceat(bits[loops.edges], loops.begins[:-1], axis=0)
    assert int(at_once.any(axis=1).sum()) == 150_827
