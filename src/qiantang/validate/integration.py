"""Integration error: the step halved, and Runge-Kutta against Euler, on every target."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.validate import charts, names
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, open_question, table
from qiantang.wording.told import Told

Array = NDArray[np.float64]

#: Largest change of a target that the step may be to blame for.
LARGEST = 1e-3
STATEMENTS = ("half_step", "half_step_median", "runge_kutta", "runge_kutta_median")


def integration(ground: Ground) -> list[Finding]:
    """Judge integration error, of what moves continuously: a count moves by whole events."""
    few = ground.few.uncounted(ground.study)
    step = ground.program.time_step
    others: dict[str, dict[str, Any]] = {
        "half_step": {"time_step": step / 2},
        "runge_kutta": {"integrator": "rk4"},
    }
    errors: dict[str, dict[tuple[str, str], float]] = {id: {} for id in STATEMENTS}
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
        return open_question(id, Told(f"{id}.asks"), Told("no_target"))
    read = "median" if id.endswith("_median") else "largest"
    (scenario, target), most = max(errors.items(), key=lambda item: item[1])
    broken = [key for key, error in errors.items() if not error <= LARGEST]
    by_target = [(names.target(one), max(e for (_, t), e in errors.items() if t == one.id) * 100)
                 for one in ground.targets]  # fmt: skip
    count = len({name for name, _ in errors})
    return judged(
        id,
        Told(f"{id}.asks"),
        not broken,
        figure=Told("integration.figure", most=most, targets=len(by_target), scenarios=count,
                    target=names.target_of(ground, target, plain=True),
                    scenario=names.scenario(ground, scenario), members=ground.few.size,
                    step=ground.program.time_step),
        limit=Told("limit.tenth", share=LARGEST),
        reason=Told("integration.reason", broken=len(broken), all=len(errors)) if broken else "",
        table=table(
            ("target", "scenario", "change %"),
            [(names.target_of(ground, t), names.scenario(ground, s), 100 * e)
             for (s, t), e in sorted(errors.items(), key=lambda i: -i[1])],
            Told(f"integration.{read}"),
        ),
        chart=partial(charts.bars, Told("integration.chart"), by_target, line=100 * LARGEST,
                      digits=4),
    )  # fmt: skip
