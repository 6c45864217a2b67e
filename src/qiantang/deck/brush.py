"""The packages of a robust search as the deck shows them: axes, figures, and what sliders take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.deck.controls import DECIMALS, Control
from qiantang.faults import Fault, StudyError
from qiantang.robust.designfile import MEASURES, Objective
from qiantang.robust.front import Front, read_front
from qiantang.robust.writing import objective_name, pick_name
from qiantang.wording import LANGUAGES, Wording
from qiantang.wording.language import Language

if TYPE_CHECKING:
    from qiantang.scenario import Scenario
    from qiantang.study import Study

#: Measures that are shares, and so written as probabilities are.
_SHARES = ("probability", "radius")


def front_of(
    given: Front | str | Path | None, study: Study, base: Scenario, plan: Scenario
) -> Front | None:
    """Return the front of a search, or of its folder; None where none is given.

    Raises
    ------
    StudyError
        As `read_front` raises it, or if its packages lie between other scenarios than the deck's.
    """
    if given is None:
        return None
    front = given if isinstance(given, Front) else read_front(Path(given), study)
    ends = study.about.scenarios
    if (base.name, plan.name) != (ends.base, ends.full):
        what = f"its packages lie between {ends.base} and {ends.full}, open the deck with these"
        raise StudyError([Fault("deck", None, "robust", what)])
    return front


def front_record(front: Front | None, study: Study, controls: Sequence[Control]) -> Any:
    """Return axes and packages, ready for JSON; None without a front.

    Parameters
    ----------
    front : Front or None
    study : Study
    controls : sequence of Control
        The sliders, in their order.
    """
    if front is None:
        return None
    file, names = front.design.file, [control.lever for control in controls]
    rows = front.packages.to_dict("records")
    return {
        "title": file.title,
        "title_zh": file.title_zh or file.title,
        "fresh": file.fresh,
        "axes": [_axis(front, objective, study) for objective in file.objectives],
        "packages": [
            {
                **_titles(lambda lang, pick=row["pick"]: pick_name(front, pick, study, lang)
                          if pick else ""),
                "holds": bool(row["holds"]),
                "levers": [round(float(row.get(name, 0.0)), DECIMALS) for name in names],
                "late": [round(float(row.get(f"late_{name}", 0.0)), 6) for name in names],
            }
            for row in rows
        ],
    }  # fmt: skip


def _axis(front: Front, objective: Objective, study: Study) -> dict[str, Any]:
    """Return one objective: its name, which way is better, its unit, and all packages on it."""
    values = front.packages[f"fresh_{objective.name}"]
    return {
        **_titles(lambda lang: objective_name(front, objective.name, study, lang)),
        "up": MEASURES[objective.measure],
        "share": objective.measure in _SHARES,
        "words": {lang: _unit(objective, study, lang) for lang in LANGUAGES},
        "values": [float(value) for value in values],
    }


def _unit(objective: Objective, study: Study, lang: Language) -> dict[str, Any]:
    targets = {target.id: target for target in study.plan.targets.targets}
    target = targets.get(objective.target or "")
    if target is None or objective.measure in _SHARES:
        return {"factor": 1.0, "short": ""}
    unit = Wording(study, lang).target_unit(target)
    return {"factor": unit.factor, "short": unit.short}


def _titles(say: Any) -> dict[str, str]:
    return {"title": say("en"), "title_zh": say("zh")}
