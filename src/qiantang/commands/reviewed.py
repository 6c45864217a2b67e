"""What `qiantang review` prints: odds, news, what the next year must bring, last starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from qiantang.commands import options
from qiantang.wording.figures import day, rounded
from qiantang.wording.refusals import in_language
from qiantang.wording.tabled import asked_chance, chance_change, keeps_ids

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.policy.answer import Answer
    from qiantang.review.needs import Need
    from qiantang.review.news import News
    from qiantang.review.review import Review
    from qiantang.review.transfers import Pathway
    from qiantang.wording import Wording

#: A change of P below this is left out of the news: it is within what the members can tell.
SMALL = 0.005


def print_review(
    screen: Console,
    found: Review,
    answer: Answer | None,
    paths: Sequence[Pathway] | None,
    words: Wording,
) -> None:
    """Print a review, and what would restore a target where that was asked."""
    from qiantang.commands.solve import print_answer
    from qiantang.naming import find_target

    _print_odds(screen, found, words)
    _print_news(screen, found, words)
    _print_needs(screen, found, words)
    _print_method(screen, found, words)
    if paths is not None:
        _print_pathways(screen, found, [one for one in paths if not one.after], words)
        _print_chains(screen, found, [one for one in paths if one.after], words)
    if answer is not None:
        print_answer(screen, answer, find_target(found.study, answer.target), words)


def _print_odds(screen: Console, found: Review, words: Wording) -> None:
    say = words.phrase
    targets = found.belief.targets
    heads = [words.target(target) for target in targets]
    numbers = (*heads, say("review.figures"), say("review.worth"))
    title = say("review.odds_title", scenario=words.scenario(found.tracker.scenario))
    table = options.plain_table(say("review.as_of"), *numbers, title=title, right=numbers)
    for stand in found.odds:
        told = stand.chance
        cells = [words.bare_probability(told[t.id]) if told else "" for t in targets]
        table.add_row(stand.day, *cells, str(stand.figures), rounded(stand.effective))
    screen.print(table)
    for stand in found.odds:
        if stand.refusal:
            why = in_language(stand.refusal, words.lang)
            screen.print(say("review.no_odds", day=_day(stand.day, words), why=why))


def _day(told: str, words: Wording) -> str:
    """Return a day as it stands in a sentence; English keeps it as the command line has it."""
    return told if keeps_ids(words.lang) else day(date.fromisoformat(told), words.lang)


def _print_news(screen: Console, found: Review, words: Wording) -> None:
    say, since = words.phrase, _day(found.since, words)
    if not found.news:
        screen.print(say("review.nothing", since=since))
        return
    targets = found.belief.targets
    shown = [t for t in targets if any(abs(n.change[t.id]) >= SMALL for n in found.news)]
    heads = [words.target(target) for target in shown]
    numbers = [say(f"review.{key}") for key in ("came", "expects", "interval")] + heads
    table = options.plain_table(
        say("review.piece"), *numbers, title=say("review.news_title", since=since), right=numbers
    )
    for one in found.news:
        table.add_row(*_seen(one, words), *(_change(one.change[t.id], words) for t in shown))
    totals = [sum(one.change[t.id] for one in found.news) for t in shown]
    table.add_row(say("review.total"), "", "", "", *(_change(total, words) for total in totals))
    screen.print(table)


def _seen(one: News, words: Wording) -> tuple[str, str, str, str]:
    """Return the first cells of a piece of news: name, figure, what was expected."""
    ids = keeps_ids(words.lang)
    name = _called(one.key, words)
    if one.figures != 1:
        told = one.key if ids else name
        name = words.phrase("review.several", name=told, figures=one.figures)
    if one.came != one.came:
        return name, "", "", ""
    series = words.study.evidence.series.get(one.key.partition(" ")[0])
    variable = "" if series is None else series.variable
    came, expected = (_figure(value, variable, words) for value in (one.came, one.expected))
    return name, came, expected, _interval(one.p05, one.p95, variable, words)


def _figure(value: float, variable: str, words: Wording) -> str:
    """Write a figure: in Chinese with the unit that an office gives it."""
    if keeps_ids(words.lang) or not variable:
        return f"{value:.4g}"
    return words.figure(value, words.unit(variable), 4)


def _interval(low: float, high: float, variable: str, words: Wording) -> str:
    if keeps_ids(words.lang) or not variable:
        return words.span(_figure(low, "", words), _figure(high, "", words))
    return words.interval(low, high, words.unit(variable), 4)


def _called(key: str, words: Wording) -> str:
    """Return a figure or a driver as the language calls it; English keeps names of series."""
    from qiantang.memo.review import called

    is_series = key.partition(" ")[0] in words.study.evidence.series
    return key if is_series and keeps_ids(words.lang) else called(key, words)


def _change(value: float, words: Wording) -> str:
    if abs(value) < SMALL:
        return ""
    return f"{value:+.2f}" if keeps_ids(words.lang) else chance_change(value, words.lang)


def _print_needs(screen: Console, found: Review, words: Wording) -> None:
    say, ids = words.phrase, keeps_ids(words.lang)
    heads = [say(f"review.{key}") for key in ("year", "expects", "interval", "needed")]
    unit, moves = [say("head.unit")] if ids else [], say("review.moves")
    table = options.plain_table(
        say("review.target"), *unit, *heads, say("review.watch"), moves,
        title=say("review.needs_title"), right=(*heads, moves),
    )  # fmt: skip
    targets = {target.id: target for target in found.belief.targets}
    for need in found.needs:
        known = need.needed == need.needed
        table.add_row(
            words.target(targets[need.target]), *([need.unit] if ids else []), str(need.year),
            _figure(need.expected, need.variable, words),
            _interval(need.p05, need.p95, need.variable, words),
            _figure(need.needed, need.variable, words) if known else say("review.few"),
            _called(need.watch, words), _moves(need, words),
        )  # fmt: skip
    screen.print(table)


def _moves(need: Need, words: Wording) -> str:
    if not need.watch:
        return ""
    return f"{need.moves:.2f}" if keeps_ids(words.lang) else f"{100 * need.moves:.1f}"


def _print_method(screen: Console, found: Review, words: Wording) -> None:
    say, belief = words.phrase, found.belief
    known = abs(belief.tail) != float("inf")
    tail = say("review.tail", tail=rounded(belief.tail, 2)) if known else ""
    told = say("review.how", members=found.members, seed=found.seed,
               fit=found.study.fit.record.version, worth=rounded(belief.effective),
               tail=tail)  # fmt: skip
    screen.print(told, soft_wrap=True)
    for key, why in found.unread:
        told = say("review.unread", figure=_called(key, words), why=in_language(why, words.lang))
        screen.print(told, soft_wrap=True)


def _print_pathways(
    screen: Console, found: Review, paths: Sequence[Pathway], words: Wording
) -> None:
    targets = found.belief.targets
    heads = [words.target(target) for target in targets]
    bar = asked_chance(paths[0].bar, words.lang) if paths else ""
    title = words.phrase("review.starts", bar=bar) if paths else ""
    table = options.plain_table(words.phrase("review.package"), *heads, title=title)
    by_place = {(one.package, one.target): one for one in paths}
    for name in dict.fromkeys(one.package for one in paths):
        cells = [_last_start(by_place[name, target.id], words) for target in targets]
        table.add_row(words.scenario(found.study.scenario(name)), *cells)
    screen.print(table)


def _print_chains(
    screen: Console, found: Review, chains: Sequence[Pathway], words: Wording
) -> None:
    """Print which packages, begun at once, leave time for which others."""
    if not chains:
        return
    say = words.phrase
    heads = [say(f"review.{key}") for key in ("target", "first", "second", "by", "decided")]
    bar = asked_chance(chains[0].bar, words.lang)
    table = options.plain_table(*heads, title=say("review.chains", bar=bar), right=heads[-1:])
    targets = {target.id: target for target in found.belief.targets}
    for one in chains:
        titles = [words.scenario(found.study.scenario(n)) for n in (one.after, one.package)]
        spread = words.span(one.quantiles[0], one.quantiles[-1]) if one.quantiles else ""
        table.add_row(words.target(targets[one.target]), *titles, one.last, spread)
    screen.print(table)


def _last_start(one: Pathway, words: Wording) -> str:
    if not one.is_needed:
        return words.phrase("review.not_needed")
    first = one.chances[0]
    shown = f"{first:.2f}" if keeps_ids(words.lang) else words.bare_probability(first)
    return one.last or words.phrase("review.too_late", chance=shown)
