"""The memo of a review: the odds then and now, the news, what the next year must bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qiantang.charts.odds import odds
from qiantang.charts.pathways import pathways
from qiantang.memo.document import Block, Document, FigureBlock, Heading, Paragraph, TableBlock
from qiantang.memo.look import read_look
from qiantang.memo.reference import check_reference
from qiantang.memo.said import Said, told
from qiantang.memo.template import template_files
from qiantang.plan.targets import Target
from qiantang.policy.answer import Answer
from qiantang.review.news import REVISED, WORLD, News
from qiantang.review.review import Review
from qiantang.review.transfers import Pathway
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
    say = Said(review, words)
    blocks = [*_opening(review, say), *_odds(review, say), *_news(review, say)]
    blocks += _needs(review, say)
    blocks += [] if answer is None else _restoring(review, answer, say)
    blocks += _pathways(review, paths, words) if paths else []
    blocks.append(Paragraph(told(_method(review, say)), "source"))
    blocks += say.annex(blocks)
    about = review.study.about
    when = day(review.as_of, words)
    title = words.phrase("review.title", about=words.of(about, "title"), day=when)
    return Document(
        title, tongue, tuple(blocks), tuple(say.registry.entries),
        read_look(files["look.yaml"], tongue), styled,
        words.phrase("review.figure"), words.phrase("review.table"),
    )  # fmt: skip


def day(text: str, words: Wording) -> str:
    """Return a day as the language writes it; English keeps it as the command line has it."""
    return written_day(date.fromisoformat(text), "zh") if words.lang == "zh" else text


def _opening(review: Review, say: Said) -> list[Block]:
    """Say in a paragraph what stands, and which odds moved most."""
    words = say.words
    first, last = _told(review)
    targets = list(review.belief.targets)
    bands: dict[str, list[str]] = {"likely": [], "open": [], "unlikely": []}
    for target in targets:
        p = last[target.id]
        band = "likely" if p >= 2 / 3 else "unlikely" if p < 1 / 3 else "open"
        named = words.target(target)
        chance = say.chance(p, named, _now(words))
        bands[band].append(named + words.phrase("bracket", text=chance))
    said = [
        words.phrase(f"review.{band}", targets=words.phrase("and").join(names))
        for band, names in bands.items()
        if names
    ]
    most = max(targets, key=lambda target: abs(last[target.id] - first[target.id]))
    said.append(
        words.phrase(
            "review.moved", target=words.target(most),
            before=say.chance(first[most.id], words.target(most), words.phrase("review.then")),
            after=say.chance(last[most.id], words.target(most), _now(words)),
        )
    )  # fmt: skip
    line = words.phrase("review.line", scenario=words.scenario(review.tracker.scenario),
                        day=day(review.as_of, words))  # fmt: skip
    return [
        Paragraph(told(line), "line"),
        Heading(2, told(words.phrase("review.stands"))),
        Paragraph(told(words.gap.join(said))),
    ]


def _now(words: Wording) -> str:
    return words.phrase("review.now")


def _told(review: Review) -> tuple[dict[str, float], dict[str, float]]:
    """Return the odds at the first review that has any, and at the last."""
    told = [stand.chance for stand in review.odds if stand.chance]
    return told[0], told[-1]


def _odds(review: Review, say: Said) -> list[Block]:
    words = say.words
    first, last = _told(review)
    before = {n: sum(one.change[n] for one in review.news) for n in last}
    heads = ("review.target", "review.threshold", "review.then", "review.since", "review.now",
             "review.verdict")  # fmt: skip
    given = {"since": day(review.since, words)}
    then, since = words.phrase("review.then"), words.phrase("review.since", **given)
    rows = []
    for target in review.belief.targets:
        named = words.target(target)
        was = max(last[target.id] - before[target.id], 0.0)
        rows.append((
            named, _threshold(target, say), say.chance(first[target.id], named, then),
            say.chance(was, named, since), say.chance(last[target.id], named, _now(words)),
            words.verdict(last[target.id]),
        ))  # fmt: skip
    chart = odds(review.study, review, lang=words.lang)
    return [
        _table("odds", "review.odds", heads, rows, (3.0, 2.2, 1.2, 1.4, 1.2, 2.0), words, given),
        FigureBlock("odds", chart, told(chart.caption)),
    ]


def _threshold(target: Target, say: Said) -> str:
    words = say.words
    text = words.figure(target.threshold, words.target_unit(target))
    what = say.short("stat.threshold", target=words.target(target))
    origin = say.short("origin.plan", article=words.article(target.article))
    return say.given(text, what, target.threshold, origin, target.unit)


def _news(review: Review, say: Said) -> list[Block]:
    words = say.words
    heading = Heading(2, told(words.phrase("review.news", since=day(review.since, words))))
    shown = [one for one in review.news if max(map(abs, one.change.values())) >= SMALL][:MOST]
    if not shown:
        return [heading, Paragraph(told(words.phrase("review.no_news")))]
    targets = {target.id: target for target in review.belief.targets}
    rows = []
    for one in shown:
        most = max(one.change, key=lambda name: abs(one.change[name]))
        came = ("", "") if one.came != one.came else _seen(one, say)
        named = words.target(targets[most])
        points = f"{100 * one.change[most]:+.0f}"
        what = f"{called(one.key, words)}: {named}, {words.phrase('review.change')}"
        moved = f"{named} {say.result(points, what, 100 * one.change[most])}"
        rows.append((called(one.key, words), *came, moved))
    heads = ("review.piece", "review.came", "review.expected", "review.change")
    return [heading, _table("news", "review.news_table", heads, rows, (3.2, 1.6, 2.6, 3.2), words)]


def _seen(one: News, say: Said) -> tuple[str, str]:
    words = say.words
    series = words.study.evidence.series[one.key.split(" ")[0]]
    unit, named = words.unit(series.variable), words.study.dictionary[series.variable].unit
    piece = called(one.key, words)
    came = say.given(words.figure(one.came, unit), piece, one.came,
                     words.phrase("review.came"), named)  # fmt: skip
    expected = f"{piece}: {words.phrase('review.expects')}"
    middle = say.figure(one.expected, unit, expected, named)
    span = say.result(words.interval(one.p05, one.p95, unit), f"{piece}: 5 %, 95 %",
                      f"{one.p05:.6g}, {one.p95:.6g}", named)  # fmt: skip
    return came, f"{middle}{words.phrase('bracket', text=span)}"


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


def _needs(review: Review, say: Said) -> list[Block]:
    words = say.words
    targets = {target.id: target for target in review.belief.targets}
    rows = []
    for need in review.needs:
        unit, target = words.unit(need.variable), words.target(targets[need.target])
        year = words.phrase("year", year=need.year)
        of = f"{target}, {year}: "
        needed = ""
        if need.needed == need.needed:
            what = of + words.phrase("review.needed")
            needed = say.figure(need.needed, unit, what, need.unit)
        watch = called(need.watch, words) if need.watch else ""
        expected = say.figure(need.expected, unit, of + words.phrase("review.expects"), need.unit)
        rows.append((target, year, expected, needed, watch))
    heads = ("review.target", "review.year", "review.expects", "review.needed", "review.watch")
    return [
        Heading(2, told(words.phrase("review.needs"))),
        _table("needs", "review.needs_table", heads, rows, (3.0, 1.2, 2.0, 2.0, 3.0), words),
    ]


def _restoring(review: Review, answer: Answer, say: Said) -> list[Block]:
    words = say.words
    target = next(t for t in review.study.plan.targets.targets if t.id == answer.target)
    named, restored = words.target(target), words.phrase("review.restore")
    pulls = []
    for pull in answer.package:
        lever = words.lever(pull.lever)
        text = say.result(percent(pull.intensity), f"{restored}: {lever}", pull.intensity)
        pulls.append(lever + words.phrase("bracket", text=text))
    ceiling = answer.probability if answer.ceiling is None else answer.ceiling.probability
    said = words.phrase(
        f"review.{answer.verdict}", target=named,
        asked=say.setting(words.bare_probability(answer.asked), "asked", answer.asked),
        found=say.chance(answer.probability, named, restored),
        cost=say.result(rounded(answer.cost), say.short("stat.cost"), answer.cost),
        levers=words.phrase("and").join(pulls), ceiling=say.chance(ceiling, named, restored),
    )  # fmt: skip
    return [Heading(2, told(restored)), Paragraph(told(said))]


def _pathways(review: Review, paths: Sequence[Pathway], words: Wording) -> list[Block]:
    chart = pathways(review.study, review, paths, lang=words.lang)
    return [
        Heading(2, told(words.phrase("review.pathways"))),
        Paragraph(told(words.phrase("review.stop", text=chart.finding))),
        FigureBlock("pathways", chart, told(chart.caption)),
    ]


def _method(review: Review, say: Said) -> str:
    version, figures = review.study.fit.record.version, review.odds[-1].figures
    worth = review.belief.effective
    return say.words.phrase(
        "review.method", members=say.setting(str(review.members), "members", str(review.members)),
        worth=say.result(rounded(worth), say.short("stat.worth"), worth),
        seed=say.setting(str(review.seed), "seed", str(review.seed)),
        fit=say.setting(version, "fit", version),
        figures=say.result(str(figures), say.short("stat.read"), str(figures)),
    )  # fmt: skip


def _table(
    key: str, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]],
    widths: tuple[float, ...], words: Wording, blanks: dict[str, str] | None = None,
) -> TableBlock:  # fmt: skip
    blanks = blanks or {}
    return TableBlock(
        key, told(words.phrase(caption)),
        tuple(told(words.phrase(head, **blanks)) for head in heads),
        tuple(tuple(told(cell) for cell in row) for row in rows),
        tuple("left" for _ in heads), widths,
    )  # fmt: skip
