"""Integration error: the step halved, and Runge-Kutta against Euler, on every target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.validate import charts
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, open_question, table

Array = NDArray[np.float64]

#: Largest change of a target that the step may be to blame for.
LARGEST = 1e-3
WORDS = {
    "half_step": "Halving the time step moves no target of any member by more than 0.1 %, in any "
    "scenario.",
    "half_step_median": "Halving the time step moves the median of no target by more than 0.1 %, "
    "in any scenario.",
    "runge_kutta": "Fourth-order Runge-Kutta moves no target of any member by more than 0.1 % from "
    "Euler, in any scenario.",
    "runge_kutta_median": "Fourth-order Runge-Kutta moves the median of no target by more than "
    "0.1 % from Euler, in any scenario.",
}
#: What is held against the limit: the largest over members, or the median that tables report.
_READ = {"": "Largest over members", "_median": "Median over members"}


def integration(ground: Ground) -> list[Finding]:
    """Judge integration error, of what moves continuously: a count moves by whole events."""
    few = ground.few.uncounted(ground.study)
    step = ground.program.time_step
    others: dict[str, dict[str, Any]] = {
        "half_step": {"time_step": step / 2},
        "runge_kutta": {"integrator": "rk4"},
    }
    errors: dict[str, dict[tuple[str, str], float]] = {id: {} for id in WORDS}
    scenarios = [ground.base, ground.full] if ground.quick else ground.scenarios
    for scenario in {item.name: item for item in scenarios}.values():
        batch = ground.batch(scenario, few)
        euler = ground.yearly(batch)
        plain = target_values(euler, ground.targets)
        for id, options in others.items():
            other = target_values(ground.yearly(batch, **options), ground.targets)
            for target in ground.targets:
                scale = target_scale(euler, target)
                at = scenario.name, target.id
                errors[id][at] = relative(other[target.id] - plain[target.id], scale)
                middles = np.median(other[target.id]), np.median(plain[target.id])
                errors[f"{id}_median"][at] = relative(
                    np.asarray(middles[0] - middles[1]), np.asarray(np.median(scale))
                )
    return [_finding(ground, id, found) for id, found in errors.items()]


def relative(change: Array, scale: Array) -> float:
    """Return the largest change over members in parts of the scale; infinite if one diverged."""
    parts = np.abs(change) / np.where(scale > 0, scale, 1.0)
    return float(parts.max()) if np.isfinite(parts).all() else float("inf")


def _finding(ground: Ground, id: str, errors: dict[tuple[str, str], float]) -> Finding:
    if not errors:
        return open_question(id, WORDS[id], "the plan states no target")
    read = _READ["_median" if id.endswith("_median") else ""]
    (scenario, target), most = max(errors.items(), key=lambda item: item[1])
    broken = [key for key, error in errors.items() if not error <= LARGEST]
    names = [item.id for item in ground.targets]
    by_target = [(n, max(e for (_, t), e in errors.items() if t == n) * 100) for n in names]
    count = len({name for name, _ in errors})
    return judged(
        id,
        WORDS[id],
        not broken,
        figure=f"at most {most:.3%}: {target.replace('_', ' ')} in {scenario}; {len(names)} "
        f"targets, {count} scenarios, {ground.few.size} members, step "
        f"{ground.program.time_step:g}",
        limit=f"{LARGEST:.1%}",
        reason=f"{len(broken)} of {len(errors)} figures move further" if broken else "",
        table=table(
            ("target", "scenario", "change %"),
            [(t, s, 100 * e) for (s, t), e in sorted(errors.items(), key=lambda i: -i[1])],
            f"{read}; of a rise, in per cent of the level it is taken from.",
        ),
        chart=charts.bars(
            "Largest change of each target, %", by_target, line=100 * LARGEST, digits=4
        ),
    )
