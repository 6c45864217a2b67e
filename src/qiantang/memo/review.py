"""The memo of a review: the odds then and now, the news, what the next year must bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qiantang.charts.odds import odds
from qiantang.charts.pathways import pathways
from qiantang.memo.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    Inline,
    Paragraph,
    TableBlock,
    Text,
)
from qiantang.memo.look import read_look
from qiantang.memo.reference import check_reference
from qiantang.memo.template import template_files
from qiantang.plan.targets import Target
from qiantang.policy.answer import Answer
from qiantang.review.news import REVISED, WORLD, News
from qiantang.review.pathways import Pathway
from qiantang.review.review import Review
from qiantang.wording import Wording, check_language
from qiantang.wording.figures import day as written_day
from qiantang.wording.figures import percent, rounded

#: Pieces of news that a memo of two pages holds, and the change of P below which none is told.
MOST, SMALL = 8, 0.01


def review_memo(
    review: Review,
    *,
    lang: str = "en",
    answer: Answer | None = None,
    paths: Sequence[Pathway] = (),
    templates: Path | None = None,
) -> Document:
    """Make a memo of a review.

    Parameters
    ----------
    review : Review
    lang : {"en", "zh"}
    answer : Answer, optional
        What would restore a target.
    paths : sequence of Pathway
        Until when packages may still begin: their map is drawn where there are any.
    templates : Path, optional
        Folder with a look and reference documents of one's own.

    Raises
    ------
    StudyError
        Unknown language; a fault of the look or of the reference document.
    """
    tongue = check_language(lang)
    words = Wording(review.study, tongue)
    files = template_files(review.study.folder, templates)
    styled = files[f"reference.{tongue}.docx"]
    check_reference(styled)
    blocks = [*_opening(review, words), *_odds(review, words), *_news(review, words)]
    blocks += _needs(review, words)
    blocks += [] if answer is None else _restoring(review, answer, words)
    blocks += _pathways(review, paths, words) if paths else []
    blocks.append(Paragraph(_text(_method(review, words)), "source"))
    about = review.study.about
    when = day(review.as_of, words)
    title = words.phrase("review.title", about=words.of(about, "title"), day=when)
    return Document(
        title, tongue, tuple(blocks), (), read_look(files["look.yaml"], tongue), styled,
        words.phrase("review.figure"), words.phrase("review.table"),
    )  # fmt: skip


def day(text: str, words: Wording) -> str:
    """Return a day as the language writes it; English keeps it as the command line has it."""
    return written_day(date.fromisoformat(text), "zh") if words.lang == "zh" else text


def _text(words: str) -> tuple[Inline, ...]:
    return (Text(words),)


def _opening(review: Review, words: Wording) -> list[Block]:
    """Say in a paragraph what stands, and which odds moved most."""
    first, last = _told(review)
    targets = list(review.belief.targets)
    bands: dict[str, list[str]] = {"likely": [], "open": [], "unlikely": []}
    for target in targets:
        p = last[target.id]
        band = "likely" if p >= 2 / 3 else "unlikely" if p < 1 / 3 else "open"
        bands[band].append(
            f"{words.target(target)}{words.phrase('bracket', text=words.bare_probability(p))}"
        )
    said = [
        words.phrase(f"review.{band}", targets=words.phrase("and").join(names))
        for band, names in bands.items()
        if names
    ]
    most = max(targets, key=lambda target: abs(last[target.id] - first[target.id]))
    said.append(
        words.phrase(
            "review.moved", target=words.target(most),
            before=words.bare_probability(first[most.id]),
            after=words.bare_probability(last[most.id]),
        )
    )  # fmt: skip
    line = words.phrase("review.line", scenario=words.scenario(review.tracker.scenario),
                        day=day(review.as_of, words))  # fmt: skip
    return [
        Paragraph(_text(line), "line"),
        Heading(2, _text(words.phrase("review.stands"))),
        Paragraph(_text(words.gap.join(said))),
    ]


def _told(review: Review) -> tuple[dict[str, float], dict[str, float]]:
    """Return the odds at the first review that has any, and at the last."""
    told = [stand.chance for stand in review.odds if stand.chance]
    return told[0], told[-1]


def _odds(review: Review, words: Wording) -> list[Block]:
    first, last = _told(review)
    before = {n: sum(one.change[n] for one in review.news) for n in last}
    heads = ("review.target", "review.threshold", "review.then", "review.since", "review.now",
             "review.verdict")  # fmt: skip
    rows = [
        (
            words.target(target), _threshold(target, words),
            words.bare_probability(first[target.id]),
            words.bare_probability(max(last[target.id] - before[target.id], 0.0)),
            words.bare_probability(last[target.id]), words.verdict(last[target.id]),
        )
        for target in review.belief.targets
    ]  # fmt: skip
    given = {"since": day(review.since, words)}
    chart = odds(review.study, review, lang=words.lang)
    return [
        _table("odds", "review.odds", heads, rows, (3.0, 2.2, 1.2, 1.4, 1.2, 2.0), words, given),
        FigureBlock("odds", chart, _text(chart.caption)),
    ]


def _threshold(target: Target, words: Wording) -> str:
    return words.figure(target.threshold, words.target_unit(target))


def _news(review: Review, words: Wording) -> list[Block]:
    heading = Heading(2, _text(words.phrase("review.news", since=day(review.since, words))))
    told = [one for one in review.news if max(map(abs, one.change.values())) >= SMALL][:MOST]
    if not told:
        return [heading, Paragraph(_text(words.phrase("review.no_news")))]
    targets = {target.id: target for target in review.belief.targets}
    rows = []
    for one in told:
        most = max(one.change, key=lambda name: abs(one.change[name]))
        came = ("", "") if one.came != one.came else _seen(one, words)
        moved = f"{words.target(targets[most])} {100 * one.change[most]:+.0f}"
        rows.append((called(one.key, words), *came, moved))
    heads = ("review.piece", "review.came", "review.expected", "review.change")
    return [heading, _table("news", "review.news_table", heads, rows, (3.2, 1.6, 2.6, 3.2), words)]


def _seen(one: News, words: Wording) -> tuple[str, str]:
    series = words.study.evidence.series[one.key.split(" ")[0]]
    unit = words.unit(series.variable)
    came = words.figure(one.came, unit)
    span = words.interval(one.p05, one.p95, unit)
    return came, f"{words.figure(one.expected, unit)}{words.phrase('bracket', text=span)}"


def called(key: str, words: Wording) -> str:
    """Return a piece of news as the language calls it."""
    if key == WORLD:
        return words.phrase("review.world")
    name, _, rest = key.partition(" ")
    if name in words.study.drivers.names:
        return words.variable(name)
    series = words.study.evidence.series.get(name)
    if series is None:
        return key
    period = rest.removesuffix(f" {REVISED}")
    more = words.phrase("review.revised") if rest != period else ""
    return f"{words.choose(series.title, series.title_zh)} {period}{more}"


def _needs(review: Review, words: Wording) -> list[Block]:
    targets = {target.id: target for target in review.belief.targets}
    rows = []
    for need in review.needs:
        unit = words.unit(need.variable)
        needed = words.figure(need.needed, unit) if need.needed == need.needed else ""
        watch = called(need.watch, words) if need.watch else ""
        rows.append(
            (words.target(targets[need.target]), words.phrase("year", year=need.year),
             words.figure(need.expected, unit), needed, watch)
        )  # fmt: skip
    heads = ("review.target", "review.year", "review.expects", "review.needed", "review.watch")
    return [
        Heading(2, _text(words.phrase("review.needs"))),
        _table("needs", "review.needs_table", heads, rows, (3.0, 1.2, 2.0, 2.0, 3.0), words),
    ]


def _restoring(review: Review, answer: Answer, words: Wording) -> list[Block]:
    target = next(t for t in review.study.plan.targets.targets if t.id == answer.target)
    levers = words.phrase("and").join(
        words.lever(pull.lever) + words.phrase("bracket", text=percent(pull.intensity))
        for pull in answer.package
    )
    ceiling = answer.probability if answer.ceiling is None else answer.ceiling.probability
    said = words.phrase(
        f"review.{answer.verdict}", target=words.target(target),
        asked=words.bare_probability(answer.asked),
        found=words.bare_probability(answer.probability),
        cost=rounded(answer.cost), levers=levers, ceiling=words.bare_probability(ceiling),
    )  # fmt: skip
    return [Heading(2, _text(words.phrase("review.restore"))), Paragraph(_text(said))]


def _pathways(review: Review, paths: Sequence[Pathway], words: Wording) -> list[Block]:
    chart = pathways(review.study, review, paths, lang=words.lang)
    return [
        Heading(2, _text(words.phrase("review.pathways"))),
        Paragraph(_text(chart.finding + ("。" if words.lang == "zh" else "."))),
        FigureBlock("pathways", chart, _text(chart.caption)),
    ]


def _method(review: Review, words: Wording) -> str:
    return words.phrase(
        "review.method", members=review.members, worth=rounded(review.belief.effective),
        seed=review.seed, fit=review.study.fit.record.version, figures=review.odds[-1].figures,
    )  # fmt: skip


def _table(
    key: str, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]],
    widths: tuple[float, ...], words: Wording, blanks: dict[str, str] | None = None,
) -> TableBlock:  # fmt: skip
    blanks = blanks or {}
    return TableBlock(
        key, _text(words.phrase(caption)),
        tuple(_text(words.phrase(head, **blanks)) for head in heads),
        tuple(tuple(_text(cell) for cell in row) for row in rows),
        tuple("left" for _ in heads), widths,
    )  # fmt: skip
