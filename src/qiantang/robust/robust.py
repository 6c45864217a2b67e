"""A robust search from end to end: several seeds, one front, winners scored anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.ensemble.members import choose_members
from qiantang.policy.packages import Packages
from qiantang.robust import folder as kept
from qiantang.robust.designfile import MEASURES, RobustDesign
from qiantang.robust.front import SCORED, Front
from qiantang.robust.objectives import Scorer, regret, scorer, sought_of
from qiantang.robust.searching import Task, Tried, front, hypervolume, search

if TYPE_CHECKING:
    from qiantang.policy.effort import Effort
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Grids of intensities and of delays. [Dmnl, Year]
GRID, QUARTER = 0.1, 0.25
#: Runs of members from which on a search has a kernel of its own, which knows no more of the model
#: than what is sought needs: with fewer its compilation takes longer than it saves.
LONG = 4_000_000
#: Name of the package that is nearest to the best in everything.
BALANCED = "balanced"


@dataclass(frozen=True, repr=False)
class Robust(Front):
    """What a robust search found, besides its front.

    Parameters
    ----------
    regrets : DataFrame
        One row a picked package and target, on fresh members: what is given up in one case of ten.
    volumes : ndarray, shape (search,)
        Hypervolume of each search over that of all together.
    course : ndarray, shape (search, generation)
        The same after each generation.
    candidates : int
        Different ones that were scored.
    evaluated : int
        Now, not read from files.
    """

    regrets: pd.DataFrame
    volumes: Array
    course: Array
    candidates: int
    evaluated: int

    def __repr__(self) -> str:
        shares = ", ".join(f"{share:.0%}" for share in self.volumes)
        return (
            f"Robust: of {self.candidates:,} packages {len(self.packages)} are beaten by no other "
            f"in everything; hypervolume of each search over all together {shares}"
        )

    def record(self) -> dict[str, Any]:
        """Return the answer, ready for JSON."""
        return {
            "design": self.design.name, "objectives": list(self.design.objectives),
            "levers": list(self.design.levers), "candidates": self.candidates,
            "evaluated": self.evaluated, "volumes": [float(share) for share in self.volumes],
            "course": self.course.tolist(),
            "packages": _plain(self.packages), "regrets": _plain(self.regrets),
        }  # fmt: skip


def run_robust(
    design: RobustDesign,
    study: Study,
    out: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> Robust:
    """Search, or go on where the folder was left, and score the winners on fresh members.

    Raises
    ------
    StudyError
        A folder of something else; pymoo or moocore is not installed.
    DivergedError
        Every member of the base or of the full plan diverged.
    """
    kept.begin(out, design, study)
    old, new = _scorers(design, study)
    task = _task(design, study.effort, old)
    before = old.packages.runs
    file = design.file
    tried = [
        search(task, file.seed + number, file.population, file.generations,
               kept.Generations(out, number), progress)
        for number in range(file.searches)
    ]  # fmt: skip
    evaluated = old.packages.runs - before
    merged = _merged(tried)
    progress("fresh members")
    packages, regrets = _scored_anew(design, merged, new)
    volumes, course = _volumes(tried, merged)
    found = Robust(design, packages, regrets, volumes, course, len(merged.worth), evaluated)
    kept.put_in(out / kept.FRONT, ("\ufeff" + packages.to_csv(index=False)).encode())
    return found


def _scorers(design: RobustDesign, study: Study) -> tuple[Scorer, Scorer]:
    """Return what scores candidates, and what scores winners on members not seen before."""
    file, ends = design.file, study.about.scenarios
    base, full = study.scenario(ends.base), study.scenario(ends.full)
    every = choose_members(study, file.members + file.fresh, file.seed)
    parts = every.part(slice(0, file.members)), every.part(slice(file.members, None))
    asked = file.searches * file.population * file.generations * file.members
    sought = sought_of(file.objectives) if asked >= LONG else None
    old, new = (
        scorer(Packages(study, base, full, members, file.seed + number, file.vintage, sought=only),
               study.effort, file.objectives, design.levers)
        for number, (members, only) in enumerate(zip(parts, (sought, None), strict=True))
    )  # fmt: skip
    return old, new


def _task(design: RobustDesign, effort: Effort, scores: Scorer) -> Task:
    """Put the design as a task of search: intensities and delays under the effort's limits."""
    levers, latest = design.levers, design.file.latest
    count = len(levers)
    most = effort.most(levers)
    cost, budget = effort.cost(levers), effort.file.budget
    rules = [(effort.counted(rule, levers), rule) for rule in effort.file.rules]

    def excess(candidate: Array) -> Array:
        x = candidate[:count]
        found = [] if budget is None else [float(cost @ x) - budget]
        for which, rule in rules:
            found += [] if rule.at_most is None else [float((x[which] > 0).sum()) - rule.at_most]
            found += [] if rule.sum is None else [float(x[which].sum()) - rule.sum]
        return np.array(found)

    starts = np.array([np.r_[share * most, np.zeros(count)] for share in (0.0, 0.5, 1.0)])
    return Task(
        np.r_[most, np.full(count, latest)], np.r_[np.full(count, GRID), np.full(count, QUARTER)],
        len(design.objectives), scores.score, excess, len(excess(starts[0])), starts,
    )  # fmt: skip


def _merged(tried: Sequence[Tried]) -> Tried:
    """Return every different candidate of all searches that keeps the limits."""
    candidates = np.concatenate([one.candidates for one in tried])
    _, first = np.unique(candidates, axis=0, return_index=True)
    allowed = np.concatenate([one.allowed for one in tried])
    places = np.sort(first[allowed[first]])
    return Tried(
        candidates[places], np.concatenate([one.worth for one in tried])[places], allowed[places],
        np.concatenate([one.generations for one in tried])[places],
    )  # fmt: skip


def _scored_anew(
    design: RobustDesign, merged: Tried, new: Scorer
) -> tuple[pd.DataFrame, pd.DataFrame]:
    best = _spread(merged, front(merged.worth))
    candidates, worth = merged.candidates[best], merged.worth[best]
    fresh = new.score(candidates)
    signs = np.array([-1.0 if MEASURES[o.measure] else 1.0 for o in design.file.objectives])
    table = pd.DataFrame({"pick": _picks(design, fresh)})
    for place, name in enumerate(design.objectives):
        table[name] = signs[place] * worth[:, place] + 0.0
        table[f"fresh_{name}"] = signs[place] * fresh[:, place] + 0.0
    table["holds"] = np.isin(np.arange(len(fresh)), front(fresh))
    count = len(design.levers)
    for place, lever in enumerate(design.levers):
        table[lever] = candidates[:, place]
        table[f"late_{lever}"] = np.where(candidates[:, place] > 0, candidates[:, count + place], 0)
    rows: list[dict[str, Any]] = []
    picked = np.flatnonzero(table["pick"] != "")
    for chosen, values in zip(picked, new.values(candidates[picked]), strict=True):
        rows += [{"pick": table["pick"][chosen], "target": target.id,
                  "regret": regret(values[target.id], new.best[target.id]),
                  "probability": float(target.is_reached(values[target.id]).mean())}
                 for target in new.packages.targets]  # fmt: skip
    return table, pd.DataFrame(rows)


def _picks(design: RobustDesign, fresh: Array) -> list[str]:
    """Name the package that is best at each objective, and the one nearest to all of these."""
    picks = [""] * len(fresh)
    low, high = fresh.min(axis=0), fresh.max(axis=0)
    scaled = (fresh - low) / np.where(high > low, high - low, 1.0)
    picks[int(np.argmin((scaled**2).sum(axis=1)))] = BALANCED
    for place, name in enumerate(design.objectives):
        # Of those that are equally good at it, the one that is best in all.
        order = np.lexsort((scaled.sum(axis=1), scaled[:, place]))
        if not picks[int(order[0])]:
            picks[int(order[0])] = f"best_{name}"
    return picks


def _spread(merged: Tried, places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return at most so many of a front, each as far from those before as there is."""
    if len(places) <= SCORED:
        return places
    worth = merged.worth[places]
    low, high = worth.min(axis=0), worth.max(axis=0)
    scaled = (worth - low) / np.where(high > low, high - low, 1.0)
    chosen = list(dict.fromkeys(int(place) for place in scaled.argmin(axis=0)))
    far = np.min([((scaled - scaled[one]) ** 2).sum(axis=1) for one in chosen], axis=0)
    while len(chosen) < SCORED:
        chosen.append(int(far.argmax()))
        far = np.minimum(far, ((scaled - scaled[chosen[-1]]) ** 2).sum(axis=1))
    return np.asarray(places[np.sort(chosen)])


def _volumes(tried: Sequence[Tried], merged: Tried) -> tuple[Array, Array]:
    """Return the hypervolume of each search over that of all, at the end and on the way."""
    best = merged.worth[front(merged.worth)]
    low, high = best.min(axis=0), best.max(axis=0)
    whole = hypervolume(best, low, high) or 1.0
    course = []
    for one in tried:
        steps = []
        for generation in range(int(one.generations.max()) + 1):
            sound = one.worth[one.allowed & (one.generations <= generation)]
            steps.append(hypervolume(sound[front(sound)], low, high) / whole)
        course.append(steps)
    return np.array([steps[-1] for steps in course]), np.array(course)


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    whole = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]
