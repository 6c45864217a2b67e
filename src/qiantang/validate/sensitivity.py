"""Sensitivity: do numbers, modes of behaviour and the ranking of policies hold across draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, norm, rankdata

from qiantang.validate import charts
from qiantang.validate.batches import target_scale, target_values
from qiantang.validate.ground import Ground
from qiantang.validate.records import Cell, Finding, judged, listed, open_question, table

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
        "numerical": "No parameter that rests on judgement carries a tenth of a target's variance.",
        "behaviour": "The direction in which each target's variable moves is the same in 80 % of "
        "draws.",
        "levers": "The three strongest levers of a target are the same in 80 % of draws.",
        "scenarios": "The best scenario for a target is the same in 80 % of draws.",
    }
    if ground.members.size < ENOUGH:
        reason = f"the fit gives {ground.members.size} draws, {ENOUGH} needed"
        return [open_question(id, asks, reason) for id, asks in findings.items()]
    made = (_numerical, _behaviour, _levers, _scenarios)
    return [make(ground, id, asks) for make, (id, asks) in zip(made, findings.items(), strict=True)]


def _numerical(ground: Ground, id: str, asks: str) -> Finding:
    """Squared rank correlation of each parameter with each target, in the plan in full."""
    members, runs = ground.many
    values = target_values(runs.dataset, ground.targets)
    names = list(members.parameters)
    draws = np.array([members.parameters[name] for name in names])
    grades = dict(zip(ground.study.priors.names, ground.study.priors.records, strict=True))
    rows, guessed = [], []
    floor = by_chance(len(names), members.size)
    for target in ground.targets:
        course = values[target.id][0]
        shares = rank_shares(draws, course)
        for place in np.argsort(-shares)[:3]:
            name, share = names[place], float(shares[place])
            grade = grades[name].grade if name in grades else "none"
            rows.append((target.id, name, round(share, 3), grade))
            if share > max(CARRIES, floor) and grade in ("judgement", "none"):
                guessed.append(f"{name} ({share:.0%} of {target.id})")
    return judged(
        id,
        asks,
        not guessed,
        figure=f"{len(guessed)} such, by parameter and target; strongest of all: "
        + max(rows, key=lambda row: float(row[2]), default=("", "none", 0, ""))[1]
        + f"; {len(names)} parameters, {members.size} draws",
        limit="none",
        reason=listed(guessed, 4),
        table=table(("target", "parameter", "squared rank correlation", "grade"), rows,
                    "The three strongest of each target, plan in full. By chance the largest "
                    f"square of all stays below {floor:.3f} in 19 of 20 cases."),
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
    rows = []
    for target in ground.targets:
        name, last = target.measure.variable, target.measure.years[-1]
        for scenario in (ground.base.name, ground.full.name):
            series = data[name].sel(scenario=scenario)
            change = series.sel(time=last).to_numpy() - series.sel(time=first).to_numpy()
            change = change[np.isfinite(change)]
            up = float((change > 0).mean()) if change.size else float("nan")
            rows.append((target.id, scenario, "rises" if up >= 0.5 else "falls",
                         round(max(up, 1 - up), 3)))  # fmt: skip
    weak = [f"{row[0]} in {row[1]}" for row in rows if not float(row[3]) >= STABLE]
    return judged(
        id,
        asks,
        bool(rows) and not weak,
        figure=f"{len(rows) - len(weak)} of {len(rows)} courses keep their direction from {first} "
        "to the target's year",
        limit=f"all, in {STABLE:.0%} of draws",
        reason=f"direction open: {listed(weak, 4)}" if weak else "",
        table=table(("target", "scenario", "direction", "share of draws"), rows),
    )


def _levers(ground: Ground, id: str, asks: str) -> Finding:
    if not ground.full.levers:
        return open_question(id, asks, "no scenario pulls a lever")
    dataset = ground.pulls.dataset
    names = [str(name) for name in dataset.scenario.values[1:]]
    values = target_values(dataset, ground.targets)
    rows: list[tuple[Cell, ...]] = []
    weak = []
    for target in ground.targets:
        scale = float(np.nanmedian(target_scale(dataset, target)[0]))
        effects = _effects(values[target.id], scale or 1.0)
        middle = np.median(effects, axis=1) if effects.size else np.zeros(len(names))
        places = min(TOP, max(len(names) - 1, 1), int(np.sum(np.abs(middle) > TIE)))
        if not places:
            rows.append((target.id, "none moves it", 0, None, None, None))
            continue
        order = np.argsort(-np.abs(middle), kind="stable")
        same, first, tau = ranking_holds(effects, middle, places)
        rows.append((target.id, ", ".join(names[place] for place in order[:places]), places,
                     round(same, 3), round(first, 3), round(tau, 3)))  # fmt: skip
        if same < STABLE:
            weak.append(f"{target.id} ({same:.0%})")
    judged_rows = [row for row in rows if row[2]]
    return judged(
        id,
        asks,
        bool(judged_rows) and not weak,
        figure=f"{len(judged_rows) - len(weak)} of {len(judged_rows)} targets that a lever moves",
        limit=f"all, in {STABLE:.0%} of draws",
        reason=f"the top changes: {listed(weak, 6)}" if weak else "",
        table=table(
            ("target", "strongest levers", "places", "share of draws with the same set",
             "share with the same first", "Kendall's tau"), rows,
            "Each lever alone at the plan's strength against current policy. Fewer than three "
            "places where fewer levers move the target by 0.05 % of its size.",
        ),
        chart=charts.bars("Share of draws with the same strongest levers",
                          [(str(r[0]), float(r[3] or 0)) for r in judged_rows], line=STABLE,
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
    names = [s.name for s in ground.scenarios if s.world == world]
    if len(names) < 2:
        return open_question(id, asks, "fewer than two scenarios share one view of the world")
    data = ground.ensemble.dataset.sel(scenario=names)
    values = target_values(data, ground.targets)
    rows: list[tuple[Cell, ...]] = []
    weak = []
    for target in ground.targets:
        course = values[target.id]
        course = course[:, np.isfinite(course).all(axis=0)]
        spread = np.ptp(np.median(course, axis=1)) if course.size else 0.0
        scale = float(np.nanmedian(target_scale(data, target)))
        if not course.size or spread <= TIE * scale:
            rows.append((target.id, "no difference", None, None))
            continue
        middle = np.median(course, axis=1)
        best = int(np.argmax(middle))
        share = float(np.mean(course.max(axis=0) - course[best] <= TIE * scale))
        rows.append((target.id, names[best], round(share, 3), round(mean_tau(middle, course), 3)))
        if share < STABLE:
            weak.append(f"{target.id} ({share:.0%})")
    able = [row for row in rows if row[2] is not None]
    return judged(
        id,
        asks,
        bool(able) and not weak,
        figure=f"{len(able) - len(weak)} of {len(able)} targets over {len(names)} scenarios",
        limit=f"all, in {STABLE:.0%} of draws",
        reason=f"another is best: {listed(weak, 6)}" if weak else "",
        table=table(("target", "best scenario", "share of draws", "Kendall's tau"), rows,
                    "Best within 0.05 % of the target's size counts as best."),
    )  # fmt: skip
