"""The least effort from a date on that restores a target, or the proof that none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from qiantang.plan.targets import Target
from qiantang.policy.answer import Answer
from qiantang.policy.packages import Packages
from qiantang.policy.solve import solve
from qiantang.review.moved import moved
from qiantang.review.review import Review
from qiantang.scenario import Lever, Scenario


def restore(
    review: Review,
    target: Target,
    probability: float,
    progress: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Find the cheapest package of levers, pulled from the review on, that restores a target.

    Up to the review the levers are those of the scenario under review, after it a package of the
    plan in full, each lever as it rises there, but from the day of the review.

    Parameters
    ----------
    review : Review
    target : Target
    probability : float
        Between 0 and 1.
    progress : callable
    """
    packages = packages_from(review)
    return solve(packages, review.study.effort, target, probability, progress)


def packages_from(review: Review) -> Packages:
    """Return the packages that can still be pulled, on the members that the review left."""
    study, tracker = review.study, review.tracker
    base = tracker.scenario
    full = delayed(study.scenario(study.about.scenarios.full), base, study.about.plan.date,
                   review.belief.known.as_of)  # fmt: skip
    ours, others = (moved(tracker, review.belief, review.seed + more) for more in (1, 2))
    made = [
        Packages(study, base, full, one.members, review.seed, drivers=one.drivers)
        for one in (ours, others)
    ]
    return replace(made[0], others=made[1])


def delayed(full: Scenario, base: Scenario, begun: float, now: float) -> Scenario:
    """Return a plan that begins later: what is done until then is the base's.

    Parameters
    ----------
    full, base : Scenario
    begun, now : float
        When the plan begins in its own file, and when it is to begin. [Year]
    """
    levers: dict[str, Lever] = dict(base.levers)
    for name, lever in full.levers.items():
        path = {time + now - begun: value for time, value in lever.path.items()}
        if name in base.levers:
            past = base.path(name)
            here = float(past.at(np.array([now]))[0])
            knots = zip(past.times.tolist(), past.values.tolist(), strict=True)
            path = {time: value for time, value in knots if time < now} | {now: here} | {
                time: max(here, value) for time, value in path.items() if time > now
            }  # fmt: skip
        levers[name] = lever.model_copy(update={"path": path})
    return replace(full, levers=levers)
