"""The one rule for runs that cease to be numbers: told first, and never taken for a result.

A member that diverges is left out and counted. A scenario of which no member is left has no
result: it is refused, with the variable that ceased to be finite first and when, and the program
ends with :data:`qiantang.faults.FAILED`. A single run of a model file is written as far as it
went and ends so too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qiantang.faults import Fault

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.ensemble.batch import Outcome
    from qiantang.scenario import Scenario


def losses(scenario: Scenario, outcome: Outcome) -> list[Fault]:
    """Return the sentence for a scenario in which every member diverged; none if one is left."""
    if not outcome.diverged.all():
        return []
    size = len(outcome.diverged)
    told = [(time, name) for name, time in outcome.first_fault if name]
    first = ""
    if told:
        time, name = min(told)
        first = f", {name} first ceased to be finite, at {time:.3f}"
    members = "the only member" if size == 1 else f"all {size:,} members"
    where = scenario.files[0] if scenario.files else scenario.name
    return [Fault(where, None, scenario.name, f"{members} diverged{first}")]


def first_not_finite(frame: pd.DataFrame) -> str:
    """Return which variable of a table over time is not finite first, and from when on; or ``""``.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index time, one column a variable.
    """
    bad = ~np.isfinite(frame.to_numpy(dtype=np.float64))
    if not bad.any():
        return ""
    row = int(np.argmax(bad.any(axis=1)))
    column = int(np.argmax(bad[row]))
    return f"{frame.columns[column]} is not finite from time {frame.index[row]:g} on"
