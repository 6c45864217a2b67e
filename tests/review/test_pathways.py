"""Pathways: until when a package may begin, alone or after another, told and drawn."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from qiantang.commands.reviewed import print_review
from qiantang.review.pathways import pathways
from qiantang.review.restore import delayed
from qiantang.review.review import Review
from qiantang.review.transfers import Pathway
from qiantang.wording import Language, Wording


def test_a_package_that_begins_later_helps_no_more(review: Review) -> None:
    found = pathways(review, 0.5)
    assert {one.target for one in found} == {target.id for target in review.belief.targets}
    assert {one.package for one in found} >= {"plan_in_full", "push_airport"}
    for one in found:
        assert one.starts[0] == "2019-03-31"
        assert len(one.chances) == len(one.starts) == 7
        if one.package == "plan_in_full" and one.target == "destinations":
            assert one.chances[0] > one.without
            assert one.chances[0] >= one.chances[-1] >= one.without - 0.02
        enough = [day for day, p in zip(one.starts, one.chances, strict=True) if p >= 0.5]
        assert one.last == (enough[-1] if enough else "")


@pytest.fixture(scope="module")
def chained(review: Review) -> tuple[Pathway, ...]:
    """Return pathways with a bar that the whole plan alone keeps only if it begins at once."""
    (full,) = (one for one in pathways(review, 0.5)
               if (one.target, one.package) == ("foreign_investment", "plan_in_full"))  # fmt: skip
    return pathways(review, (full.chances[0] + full.chances[1]) / 2)


def test_a_chain_gains_time_on_what_its_second_package_has_alone(
    review: Review, chained: tuple[Pathway, ...]
) -> None:
    bar, found = chained[0].bar, chained
    alone = {(one.package, one.target): one for one in found if not one.after}
    chains = [one for one in found if one.after]
    assert found[: len(alone)] == tuple(alone.values())
    assert "foreign_investment" in {one.target for one in chains}
    for one in chains:
        first, second = (alone[name, one.target] for name in (one.after, one.package))
        assert one.without == first.chances[0]  # begun at once, and never followed
        assert first.is_short
        assert one.last > second.last
        assert max(one.chances) >= bar
    pairs = [(one.after, one.target) for one in chains]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_chain_is_printed_and_drawn(
    lang: Language, review: Review, chained: tuple[Pathway, ...]
) -> None:
    words, screen = Wording(review.study, lang), Console(file=StringIO(), width=240)
    print_review(screen, review, None, chained, words)
    told = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
    chart = review.study.chart.pathways(review, chained, lang=lang)
    for one in (path for path in chained if path.after):
        names = [words.scenario(review.study.scenario(n)) for n in (one.after, one.package)]
        assert any(all(text in line for text in (*names, one.last)) for line in told)
        drawn = chart.data[
            (chart.data["after"] == one.after) & (chart.data["target"] == one.target)
        ]
        assert drawn["package"].unique().tolist() == [one.package]


def test_a_second_package_keeps_what_the_first_has_done(review: Review) -> None:
    base = review.tracker.scenario
    first = delayed(review.study.scenario("push_airport"), base, 2018.5, 2019.25)
    both = delayed(review.study.scenario("plan_in_full"), first, 2018.5, 2019.75)
    times = np.linspace(2018.0, 2023.0, 41)
    assert set(both.levers) == set(first.levers) | set(review.study.scenario("plan_in_full").levers)
    for name in first.levers:
        mine, theirs = both.path(name).at(times), first.path(name).at(times)
        np.testing.assert_array_equal(mine[times <= 2019.75], theirs[times <= 2019.75])
        assert (np.diff(mine) >= -1e-12).all(), name


def test_thirds_of_the_world_lie_on_both_sides(review: Review) -> None:
    found = [one for one in pathways(review, 0.5) if one.package == "plan_in_full"]
    split = [one for one in found if one.worlds]
    assert split
    for one in split:
        adverse, favourable = one.worlds
        assert (adverse.kind, favourable.kind) == ("adverse", "favourable")
        assert adverse.driver == favourable.driver
        assert adverse.driver in review.study.drivers.names
        assert adverse.without <= one.without + 0.1
        assert favourable.without >= one.without - 0.1
        middle = 3 * np.array(one.chances) - adverse.chances - np.array(favourable.chances)
        assert ((middle > -0.02) & (middle < 1.02)).all()


def test_the_map_names_the_last_change(review: Review) -> None:
    chart = review.study.chart.pathways(review, pathways(review, 0.999), lang="en")
    assert set(chart.data["start"]) >= {"2019-03-31", "2020-09-30"}
    assert "0.99" in chart.caption
    kept = review.study.chart.pathways(review, pathways(review, 1e-9), lang="zh")
    assert kept.finding.startswith("各目标不另启动举措即可保持")
