"""Sensitivity: do numbers, modes of behaviour and the ranking of policies hold across draws."""

from __future__ import annotations

from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, norm, rankdata

from qiantang.validate import charts, names
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Cell, Finding, judged, listed, open_question, table
from qiantang.wording.told import Row, Told, word

Array = NDArray[np.float64]

#: Share of draws in which a ranking or a mode must be that of the median.
STABLE = 0.8
#: Share of a target's variance from which one parameter is said to carry it.
CARRIES = 0.1
#: Chance at which some parameter of all may be taken for one that matters.
CHANCE = 0.05
#: Places at the top of a ranking that must hold, and the gap that counts as one.
TOP, TIE = 3, 5e-4
#: Draws below which nothing is said of shares.
ENOUGH = 10


def sensitivity(ground: Ground) -> list[Finding]:
    """Judge numerical, behavioural and policy sensitivity."""
    findings = {
        "numerical": Told("numerical.asks"),
        "behaviour": Told("behaviour.asks"),
        "levers": Told("ranking.asks"),
        "scenarios": Told("scenarios.asks"),
    }
    if ground.members.size < ENOUGH:
        reason = Told("sensitivity.few", draws=ground.members.size, enough=ENOUGH)
        return [open_question(id, asks, reason) for id, asks in findings.items()]
    made = (_numerical, _behaviour, _levers, _scenarios)
    return [make(ground, id, asks) for make, (id, asks) in zip(made, findings.items(), strict=True)]


def _numerical(ground: Ground, id: str, asks: str) -> Finding:
    """Squared rank correlation of each parameter with each target, in the plan in full."""
    members, runs = ground.many
    values = target_values(runs.dataset, ground.targets)
    drawn = list(members.parameters)
    draws = np.array([members.parameters[name] for name in drawn])
    grades = dict(zip(ground.study.priors.names, ground.study.priors.records, strict=True))
    rows, guessed = [], []
    floor = by_chance(len(drawn), members.size)
    for target in ground.targets:
        course = values[target.id][0]
        shares = rank_shares(draws, course)
        for place in np.argsort(-shares)[:3]:
            name, share = drawn[place], float(shares[place])
            grade = grades[name].grade if name in grades else "none"
            called = names.variable(ground, name)
            rows.append((names.target(target), called, round(share, 3), word(grade)))
            if share > max(CARRIES, floor) and grade in ("judgement", "none"):
                of = names.target(target)
                guessed.append(Told("numerical.of", name=called, share=share, target=of))
    nothing = ("", word("none"), 0, "")
    return judged(
        id,
        asks,
        not guessed,
        figure=Told("numerical.figure", guessed=len(guessed), parameters=len(drawn),
                    strongest=max(rows, key=lambda row: float(row[2]), default=nothing)[1],
                    draws=members.size),
        limit=Told("limit.none"),
        reason=listed(guessed, 4),
        table=table(("target", "parameter", "squared rank correlation", "grade"), rows,
                    Told("numerical.note", floor=floor)),
    )  # fmt: skip


def by_chance(parameters: int, draws: int) -> float:
    """Return the squared rank correlation that no parameter of many passes by chance, 19 in 20."""
    score = norm.isf(0.5 * CHANCE / max(parameters, 1))
    return float(min(score**2 / max(draws - 1, 1), 1.0))


def rank_shares(draws: Array, values: Array) -> Array:
    """Return the squared rank correlation of each row of draws with the values.

    Parameters
    ----------
    draws : ndarray, shape (parameter, member)
    values : ndarray, shape (member,)
        Members that are not finite are left out.

    Returns
    -------
    ndarray, shape (parameter,)
        0 where a row or the values do not vary.
    """
    sound = np.isfinite(values)
    if sound.sum() < 3:
        return np.zeros(len(draws))
    ranks = np.array([rankdata(row[sound]) for row in draws])
    own = rankdata(values[sound])
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    own = own - own.mean()
    scale = np.sqrt(np.sum(np.square(ranks), axis=1) * np.sum(np.square(own)))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.square(ranks @ own / scale)
    return np.asarray(np.nan_to_num(found), dtype=np.float64)


def _behaviour(ground: Ground, id: str, asks: str) -> Finding:
    """Share of draws whose variable moves the way of the median between plan and target year."""
    data = ground.ensemble.dataset
    first = int(ground.study.fit.record.sees_until) - 1
    rows: list[tuple[Cell, ...]] = []
    weak = []
    for target in ground.targets:
        name, last = target.measure.variable, target.measure.years[-1]
        for scenario in (ground.base.name, ground.full.name):
            series = data[name].sel(scenario=scenario)
            change = series.sel(time=last).to_numpy() - series.sel(time=first).to_numpy()
            change = change[np.isfinite(change)]
            up = float((change > 0).mean()) if change.size else float("nan")
            share = round(max(up, 1 - up), 3)
            called = names.target(target), names.scenario(ground, scenario)
            rows.append((*called, word("rises" if up >= 0.5 else "falls"), share))
            if not share >= STABLE:
                weak.append(Told("in", name=called[0], scenario=called[1]))
    return judged(
        id,
        asks,
        bool(rows) and not weak,
        figure=Told(
            "behaviour.figure", steady=len(rows) - len(weak), courses=len(rows), first=first
        ),
        limit=Told("limit.draws", share=STABLE),
        reason=Told("behaviour.reason", names=listed(weak, 4)) if weak else "",
        table=table(("target", "scenario", "direction", "share of draws"), rows),
    )


def _levers(ground: Ground, id: str, asks: str) -> Finding:
    if not ground.full.levers:
        return open_question(id, asks, Told("ranking.none"))
    dataset = ground.pulls.dataset
    pulled = [str(name) for name in dataset.scenario.values[1:]]
    values = target_values(dataset, ground.targets)
    rows: list[tuple[Cell, ...]] = []
    weak = []
    for target in ground.targets:
        scale = float(np.nanmedian(target_scale(dataset, target)[0]))
        effects = _effects(values[target.id], scale or 1.0)
        middle = np.median(effects, axis=1) if effects.size else np.zeros(len(pulled))
        places = min(TOP, max(len(pulled) - 1, 1), int(np.sum(np.abs(middle) > TIE)))
        if not places:
            rows.append((names.target(target), Told("ranking.idle"), 0, None, None, None))
            continue
        order = np.argsort(-np.abs(middle), kind="stable")
        same, first, tau = ranking_holds(effects, middle, places)
        top = Row(names.variable(ground, pulled[place]) for place in order[:places])
        rows.append((names.target(target), top, places, round(same, 3), round(first, 3),
                     round(tau, 3)))  # fmt: skip
        if same < STABLE:
            weak.append(Told("cut.at", name=names.target(target), share=same))
    judged_rows = [row for row in rows if row[2]]
    return judged(
        id,
        asks,
        bool(judged_rows) and not weak,
        figure=Told("ranking.figure", steady=len(judged_rows) - len(weak),
                    targets=len(judged_rows)),
        limit=Told("limit.draws", share=STABLE),
        reason=Told("ranking.reason", names=listed(weak, 6)) if weak else "",
        table=table(
            ("target", "strongest levers", "places", "share of draws with the same set",
             "share with the same first", "Kendall's tau"), rows, Told("ranking.note"),
        ),
        chart=partial(charts.bars, Told("ranking.chart"),
                      [(cast(str, r[0]), float(r[3] or 0)) for r in judged_rows], line=STABLE,
                      top=1.0, at_least=True),
    )  # fmt: skip


def _effects(values: Array, scale: float) -> Array:
    """Return what each lever alone does, shape (lever, member), sound members only."""
    effects = (values[1:] - values[0]) / scale
    return np.asarray(effects[:, np.isfinite(effects).all(axis=0)])


def ranking_holds(effects: Array, middle: Array, places: int) -> tuple[float, float, float]:
    """Hold the ranking of each draw against that of the median.

    Parameters
    ----------
    effects : ndarray, shape (option, member)
    middle : ndarray, shape (option,)
        Ranking by size decides.
    places : int

    Returns
    -------
    same : float
        Share of draws with the same set in the first places.
    first : float
        Share with the same first.
    tau : float
        Mean of Kendall's tau over draws.

    References
    ----------
    Kendall (1938), A new measure of rank correlation, Biometrika 30.
    """
    top = set(np.argsort(-np.abs(middle), kind="stable")[:places].tolist())
    best = int(np.argmax(np.abs(middle)))
    orders = np.argsort(-np.abs(effects), axis=0, kind="stable")
    same = np.mean([set(orders[:places, draw].tolist()) == top for draw in range(orders.shape[1])])
    first = np.mean(orders[0] == best)
    return float(same), float(first), mean_tau(np.abs(middle), np.abs(effects))


def mean_tau(middle: Array, options: Array) -> float:
    """Return the mean over draws of Kendall's tau with the median; NaN where nothing can be ranked.

    Parameters
    ----------
    middle : ndarray, shape (option,)
    options : ndarray, shape (option, member)
    """
    if len(middle) < 2:
        return float("nan")
    found = np.array([kendalltau(middle, draw).statistic for draw in options.T])
    found = found[np.isfinite(found)]
    return float(found.mean()) if found.size else float("nan")


def _scenarios(ground: Ground, id: str, asks: str) -> Finding:
    """Rank the scenarios that share the base's view of the world, target by target."""
    world = ground.base.world
    same = [s.name for s in ground.scenarios if s.world == world]
    if len(same) < 2:
        return open_question(id, asks, Told("scenarios.few"))
    data = ground.ensemble.dataset.sel(scenario=same)
    values = target_values(data, ground.targets)
    rows: list[tuple[Cell, ...]] = []
    weak = []
    for target in ground.targets:
        course = values[target.id]
        course = course[:, np.isfinite(course).all(axis=0)]
        spread = np.ptp(np.median(course, axis=1)) if course.size else 0.0
        scale = float(np.nanmedian(target_scale(data, target)))
        if not course.size or spread <= TIE * scale:
            rows.append((names.target(target), Told("scenarios.same"), None, None))
            continue
        middle = np.median(course, axis=1)
        best = int(np.argmax(middle))
        share = float(np.mean(course.max(axis=0) - course[best] <= TIE * scale))
        rows.append((names.target(target), names.scenario(ground, same[best]), round(share, 3),
                     round(mean_tau(middle, course), 3)))  # fmt: skip
        if share < STABLE:
            weak.append(Told("cut.at", name=names.target(target), share=share))
    able = [row for row in rows if row[2] is not None]
    return judged(
        id,
        asks,
        bool(able) and not weak,
        figure=Told("scenarios.figure", steady=len(able) - len(weak), targets=len(able),
                    scenarios=len(same)),
        limit=Told("limit.draws", share=STABLE),
        reason=Told("scenarios.reason", names=listed(weak, 6)) if weak else "",
        table=table(("target", "best scenario", "share of draws", "Kendall's tau"), rows,
                    Told("scenarios.note")),
    )  # fmt: skip
