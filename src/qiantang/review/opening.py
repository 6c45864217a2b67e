"""A study and a scenario made ready to be reviewed."""

from __future__ import annotations

from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of, target_figures, yearly
from qiantang.model.figures import Figure
from qiantang.review.deviations import deviations_of
from qiantang.review.filter import Filter
from qiantang.review.readings import known_at
from qiantang.review.settings import read_settings
from qiantang.review.world import World
from qiantang.study import Study

#: A date after all figures: their names must be known before the model is compiled.
_EVER = 1e4


def open_filter(
    study: Study,
    scenario: str | None,
    members: int,
    seed: int,
    last: float,
    method: str = "weights",
) -> Filter:
    """Choose members and make ready to review a scenario, by default the base of the study.

    Parameters
    ----------
    study : Study
    scenario : str or None
    members, seed : int
    last : float
        The latest date that will be asked for. [Year]
    method : {"weights", "smoother"}

    Raises
    ------
    StudyError
        As `choose_members`; faults of what a review reads.
    """
    settings = read_settings(study)
    chosen = choose_members(study, members, seed)
    ever = known_at(study, settings, _EVER).readings
    targets = study.plan.targets.targets
    figures = [*(r.figure for r in ever), *_yearly(study), *target_figures(study, targets)]
    ends = max(figure.times[-1] for figure in target_figures(study, targets))
    return Filter(
        study, study.scenario(scenario or study.about.scenarios.base), settings, chosen, seed,
        World(study, settings, members, seed), deviations_of(study, chosen),
        readout_of(study, [figure for figure in figures if figure.times[-1] <= ends]), last, method,
    )  # fmt: skip


def _yearly(study: Study) -> list[Figure]:
    """Return the yearly figures of targets and series from the plan's base to its end."""
    targets = study.plan.targets.targets
    years = range(study.about.plan.base_year, max(t.measure.years[-1] for t in targets) + 1)
    series = [
        Figure(one.variable, one.kind, float(year))
        for one in study.evidence.series.values()
        for year in years
        if one.kind != "dated"
    ]
    return [yearly(study, t.measure.variable, float(y)) for t in targets for y in years] + series
