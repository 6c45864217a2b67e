"""The study's own run, warm: members of the fit, one scenario, from the start and from a history.

Members have parameters, innovations and drivers of their own, so this is what a user waits for.
"""

from __future__ import annotations

import time
from typing import Any

from qiantang.measures import Figure, outputs_of, times_of
from qiantang.members import choose_members, driver_paths, innovation_paths, lever_paths
from qiantang.study import TALLY_SUFFIX, Study

ROUNDS = 7
SCENARIO, BESIDE = "plan_in_full", "current_policy"
SOON = 2021.0
"""End of the years that the targets look at."""


def headline_figures(study: Study) -> list[Figure]:
    """Return the figure of each headline and year."""
    program = study.program
    return [
        Figure(
            name, "yearly_total" if name + TALLY_SUFFIX in study.dictionary else "year_end", year
        )
        for name in study.headlines
        for year in range(int(program.initial_time), int(program.final_time))
    ]


def waits(study: Study, members: int = 1000) -> dict[str, float]:
    """Return the shortest of several waits for one scenario, in rounds of A B C D. [s]"""
    program, figures = study.program, headline_figures(study)
    chosen = choose_members(study, min(members, study.fit.record.members), 1)
    outputs, times = list(outputs_of(figures)), times_of(figures, program.time_step)
    shared = driver_paths(study, study.scenario(SCENARIO), chosen.size, 1)
    shared |= innovation_paths(chosen)
    plan, beside = (
        shared | lever_paths(study, study.scenario(name)) for name in (SCENARIO, BESIDE)
    )
    given: dict[str, Any] = {"parameters": chosen.parameters, "members": chosen.size}
    history = program.history(outputs, times, paths=plan, beside=[beside], **given)
    soon = times[times <= SOON]
    last, kept = f"{program.final_time:g}", f"{history.time:.2f}"
    head = f"{chosen.size:,} members of the fit, one scenario, warm"
    jobs: dict[str, tuple[Any, dict[str, Any]]] = {
        f"{head}, from the start to {last}": (times, {}),
        f"{head}, from a history up to {kept} to {last}": (times, {"history": history}),
        f"{head}, from the start to {SOON:g}": (soon, {}),
        f"{head}, from a history up to {kept} to {SOON:g}": (soon, {"history": history}),
    }
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(ROUNDS):
        for name, (wanted, more) in jobs.items():
            begun = time.perf_counter()
            program.run(outputs, wanted, paths=plan, **given, **more)
            best[name] = min(best[name], time.perf_counter() - begun)
    return best
