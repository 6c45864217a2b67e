"""A review of a plan at a date: the odds since it was made, the news, and what is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from qiantang.faults import Fault, StudyError
from qiantang.review.belief import Belief
from qiantang.review.dates import day_of, read_date, review_dates
from qiantang.review.filter import Filter
from qiantang.review.kept import kept_at
from qiantang.review.needs import Need, needs_of
from qiantang.review.news import News, news_between
from qiantang.review.opening import open_filter
from qiantang.study import Study


@dataclass(frozen=True)
class Stand:
    """The odds at one date.

    Parameters
    ----------
    day : str
    date : float
        [Year]
    figures : int
        Read besides those of the fit.
    effective : float
        How many equal members the members are worth.
    tail : float
        Shape of the weights' tail; minus infinity where all weigh the same.
    refusal : str
        Why there are no odds; empty where there are.
    chance : dict of str to float
        Probability of each target; empty where refused.
    """

    day: str
    date: float
    figures: int
    effective: float
    tail: float
    refusal: str
    chance: dict[str, float]

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        found = asdict(self)
        found["tail"] = self.tail if abs(self.tail) != float("inf") else None
        return found


@dataclass(frozen=True)
class Review:
    """What a review found.

    Parameters
    ----------
    study : Study
    scenario, as_of, since : str
        Days as text; `since` is the date that the news counts from.
    members, seed : int
    odds : tuple of Stand
        At every review date to that day.
    news : tuple of News
    needs : tuple of Need
    unread : tuple of (str, str)
        Figures that were out and could not be read, and why.
    belief : Belief
        The members at the date.
    tracker : Filter
    """

    study: Study
    scenario: str
    as_of: str
    since: str
    members: int
    seed: int
    odds: tuple[Stand, ...]
    news: tuple[News, ...]
    needs: tuple[Need, ...]
    unread: tuple[tuple[str, str], ...]
    belief: Belief
    tracker: Filter

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return {
            "scenario": self.scenario, "as_of": self.as_of, "since": self.since,
            "members": self.members, "seed": self.seed,
            "odds": [stand.record() for stand in self.odds],
            "news": [one.record() for one in self.news],
            "needs": [need.record() for need in self.needs],
            "unread": [{"figure": key, "why": why} for key, why in self.unread],
        }  # fmt: skip


def review(
    study: Study,
    as_of: str,
    *,
    since: str | None = None,
    scenario: str | None = None,
    method: str = "weights",
    members: int = 1000,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Review:
    """Review a scenario at a date, with what was published by then and nothing later.

    Parameters
    ----------
    study : Study
    as_of : str
        The day, YYYY-MM-DD.
    since : str, optional
        The day from which news counts; the review before by default.
    scenario : str, optional
        What is done; the base of the study by default.
    method : {"weights", "smoother"}
        Whether members are weighted by the figures, or moved towards them, parameters included: a
        second opinion, which leaves members where weights leave too few.
    members, seed : int
    progress : callable
        Told in a sentence what is done.

    Raises
    ------
    StudyError
        A day outside the reviews; the members cannot say anything at the date; as `open_filter`.
    """
    date = read_date(study, as_of)
    dates = review_dates(study, date)
    start = dates[max(len(dates) - 2, 0)] if since is None else read_date(study, since, "--since")
    if start > date:
        what = f"{since} lies after {as_of}, expected an earlier day"
        raise StudyError([Fault("--since", None, "", what)])
    tracker = open_filter(study, scenario, members, seed, date, method)
    beliefs: dict[object, Belief] = {}
    for at in sorted({*dates, start}):
        progress(f"reviewing {day_of(at)}")
        beliefs[at] = _at(tracker, at, list(beliefs.values()))
    before, after = beliefs[start], beliefs[date]
    for belief, day in ((after, as_of), (before, day_of(start))):
        if belief.refusal:
            raise StudyError([Fault("review", None, day, belief.refusal)])
    return Review(
        study, tracker.scenario.name, day_of(date), day_of(start), members, seed,
        tuple(_stand(at, beliefs[at]) for at in dates),
        news_between(tracker, before, after, progress), needs_of(tracker, after),
        after.known.unread, after, tracker,
    )  # fmt: skip


def _at(tracker: Filter, date: float, earlier: list[Belief]) -> Belief:
    """Return the members at a date; those of the date before if nothing was published between."""
    if earlier:
        last = earlier[-1]
        known = tracker.known(date)
        same = known.readings == last.known.readings
        if same and not tracker.world.news(last.known.as_of, date):
            return last
    return kept_at(tracker, date)


def _stand(date: float, belief: Belief) -> Stand:
    refusal = belief.refusal
    chance = {} if refusal else {t.id: belief.chance(t) for t in belief.targets}
    return Stand(
        day_of(date), date, len(belief.known.readings), belief.effective, belief.tail, refusal,
        chance,
    )  # fmt: skip
