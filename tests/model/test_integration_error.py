"""The time step is fine enough: halving it moves no target by more than 0.1 per cent."""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.ensemble import choose_members, driver_paths, innovation_paths, lever_paths
from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.study import open_study

LARGEST = 1e-3
MEMBERS = 100


@pytest.mark.parametrize("name", ["current_policy", "plan_in_full", "pandemic_as_happened"])
def test_halving_the_step_moves_no_target(name: str) -> None:
    study = open_study()
    program, scenario = study.program, study.scenario(name)
    members = choose_members(study, MEMBERS, 1)
    paths = driver_paths(study, scenario, MEMBERS, 1)
    paths |= innovation_paths(members) | lever_paths(study, scenario)
    figures = []
    for target in study.plan.targets.targets:
        kind = "yearly_total" if f"{target.measure.variable}_tally" in program.names else "year_end"
        for variable in (target.measure.variable, *target.measure.over):
            figures += [Figure(variable, kind, year) for year in target.measure.years]
    read = []
    for step in (program.time_step, program.time_step / 2):
        result = program.run(
            outputs=list(outputs_of(figures)), times=times_of(figures, step), members=MEMBERS,
            parameters=dict(members.parameters), paths=paths, engine="numpy", time_step=step,
        )  # fmt: skip
        read.append(read_figures(figures, result.values, result.names, result.times, step))
    change = np.abs(np.median(read[0], axis=1) / np.median(read[1], axis=1) - 1)
    worst = figures[int(change.argmax())]
    assert change.max() < LARGEST, f"{worst}: {change.max():.5f}"
