"""What the browser is told of a deck once: where its numbers come from, and its scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qiantang.changes import OWN, Changes
from qiantang.deck.controls import Control
from qiantang.deck.frames import Frame
from qiantang.fits import text_digest
from qiantang.wording import LANGUAGES, Wording
from qiantang.wording.changed import changes_said

if TYPE_CHECKING:
    from qiantang.plan.outcomes import Outcome
    from qiantang.review.review import Review
    from qiantang.scenario import Scenario
    from qiantang.study import Study


def source(
    study: Study, ends: tuple[Scenario, Scenario], vintage: str | None, members: int, seed: int
) -> dict[str, Any]:
    """Return members, fit, model and world of a deck between a base and a plan."""
    base, plan = ends
    timing = sorted({tuple(lever.path) for lever in plan.levers.values()})
    return {
        "members": members,
        "seed": seed,
        "fit": study.fit.record.version,
        "model": text_digest(study.model_file)[:12],
        "vintage": _world(study, vintage or base.vintage, base.changes),
        "base_year": study.about.plan.base_year,
        "base": {"title": base.title, "title_zh": base.title_zh},
        "plan": {"title": plan.title, "title_zh": plan.title_zh},
        "timing": list(timing[0]) if len(timing) == 1 else [],
    }


def _world(study: Study, vintage: str, changes: Changes) -> dict[str, str]:
    """Return the world of the drivers, and its title where it is what was known then or own."""
    if changes:
        english, chinese = (Wording(study, lang) for lang in ("en", "zh"))
        told = changes_said(changes, english), changes_said(changes, chinese)
        own = [f"{w.phrase('vintage.own')}{w.phrase('colon')}{t}"
               for w, t in zip((english, chinese), told, strict=True)]  # fmt: skip
        return {"name": OWN, "title": own[0], "title_zh": own[1]}
    known = study.about.vintages.known
    titles = {"title": known.title, "title_zh": known.title_zh} if vintage == known.name else {}
    return {"name": vintage, **titles}


def outcomes(study: Study, years: Sequence[int]) -> dict[str, Any]:
    """Return the outcomes without a figure, told at some years."""
    named = study.outcomes
    if named is None or not years:
        return {"years": [], "rows": []}
    return {"years": list(years), "rows": [_outcome(study, item) for item in named.outcomes]}


def pinnable(study: Study) -> list[dict[str, str]]:
    """Return the scenarios that a deck can be compared with."""
    scenarios = [study.scenario(name) for name in study.scenario_names()]
    return [{"name": s.name, "title": s.title, "title_zh": s.title_zh} for s in scenarios]


def first_moving_year(plan: Scenario, controls: Sequence[Control], first: int) -> int:
    """Return the year in which the first slider can change anything."""
    knots = [min(plan.levers[control.lever].path) for control in controls]
    return int(min(knots, default=first))


def reviews(review: Review | None) -> dict[str, Any] | None:
    """Return the odds of every target at each review; None without one."""
    if review is None:
        return None
    scenario = review.tracker.scenario
    return {
        "days": [stand.day for stand in review.odds],
        "scenario": {"title": scenario.title, "title_zh": scenario.title_zh},
        "rows": [
            {"title": target.title, "title_zh": target.title_zh,
             "chances": [stand.chance.get(target.id) for stand in review.odds]}
            for target in review.belief.targets
        ],
    }  # fmt: skip


def _outcome(study: Study, item: Outcome) -> dict[str, Any]:
    words = {}
    for lang in LANGUAGES:
        wording = Wording(study, lang)
        unit = wording.unit(item.of)
        words[lang] = {"article": wording.article(item.article), "note": wording.of(item, "note"),
                       "factor": unit.factor, "short": unit.short}  # fmt: skip
    titles = {"title": item.title, "title_zh": item.title_zh}
    return {**titles, "observed": item.observed, "words": words}


def ranges(ends: list[Frame]) -> list[list[float]]:
    """Return lowest and highest value of each panel with no lever and with all."""
    lows = [min(float(frame.fans[i].min()) for frame in ends) for i in range(len(ends[0].fans))]
    highs = [max(float(frame.fans[i].max()) for frame in ends) for i in range(len(ends[0].fans))]
    return [[low, high] for low, high in zip(lows, highs, strict=True)]
