"""Pathways: from what is done to one package, or to one that leaves time for another to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qiantang.review.moved import Moved, moved
from qiantang.review.restore import delayed
from qiantang.review.review import Review
from qiantang.review.transfers import Pathway, packages_of, transfers
from qiantang.scenario import refuse_rules


def pathways(
    review: Review, bar: float, progress: Callable[[str], None] = lambda _: None
) -> tuple[Pathway, ...]:
    """Find the last start of every package of the study for every target, then chains of two.

    Packages are the scenarios that see the world as the one under review and pull levers; each
    begins at the end of a quarter from the review on, what is done before being that scenario's.
    A package that is short of a target, begun at once, may still put off the day on which another
    must take over: where it does, that chain is told as well.

    Parameters
    ----------
    review : Review
    bar : float
        Probability to be kept.
    progress : callable

    Returns
    -------
    tuple of Pathway
        One of each package and target, then the chains.

    Raises
    ------
    StudyError
        Levers of the scenario under review answer to a rule.
    """
    base = review.tracker.scenario
    refuse_rules(base)
    ours = moved(review.tracker, review.belief, review.seed + 1)
    paths = transfers(review, ours, base, packages_of(review), bar, progress)
    return (*paths, *_chains(review, ours, paths, bar, progress))


def _chains(
    review: Review,
    ours: Moved,
    paths: Sequence[Pathway],
    bar: float,
    progress: Callable[[str], None],
) -> Iterator[Pathway]:
    """Yield of each first package and target the second that may wait longest.

    From its day on the levers of the second rise as they do in it; none falls, and what it does not
    name goes on as in the first. Left out is a second that might begin as late by itself.
    """
    alone = {(one.package, one.target): one.last for one in paths}
    packages = packages_of(review)
    for first in packages:
        short = {one.target for one in paths if one.package == first.name and one.is_short}
        if not short:
            continue
        done = delayed(first, review.tracker.scenario, review.study.about.plan.date,
                       review.belief.known.as_of)  # fmt: skip
        others = [one for one in packages if one.name != first.name]
        made = transfers(review, ours, done, others, bar, progress, short)
        for target in short:
            gain = [one for one in made
                    if one.target == target and one.last > alone[one.package, target]]  # fmt: skip
            if gain:
                best = max(gain, key=lambda one: (one.last, one.chances[0]))
                yield replace(best, after=first.name)
