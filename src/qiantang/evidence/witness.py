"""What the evidence says and what the fit makes of it, as rows for a table.

Names and figures are texts in English, with the Chinese that an office would write beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiantang.evidence.observations import Observation
from qiantang.faults import Fault, StudyError, nearest
from qiantang.naming import series_id
from qiantang.study import Study
from qiantang.wording import Wording
from qiantang.wording.language import phrase
from qiantang.wording.told import Named

if TYPE_CHECKING:
    import numpy as np

    from qiantang.model.figures import Figure

#: Members that stand for the fit beside each figure.
_MEMBERS = 200


def summary_rows(study: Study) -> list[dict[str, Any]]:
    """Return a row for each series: unit, years, figures by grade, role."""
    rows: list[dict[str, Any]] = []
    units = Wording(study, "zh")
    for name, series in study.evidence.series.items():
        grades = [row.grade for row in series.used]
        years = [row.year for row in series.used]
        rows.append(
            {
                "series": Named(name, series.title_zh),
                "unit": Named(series.unit, units.written(series.unit).label),
                "from": f"{min(years):.0f}" if years else None,
                "to": f"{max(years):.0f}" if years else None,
                **{grade: grades.count(grade) for grade in study.evidence.grades},
                "role": series.role,
                "variable": series.variable,
            }
        )
    return rows


def series_rows(study: Study, name: str, *, model: bool) -> list[dict[str, Any]]:
    """Return a row for each figure of a series: value, form, grade, model, source.

    With `model`, a column holds median and 90 per cent interval of the newest fit under the base
    scenario of the study.

    Raises
    ------
    StudyError
        If there is no such series.
    """
    from qiantang.model.figures import Figure  # arrays, where the model is asked

    name = series_id(study, name)
    if name not in study.evidence.series:
        place = study.folder / "calibration" / "evidence" / "series.yaml"
        hint = nearest(name, study.evidence.series)
        raise StudyError([Fault(place, None, name, f"no such series{hint}")])
    series = study.evidence.series[name]
    figures = [Figure(series.variable, series.kind, row.year) for row in series.observations]
    fitted = _model_figures(study, figures) if model and study.has_fit() else None
    rows = []
    words = Wording(study, "zh")
    for position, row in enumerate(series.observations):
        rows.append(
            {
                "year": f"{row.year:g}",
                "figure": _figure_text(row, series.unit, words),
                "grade": row.grade,
                "used": "yes" if row.use else "no",
                "model (90 %)": None
                if fitted is None
                else _interval(fitted[position], series.unit, words),
                "source": row.source,
                "reference": row.reference,
                "note": row.note,
            }
        )
    return rows


def _model_figures(study: Study, figures: list[Figure]) -> np.ndarray[Any, np.dtype[np.float64]]:
    from qiantang.ensemble.case import case_of
    from qiantang.ensemble.ensemble import ensemble_of
    from qiantang.ensemble.members import choose_members
    from qiantang.ensemble.readout import readout_of

    members = choose_members(study, min(_MEMBERS, study.fit.record.members), 1)
    readout = readout_of(study, figures, alone=True)
    ensemble = ensemble_of(study, members, 1, readout, "numpy")
    outcome = ensemble.run_one(case_of(study, study.scenario(study.about.scenarios.base)))
    return outcome.read[[readout.place[figure] for figure in figures]]


def _interval(values: np.ndarray[Any, np.dtype[np.float64]], unit: str, words: Wording) -> Named:
    import numpy as np

    low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
    own = {"middle": words.figure(middle, unit, 4), "low": words.figure(low, unit, 4),
           "high": words.figure(high, unit, 4)}  # fmt: skip
    english = f"{middle:.4g} ({low:.4g} to {high:.4g})"
    return Named(english, words.phrase("reach.spread", **own))


def _figure_text(row: Observation, unit: str, words: Wording) -> Named:
    """Return a figure as it is known: a number, two bounds, or one."""
    known = {"value": row.value, "low": row.low, "high": row.high}
    plain = {key: f"{value:.6g}" for key, value in known.items() if value is not None}
    own = {key: words.figure(value, unit, 6) for key, value in known.items() if value is not None}
    key = f"evidence.figure.{row.form}"
    return Named(phrase(key, "en", **plain), phrase(key, "zh", **own))
