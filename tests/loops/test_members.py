"""A member of the Hangzhou model has the same scores alone and among others, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import Readout
from qiantang.loops.instants import Given, edge_scores
from qiantang.loops.network import network
from qiantang.study import Study


@pytest.mark.parametrize("member", [0, 5, 10])
def test_a_member_alone_has_the_same_bits(small_study: Study, member: int) -> None:
    study = small_study
    members = choose_members(study, 11, 1)
    readout = Readout((), (), study.program.time_step)
    case = case_of(study, study.scenario("plan_in_full"))
    batch = ensemble_of(study, members, 1, readout, "numpy").batch(case)
    many = Given(batch.parameters, batch.paths, 11, {"engine": "numpy"})
    only = Given(
        {name: one(value, member, 1) for name, value in many.parameters.items()},
        {
            name: replace(path, values=one(path.values, member, 2))
            for name, path in many.paths.items()
        },
        1,
        many.options,
    )
    woven, times = network(study.program), np.array([2001.5, 2003.0])
    asked = [study.program.slot_of["passengers"]]
    among = edge_scores(study.program, woven, many, times, asked)
    alone = edge_scores(study.program, woven, only, times, asked)
    assert among.edges[:, :, member].tobytes() == alone.edges[:, :, 0].tobytes()
    assert among.outside[:, :, member].tobytes() == alone.outside[:, :, 0].tobytes()
    assert np.abs(among.edges).max() > 1


def one(value: Any, member: int, axes: int) -> Any:
    """Return the value of a member, where members have values of their own."""
    array = np.asarray(value, dtype=np.float64)
    return array[[member]] if array.ndim == axes else array
