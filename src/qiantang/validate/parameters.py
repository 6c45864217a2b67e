"""Parameter assessment and evidence: does every number lead to a source, within its bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qiantang.constants import ConstantRecord, constants_path
from qiantang.validate import charts
from qiantang.validate.ground import Ground
from qiantang.validate.records import Cell, Finding, attempted, judged, listed, open_question, table

#: Standard score that one prior draw in a hundred passes on either side: the 1st and 99th centile.
CENTILE = 2.3263478740408408
#: Below this ratio of posterior to prior standard deviation the data are said to have spoken.
MOVED = 0.7
_JUDGED = "judgement"
PARAMETERS = ("table_complete", "priors_sourced", "posterior_in_bounds")
EVIDENCE = ("figures_sourced", "outside_figures_sourced", "targets_observed")
WORDS = {
    "table_complete": "Every constant has a unit, a meaning and a source.",
    "priors_sourced": "Every prior has a source and a grade.",
    "posterior_in_bounds": "Every draw is within the model's limits, and every posterior median "
    "within the 1st and 99th centile of its prior.",
    "figures_sourced": "Every observed figure has a source, a reference and a grade.",
    "outside_figures_sourced": "Every figure of an outside series has a source and a grade.",
    "targets_observed": "Every target rests on figures that were observed before the plan.",
}


def parameters(ground: Ground) -> list[Finding]:
    """Judge parameter assessment."""
    makers = (_complete, _priors, _posterior)
    return [_tried(ground, id, make) for id, make in zip(PARAMETERS, makers, strict=True)]


def evidence(ground: Ground) -> list[Finding]:
    """Judge whether every figure leads to a source, and every target to a series."""
    makers = (_figures, _drivers, _behind_targets)
    return [_tried(ground, id, make) for id, make in zip(EVIDENCE, makers, strict=True)]


def _tried(ground: Ground, id: str, make: Callable[[Ground], Finding]) -> Finding:
    return attempted(id, WORDS[id], lambda: make(ground))


def constants_of(ground: Ground) -> list[str]:
    """Return the constants of the model that are no lever."""
    levers = {item.identifier for item in ground.study.dictionary.levers()}
    pairs = zip(ground.program.names, ground.program.kinds, strict=True)
    return [name for name, kind in pairs if kind == "constant" and name not in levers]


def fixed_constants(ground: Ground) -> list[str]:
    """Return the constants that lead to no source: neither a prior nor a deviation nor a record."""
    carried = {record.innovation for record in ground.study.discrepancy.values()}
    known = carried | set(ground.study.priors.names) | set(_sources(ground))
    return [name for name in constants_of(ground) if name not in known]


def _sources(ground: Ground) -> dict[str, ConstantRecord]:
    """Return the records of constants.yaml; none where the study has no such file."""
    place = constants_path(ground.study.folder)
    return ground.study.constants if place.is_file() else {}


def _complete(ground: Ground) -> Finding:
    """Every constant that is no lever has unit, meaning and either a prior or a deviation."""
    program, dictionary = ground.program, ground.study.dictionary
    constants, fixed = constants_of(ground), fixed_constants(ground)
    bare = [name for name in constants if not dictionary[name].unit or not dictionary[name].meaning]
    return judged(
        "table_complete",
        WORDS["table_complete"],
        not bare and not fixed,
        figure=f"{len(constants)} constants: {len(constants) - len(fixed)} with a prior or a "
        f"deviation's, {len(fixed)} fixed in the model file with no source but their meaning, "
        f"{len(bare)} without unit or meaning",
        limit="all",
        reason=f"without a prior or source: {listed(fixed, 4)}" if fixed else listed(bare),
        table=table(
            ("fixed constant", "value", "unit", "meaning"),
            [
                (
                    name,
                    program.constants.get(name, float("nan")),
                    dictionary[name].unit,
                    dictionary[name].meaning,
                )
                for name in fixed
            ],
        )
        if fixed
        else None,
    )


def _priors(ground: Ground) -> Finding:
    priors = ground.study.priors
    grades = Counter(str(record.grade) for record in priors.records)
    bare = [n for n, r in zip(priors.names, priors.records, strict=True) if not r.source.strip()]
    share = grades[_JUDGED] / max(len(priors.names), 1)
    return judged(
        "priors_sourced",
        WORDS["priors_sourced"],
        not bare,
        figure=f"{len(priors.names)} priors: "
        + ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items()))
        + f"; {share:.0%} rest on judgement",
        limit="none without a source",
        reason=f"without a source: {listed(bare)}" if bare else "",
    )


def _posterior(ground: Ground) -> Finding:
    """Hold the posterior against the limits of the model and against the prior."""
    priors, dictionary = ground.study.priors, ground.study.dictionary
    _ = ground.members  # refuses a fit of another model
    draws = ground.study.fit.parameters
    names = [name for name in priors.names if name in draws]
    place = {name: at for at, name in enumerate(priors.names)}
    rows: list[tuple[Cell, ...]] = []
    outside, strange = [], []
    spread_of_prior = _prior_spread(ground)
    for name in names:
        values = draws[name]
        if _leaves(dictionary[name].limits, values):
            outside.append(name)
        point = np.full(len(priors.names), 1.0)
        point[:] = priors.central
        point[place[name]] = np.median(values)
        score = float(priors.standard(point)[place[name]])
        if not abs(score) <= CENTILE:
            strange.append(name)
        ratio = float(values.std() / spread_of_prior[place[name]])
        record = priors.records[place[name]]
        rows.append((name, record.unit, record.central, float(np.median(values)), round(score, 2),
                     round(ratio, 2), record.grade, record.source))  # fmt: skip
    rows.sort(key=lambda row: float(row[5] or 0))
    return _verdict_of_posterior(rows, outside, strange)


def _verdict_of_posterior(
    rows: list[tuple[Cell, ...]], outside: list[str], strange: list[str]
) -> Finding:
    moved = sum(float(row[5] or 0) < MOVED for row in rows)
    return judged(
        "posterior_in_bounds",
        WORDS["posterior_in_bounds"],
        bool(rows) and not outside and not strange,
        figure=f"{len(outside)} of {len(rows)} outside the limits, {len(strange)} outside the "
        f"prior's centiles; the data narrowed {moved} to less than {MOVED} of the prior's spread",
        limit="none outside",
        reason=_reason(outside, strange, bool(rows)),
        table=table(
            ("parameter", "unit", "prior", "posterior", "shift in prior sd", "sd ratio", "grade",
             "source"), rows,
            "The narrowest first. A ratio near one means that the data say nothing of it.",
        ),
        chart=charts.bars(
            f"Posterior over prior spread, the {min(20, len(rows))} narrowed most",
            [(str(row[0]), float(row[5] or 0)) for row in rows[:20]], line=MOVED, top=1.0,
        ),
    )  # fmt: skip


def _leaves(limits: tuple[float | None, float | None], values: NDArray[np.float64]) -> bool:
    low, high = limits
    return bool(
        (low is not None and values.min() < low) or (high is not None and values.max() > high)
    )


def _reason(outside: list[str], strange: list[str], held: bool) -> str:
    said = (
        f"outside the limits: {listed(outside)}" if outside else "",
        f"outside the prior: {listed(strange)}" if strange else "",
        "" if held else "the fit holds none of the parameters of the priors",
    )
    return " ".join(text for text in said if text)


def _prior_spread(ground: Ground) -> np.ndarray:
    priors = ground.study.priors
    z = priors.draw(2000, np.random.default_rng(ground.seed))
    return np.asarray(priors.natural(z).std(axis=0))


def _figures(ground: Ground) -> Finding:
    series = ground.study.evidence.series
    rows = [row for item in series.values() for row in item.used]
    bare = [f"{r.series} {r.year:g}" for r in rows if not (r.source and r.reference and r.grade)]
    grades = Counter(row.grade for row in rows)
    return judged(
        "figures_sourced",
        WORDS["figures_sourced"],
        bool(rows) and not bare,
        figure=f"{len(rows)} figures of {len(series)} series: "
        + ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items())),
        limit="all",
        reason=f"incomplete: {listed(bare)}" if bare else "" if rows else "there is no figure",
        table=table(
            ("series", "unit", "figures in use", "first", "last", "role", "basis"),
            [(n, s.unit, len(s.used), s.used[0].year if s.used else None,
              s.used[-1].year if s.used else None, s.role, s.basis) for n, s in series.items()],
        ),
    )  # fmt: skip


def _drivers(ground: Ground) -> Finding:
    drivers = ground.study.drivers
    bare = [f"{f.driver} {f.year:g}" for f in drivers.figures if not (f.source and f.grade)]
    grades = Counter(figure.grade for figure in drivers.figures)
    return judged(
        "outside_figures_sourced",
        WORDS["outside_figures_sourced"],
        bool(drivers.figures) and not bare,
        figure=f"{len(drivers.figures)} figures of {len(drivers.names)} series: "
        + ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items())),
        limit="all",
        reason=f"incomplete: {listed(bare)}" if bare else "",
    )


def _behind_targets(ground: Ground) -> Finding:
    """Judge whether each target's variables were observed before the fit's horizon."""
    until = ground.study.fit.record.sees_until if ground.study.has_fit() else float("inf")
    known: dict[str, int] = {}
    for item in ground.study.evidence.series.values():
        seen = sum(row.year + 1 <= until for row in item.used)
        known[item.variable] = known.get(item.variable, 0) + seen
    rows = [(t.id, min(known.get(n, 0) for n in (t.measure.variable, *t.measure.over)))
            for t in ground.targets]  # fmt: skip
    bare = [name for name, count in rows if not count]
    asks = WORDS["targets_observed"]
    if not rows:
        return open_question("targets_observed", asks, "the plan states no target")
    return judged(
        "targets_observed",
        asks,
        not bare,
        figure=f"{len(rows) - len(bare)} of {len(rows)} targets",
        limit="all",
        reason=f"no figure before {until:g}: {listed(bare)}" if bare else "",
        table=table(("target", "figures of its scarcest variable"), rows),
    )
