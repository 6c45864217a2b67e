"""The time step is fine enough: halving it moves no target by more than 0.1 per cent."""

from __future__ import annotations

import numpy as np

from qiantang.measures import Figure, outputs_of, read_figures, times_of
from qiantang.study import open_study

LARGEST = 1e-3


def test_halving_the_step_moves_no_target() -> None:
    study = open_study()
    program = study.program
    figures = []
    for target in study.plan.targets.targets:
        kind = "yearly_total" if f"{target.measure.variable}_tally" in program.names else "year_end"
        for name in (target.measure.variable, *target.measure.over):
            figures += [Figure(name, kind, year) for year in target.measure.years]
    parameters = {name: values[:1] for name, values in study.fit.parameters.items()}
    read = []
    for step in (program.time_step, program.time_step / 2):
        result = program.run(
            outputs=list(outputs_of(figures)), times=times_of(figures, step), members=1,
            parameters=parameters, engine="numpy", time_step=step,
        )  # fmt: skip
        read.append(read_figures(figures, result.values, result.names, result.times, step))
    change = np.abs(read[0] / read[1] - 1)
    worst = figures[int(change.argmax())]
    assert change.max() < LARGEST, f"{worst}: {change.max():.5f}"
