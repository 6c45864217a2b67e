"""The time step is fine enough: halving it moves no target by more than 0.1 per cent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from counts import COUNTS
from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of, target_figures
from qiantang.session import open_study

LARGEST = 1e-3
MEMBERS = 100


@pytest.mark.parametrize("name", ["current_policy", "plan_in_full", "pandemic_as_happened"])
def test_halving_the_step_moves_no_target(name: str) -> None:
    study = open_study()
    program, scenario = study.program, study.scenario(name)
    members = choose_members(study, MEMBERS, 1)
    readout = readout_of(study, target_figures(study, study.plan.targets.targets))
    batch = ensemble_of(study, members, 1, readout).batch(case_of(study, scenario))
    figures, read = readout.figures, []
    for step in (program.time_step, program.time_step / 2):
        wanted = replace(readout, time_step=step)
        read.append(wanted.read(batch.run(program, wanted, engine="kernel", time_step=step)))
    moving = [f.variable not in COUNTS for f in figures]  # counts move by whole events
    figures = [f for f, kept in zip(figures, moving, strict=True) if kept]
    read = [one[moving] for one in read]
    change = np.abs(np.median(read[0], axis=1) / np.median(read[1], axis=1) - 1)
    worst = figures[int(change.argmax())]
    assert change.max() < LARGEST, f"{worst}: {change.max():.5f}"
