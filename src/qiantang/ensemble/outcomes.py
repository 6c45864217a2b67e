"""The second table of reach: what the plan moves that has no figure of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.reach import INTERVAL
from qiantang.ensemble.runs import run_resolved
from qiantang.faults import Fault, StudyError
from qiantang.plan.outcomes import Outcome, outcomes_path
from qiantang.scenario import Scenario
from qiantang.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome of one scenario in one year.

    Parameters
    ----------
    scenario, of : str
    year, article : int
    unit : str
    median, p05, p95 : float
        Over the members that did not diverge. [unit]
    observed : str
        "series", "other" or "none": what the evidence before the plan holds of it.
    """

    scenario: str
    of: str
    year: int
    article: int
    unit: str
    median: float
    p05: float
    p95: float
    observed: str

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def outcome_rows(
    study: Study, scenarios: Sequence[Scenario], **options: Any
) -> tuple[OutcomeRow, ...]:
    """Run scenarios and read the outcomes that the plan names.

    Parameters
    ----------
    study : Study
    scenarios : sequence of Scenario
    **options
        Of `qiantang.ensemble.runs.run`: members, seed, vintage, engine, progress.

    Raises
    ------
    StudyError
        If the study names no outcomes; as `run` does.
    """
    if study.outcomes is None:
        what = "no such file, expected the outcomes that --all shows"
        raise StudyError([Fault(outcomes_path(study.folder), None, "", what)])
    names = [item.of for item in study.outcomes.outcomes]
    runs = run_resolved(study, scenarios, variables=names, **options)
    rows = []
    for scenario in map(str, runs.dataset.scenario.values):
        for item in study.outcomes.outcomes:
            for year in study.outcomes.years:
                values = runs[item.of].sel(scenario=scenario, time=year).to_numpy()
                sound = values[np.isfinite(values)]
                rows.append(_row(study, item, scenario, year, sound))
    return tuple(rows)


def _row(study: Study, item: Outcome, scenario: str, year: int, sound: Array) -> OutcomeRow:
    low, middle, high = (float(x) for x in np.quantile(sound, [INTERVAL[0], 0.5, INTERVAL[1]]))
    unit = study.dictionary[item.of].unit
    return OutcomeRow(scenario, item.of, year, item.article, unit, middle, low, high, item.observed)
