"""The sliders: every lever of the plan, by chapter, with the articles that call for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.faults import Fault, StudyError, nearest
from qiantang.scenario import Lever, Scenario
from qiantang.wording import LANGUAGES, Wording
from qiantang.wording.language import both

if TYPE_CHECKING:
    from qiantang.plan.articles import Articles, Chapter
    from qiantang.study import Study

#: Articles of these kinds give reasons and goals; a lever belongs where something is to be done.
_NO_HOME = ("frame", "goal")
#: An intensity is held to this many decimals, on the slider, in the file and in the run.
DECIMALS = 2


@dataclass(frozen=True)
class Control:
    """One slider.

    Parameters
    ----------
    lever : str
    title, title_zh : str
    meaning : str
        What the lever stands for, as the model file says.
    articles : tuple of int
        Articles of the plan that call for it.
    cited : mapping
        The same in words, by language.
    start : float
        Intensity at which the deck opens, a share of the plan's full value. [Dmnl]
    """

    lever: str
    title: str
    title_zh: str
    meaning: str
    articles: tuple[int, ...]
    cited: Mapping[str, str]
    start: float


@dataclass(frozen=True)
class Group:
    """The sliders of one chapter of the plan."""

    number: int
    title: str
    title_zh: str
    controls: tuple[Control, ...]

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def control_groups(study: Study, plan: Scenario, base: Scenario) -> tuple[Group, ...]:
    """Return the levers that a scenario of the plan sets, by chapter.

    Parameters
    ----------
    study : Study
    plan : Scenario
        Gives each lever's path at full intensity.
    base : Scenario
        Gives the intensity at which each slider starts.

    Raises
    ------
    StudyError
        If the base moves a lever along another timing than the plan.
    """
    starts = start_intensities(plan, base)
    homes: dict[int, list[Control]] = {}
    chapters = {chapter.number: chapter for chapter in study.plan.articles.chapters}
    for lever in plan.levers:
        entry = study.dictionary[lever]
        articles = tuple(a.number for a in study.plan.articles.articles if lever in a.levers)
        articles = articles or tuple(plan.levers[lever].cites)
        cited: dict[str, str] = {
            lang: Wording(study, lang).articles(articles) for lang in LANGUAGES
        }
        control = Control(
            lever, entry.name, entry.meaning_zh or entry.name, entry.meaning, articles, cited,
            starts[lever],
        )  # fmt: skip
        homes.setdefault(home_chapter(study.plan.articles, lever), []).append(control)
    return tuple(_group(chapters.get(number), homes[number]) for number in sorted(homes))


def home_chapter(articles: Articles, lever: str) -> int:
    """Return the chapter that leans most on a lever; nought where no article calls for it.

    An article gives its first lever a point, its second half a point, and so on. Of chapters with
    as many points, one whose heading stands in the draft goes before one that we named, and a
    later one before an earlier: the plan goes from the general to the particular.
    """
    stated = {c.number for c in articles.chapters if c.heading == "stated"}
    points: dict[int, float] = {}
    for article in articles.articles:
        if lever in article.levers and article.kind not in _NO_HOME:
            share = 1.0 / (1 + article.levers.index(lever))
            points[article.chapter] = points.get(article.chapter, 0.0) + share
    return max(points, key=lambda c: (round(points[c], 9), c in stated, c), default=0)


def _group(chapter: Chapter | None, controls: Iterable[Control]) -> Group:
    if chapter is None:
        return Group(0, *both("deck.others"), tuple(controls))
    return Group(chapter.number, chapter.title, chapter.title_zh, tuple(controls))


def start_intensities(plan: Scenario, base: Scenario) -> dict[str, float]:
    """Return the share of the plan's full path at which a base holds each lever.

    Raises
    ------
    StudyError
        With one fault for each lever of the base that no slider can show.
    """
    starts, faults = {}, []
    if not any(value for lever in plan.levers.values() for value in lever.path.values()):
        what = "moves no lever, expected a scenario whose paths the sliders can scale"
        faults.append(Fault(plan.files[0], None, "levers", what))
    for lever in plan.levers:
        share = _share(plan, base, lever)
        if share is None:
            what = (
                f"does not follow the timing of {plan.name}, which the sliders scale; "
                f"give the deck plan={base.name!r}"
            )
            faults.append(Fault(base.files[0], None, f"levers.{lever}", what))
        else:
            starts[lever] = share
    for lever in base.levers:
        if lever not in plan.levers:
            what = f"is not a lever of {plan.name}, so that no slider can show it"
            faults.append(Fault(base.files[0], None, f"levers.{lever}", what))
    if faults:
        raise StudyError(faults)
    return starts


def _share(plan: Scenario, base: Scenario, lever: str) -> float | None:
    """Return how much of the plan's path the base's is, None where it is no multiple."""
    if lever not in base.levers:
        return 0.0
    whole, part = plan.path(lever), base.path(lever)
    grid = np.union1d(whole.times, part.times)
    full, own = whole.at(grid), part.at(grid)
    most = int(np.argmax(np.abs(full)))
    share = round(float(own[most] / full[most]), DECIMALS) if full[most] else 0.0
    return share if np.allclose(own, share * full) and 0.0 <= share <= 1.0 else None


def scaled(lever: Lever, intensity: float, late: float = 0.0) -> Lever:
    """Return a lever of the plan at a share of its full path.

    Parameters
    ----------
    lever : Lever
        As the plan in full has it.
    intensity : float
        From 0 to 1. [Dmnl]
    late : float
        By how much it comes later than in the plan. [Year]
    """
    timing = f", later by {late:g} y" if late else ""
    note = f"Set by hand to {intensity:.0%} of the plan in full, along the timing of the plan"
    path = {round(time + late, 6) if late else time: round(intensity * value, 10)
            for time, value in lever.path.items()}  # fmt: skip
    return lever.model_copy(update={"path": path, "reading": "assumed", "note": f"{note}{timing}."})


def refuse_intensities(wanted: Mapping[str, float], known: Iterable[str]) -> None:
    """Refuse levers that have no slider, and intensities outside 0 to 1.

    Raises
    ------
    StudyError
    """
    names = list(known)
    faults = []
    for lever, value in wanted.items():
        if lever not in names:
            faults.append(Fault("deck", None, lever, f"no such lever{nearest(lever, names)}"))
        elif not 0.0 <= value <= 1.0:
            what = f"intensity is {value:g}, expected a share from 0 to 1 of the plan's full value"
            faults.append(Fault("deck", None, lever, what))
    if faults:
        raise StudyError(faults)
