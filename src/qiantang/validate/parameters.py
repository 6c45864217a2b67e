"""Parameter assessment and evidence: does every number lead to a source, within its bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from qiantang.constants import ConstantRecord, constants_path
from qiantang.validate import charts, names
from qiantang.validate.ground import Ground
from qiantang.validate.records import Cell, Finding, attempted, judged, listed, open_question, table
from qiantang.wording.told import Named, Row, Told, word

#: Standard score that one prior draw in a hundred passes on either side: the 1st and 99th centile.
CENTILE = 2.3263478740408408
#: Below this ratio of posterior to prior standard deviation the data are said to have spoken.
MOVED = 0.7
_JUDGED = "judgement"
PARAMETERS = ("table_complete", "priors_sourced", "posterior_in_bounds")
EVIDENCE = ("figures_sourced", "outside_figures_sourced", "targets_observed")


def parameters(ground: Ground) -> list[Finding]:
    """Judge parameter assessment."""
    makers = (_complete, _priors, _posterior)
    return [_tried(ground, id, make) for id, make in zip(PARAMETERS, makers, strict=True)]


def evidence(ground: Ground) -> list[Finding]:
    """Judge whether every figure leads to a source, and every target to a series."""
    makers = (_figures, _drivers, _behind_targets)
    return [_tried(ground, id, make) for id, make in zip(EVIDENCE, makers, strict=True)]


def _tried(ground: Ground, id: str, make: Callable[[Ground], Finding]) -> Finding:
    return attempted(id, Told(f"{id}.asks"), lambda: make(ground))


def constants_of(ground: Ground) -> list[str]:
    """Return the constants of the model that are no lever."""
    levers = {item.identifier for item in ground.study.dictionary.levers()}
    pairs = zip(ground.program.names, ground.program.kinds, strict=True)
    return [name for name, kind in pairs if kind == "constant" and name not in levers]


def fixed_constants(ground: Ground) -> list[str]:
    """Return the constants that lead to no source: neither a prior nor a deviation nor a record."""
    study = ground.study
    known = set(study.innovations) | set(study.priors.names) | set(_sources(ground))
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
        Told("table_complete.asks"),
        not bare and not fixed,
        figure=Told("table_complete.figure", constants=len(constants),
                    known=len(constants) - len(fixed), fixed=len(fixed), bare=len(bare)),
        limit=Told("limit.all"),
        reason=Told("table_complete.fixed", names=_called(ground, fixed, 4)) if fixed
        else _called(ground, bare),
        table=table(
            ("fixed constant", "value", "unit", "meaning"),
            [
                (
                    names.variable(ground, name),
                    program.constants.get(name, float("nan")),
                    names.unit(ground.study, dictionary[name].unit),
                    Named(dictionary[name].meaning, dictionary[name].meaning_zh),
                )
                for name in fixed
            ],
        )
        if fixed
        else None,
    )  # fmt: skip


def _called(ground: Ground, ids: list[str], most: int = 5) -> str:
    return listed([names.variable(ground, id) for id in ids], most)


def _graded(grades: Counter[str]) -> str:
    """Return how many of each grade there are."""
    return Row(Told("graded", count=count, grade=word(grade))
               for grade, count in sorted(grades.items()))  # fmt: skip


def _priors(ground: Ground) -> Finding:
    priors = ground.study.priors
    grades = Counter(str(record.grade) for record in priors.records)
    bare = [n for n, r in zip(priors.names, priors.records, strict=True) if not r.source.strip()]
    share = grades[_JUDGED] / max(len(priors.names), 1)
    return judged(
        "priors_sourced",
        Told("priors_sourced.asks"),
        not bare,
        figure=Told("priors_sourced.figure", priors=len(priors.names), grades=_graded(grades),
                    share=share),
        limit=Told("limit.unsourced"),
        reason=Told("unsourced.reason", names=_called(ground, bare)) if bare else "",
    )  # fmt: skip


def _posterior(ground: Ground) -> Finding:
    """Hold the posterior against the limits of the model and against the prior."""
    priors, dictionary = ground.study.priors, ground.study.dictionary
    _ = ground.members  # refuses a fit of another model
    draws = ground.study.fit.parameters
    drawn = [name for name in priors.names if name in draws]
    place = {name: at for at, name in enumerate(priors.names)}
    rows: list[tuple[Cell, ...]] = []
    outside: list[str] = []
    strange: list[str] = []
    spread_of_prior = _prior_spread(ground)
    for name in drawn:
        values = draws[name]
        if _leaves(dictionary[name].limits, values):
            outside.append(names.variable(ground, name))
        point = np.full(len(priors.names), 1.0)
        point[:] = priors.central
        point[place[name]] = np.median(values)
        score = float(priors.standard(point)[place[name]])
        if not abs(score) <= CENTILE:
            strange.append(names.variable(ground, name))
        ratio = float(values.std() / spread_of_prior[place[name]])
        record = priors.records[place[name]]
        called, unit = names.variable(ground, name), names.unit(ground.study, record.unit)
        rows.append((called, unit, record.central, float(np.median(values)), round(score, 2),
                     round(ratio, 2), word(record.grade), record.source))  # fmt: skip
    rows.sort(key=lambda row: float(row[5] or 0))
    return _verdict_of_posterior(rows, outside, strange)


def _verdict_of_posterior(
    rows: list[tuple[Cell, ...]], outside: list[str], strange: list[str]
) -> Finding:
    moved = sum(float(row[5] or 0) < MOVED for row in rows)
    return judged(
        "posterior_in_bounds",
        Told("posterior_in_bounds.asks"),
        bool(rows) and not outside and not strange,
        figure=Told("posterior_in_bounds.figure", outside=len(outside), all=len(rows),
                    strange=len(strange), moved=moved, ratio=MOVED),
        limit=Told("limit.outside"),
        reason=_reason(outside, strange, bool(rows)),
        table=table(
            ("parameter", "unit", "prior", "posterior", "shift in prior sd", "sd ratio", "grade",
             "source"), rows, Told("posterior_in_bounds.note"),
        ),
        chart=partial(
            charts.bars, Told("posterior_in_bounds.chart", count=min(20, len(rows))),
            [(cast(str, row[0]), float(row[5] or 0)) for row in rows[:20]], line=MOVED, top=1.0,
        ),
    )  # fmt: skip


def _leaves(limits: tuple[float | None, float | None], values: NDArray[np.float64]) -> bool:
    low, high = limits
    return bool(
        (low is not None and values.min() < low) or (high is not None and values.max() > high)
    )


def _reason(outside: list[str], strange: list[str], held: bool) -> str:
    return Row((
        Told("posterior_in_bounds.outside", names=listed(outside)) if outside else "",
        Told("posterior_in_bounds.strange", names=listed(strange)) if strange else "",
        "" if held else Told("posterior_in_bounds.empty"),
    ), "clauses")  # fmt: skip


def _prior_spread(ground: Ground) -> np.ndarray:
    priors = ground.study.priors
    z = priors.draw(2000, np.random.default_rng(ground.seed))
    return np.asarray(priors.natural(z).std(axis=0))


def _figures(ground: Ground) -> Finding:
    series = ground.study.evidence.series
    rows = [row for item in series.values() for row in item.used]
    bare = [Told("series.year", series=names.series(series[r.series]), year=r.year)
            for r in rows if not (r.source and r.reference and r.grade)]  # fmt: skip
    grades = Counter(row.grade for row in rows)
    return judged(
        "figures_sourced",
        Told("figures_sourced.asks"),
        bool(rows) and not bare,
        figure=Told("figures_sourced.figure", figures=len(rows), series=len(series),
                    grades=_graded(grades)),
        limit=Told("limit.all"),
        reason=Told("incomplete.reason", names=listed(bare)) if bare
        else "" if rows else Told("figures_sourced.none"),
        table=table(
            ("series", "unit", "figures in use", "first", "last", "role", "basis"),
            [(names.series(s), names.unit(ground.study, s.unit), len(s.used),
              s.used[0].year if s.used else None, s.used[-1].year if s.used else None,
              word(s.role), s.basis) for s in series.values()],
        ),
    )  # fmt: skip


def _drivers(ground: Ground) -> Finding:
    drivers = ground.study.drivers
    bare = [Told("series.year", series=names.variable(ground, f.driver), year=f.year)
            for f in drivers.figures if not (f.source and f.grade)]  # fmt: skip
    grades = Counter(figure.grade for figure in drivers.figures)
    return judged(
        "outside_figures_sourced",
        Told("outside_figures_sourced.asks"),
        bool(drivers.figures) and not bare,
        figure=Told("outside_figures_sourced.figure", figures=len(drivers.figures),
                    series=len(drivers.names), grades=_graded(grades)),
        limit=Told("limit.all"),
        reason=Told("incomplete.reason", names=listed(bare)) if bare else "",
    )  # fmt: skip


def _behind_targets(ground: Ground) -> Finding:
    """Judge whether each target's variables were observed before the fit's horizon."""
    until = ground.study.fit.record.sees_until if ground.study.has_fit() else float("inf")
    known: dict[str, int] = {}
    for item in ground.study.evidence.series.values():
        seen = sum(row.year + 1 <= until for row in item.used)
        known[item.variable] = known.get(item.variable, 0) + seen
    rows = [(names.target(t), min(known.get(n, 0) for n in (t.measure.variable, *t.measure.over)))
            for t in ground.targets]  # fmt: skip
    bare = [name for name, count in rows if not count]
    asks = Told("targets_observed.asks")
    if not rows:
        return open_question("targets_observed", asks, Told("no_target"))
    return judged(
        "targets_observed",
        asks,
        not bare,
        figure=Told("targets_observed.figure", seen=len(rows) - len(bare), targets=len(rows)),
        limit=Told("limit.all"),
        reason=Told("targets_observed.reason", until=until, names=listed(bare)) if bare else "",
        table=table(("target", "figures of its scarcest variable"), rows),
    )
