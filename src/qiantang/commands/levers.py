"""`qiantang levers`: what each lever does to every target, alone and within the full plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.wording.tabled import chance_change, keeps_ids

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.plan.targets import Target
    from qiantang.policy.levertable import Effect, LeverTable, Share
    from qiantang.wording import Wording

#: Part of a target's median below which a change is not shown.
NEGLIGIBLE = 5e-4


@click.command()
@click.option("--target", "name", metavar="TARGET", help="One target in detail: its id or title.")
@click.option(
    "--pairs",
    default=6,
    show_default=True,
    type=click.IntRange(min=0),
    help="Pairs of orders from which shares are estimated, at least 2; 0 leaves them out.",
)
@click.option(
    "--out",
    "picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the effects on the target: .svg .png .pdf",
)
@options.force_option
@options.members_option
@options.seed_option
@options.base_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def levers(
    name: str | None,
    pairs: int,
    picture: Path | None,
    force: bool,
    members: int,
    seed: int,
    base: str | None,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what each lever does to the targets: alone at full strength, and as a share of the plan.

    Without --base it is that of the study, in the world as known when the plan was made. The shares
    of all levers, or of all articles, add up to what the full plan does.
    """
    from qiantang.levers import lever_table
    from qiantang.naming import find_target
    from qiantang.policy.packages import open_packages
    from qiantang.session import open_study
    from qiantang.wording import Wording

    _check_pairs(pairs)
    if picture is not None:
        _check_picture(picture, name, force=force)
    study = open_study(folder, fit=fit)
    words = Wording(study, lang)
    target = None if name is None else find_target(study, name)
    packages = open_packages(study, members=members, seed=seed, base=base)
    task = options.sentence("levers.pulling")
    with options.progress_bar(len(packages.levers) + pairs, task) as progress:
        table = lever_table(packages, pairs=pairs, progress=progress)
    if picture is not None and target is not None:
        _draw(table, target, words, picture, {"seed": seed, "members": members})
    if as_json:
        options.print_json(table.record() if target is None else table.of(target.id).record())
        return
    screen = options.console(wide=target is None)
    options.print_world(screen, packages.base, words)
    _print_table(screen, table, target, words)
    told = {"members": members, "seed": seed, "fit": table.fit, "runs": packages.runs}
    screen.print(options.sentence("levers.source", **told))
    if picture is not None:
        screen.print(options.sentence("picture.drawn", out=picture))


def _print_table(screen: Console, table: LeverTable, target: Target | None, words: Wording) -> None:
    if target is None:
        _print_all(screen, table, words)
    else:
        _print_one(screen, table, target, words)


def _draw(
    table: LeverTable, target: Target, words: Wording, picture: Path, source: dict[str, int]
) -> None:
    from qiantang.charts.levers import levers as draw

    given = {"fit": table.fit, **source}
    draw(words.study, table.to_pandas(), target.id, source=given, lang=words.lang).save(picture)


def _check_pairs(pairs: int) -> None:
    from qiantang.faults import Fault, StudyError

    if pairs == 1:
        what = "one pair has no standard error, expected 0, or 2 and more"
        raise StudyError([Fault("--pairs", None, "", what)])


def _check_picture(picture: Path, target: str | None, *, force: bool) -> None:
    from qiantang.charts.suffixes import check_picture
    from qiantang.faults import Fault, StudyError
    from qiantang.files.outfile import refuse_replacing

    check_picture(picture, "--out")
    if target is None:
        what = "a chart shows one target, name it with --target"
        raise StudyError([Fault(picture, None, "--out", what)])
    refuse_replacing([("--out", picture)], force=force)


def _print_all(screen: Console, table: LeverTable, words: Wording) -> None:
    """Print every lever against every target: alone, then as a share."""
    targets = words.study.plan.targets.targets
    heads, factors = _target_heads(targets, words)
    alone = {
        (e.lever, e.target): _change(e.median, e.base, factors[e.target]) for e in table.effects
    }
    bases = {effect.target: effect.base for effect in table.effects}
    shares = {
        (s.name, s.target): _change(s.mean, bases[s.target], factors[s.target])
        for s in table.shares
    }
    articles = {effect.lever: effect.articles for effect in table.effects}
    kinds = [("levers.alone", alone)]
    kinds += [("levers.shares", shares)] if shares else []
    first = [options.sentence(f"head.{key}") for key in ("lever", "articles")]
    for title, cells in kinds:
        page = options.plain_table(*first, *heads, title=options.sentence(title), right=heads)
        for lever, called in articles.items():
            row = (cells[lever, target.id] for target in targets)
            page.add_row(words.lever(lever), " ".join(map(str, called)), *row)
        if cells is shares:
            sums = (_signed(total.mean * factors[total.target], 2) for total in table.totals)
            page.add_row(_total(table, words), "", *sums)
        screen.print(page)
    screen.print(options.sentence("levers.empty") + options.sentence("levers.prior"))


def _target_heads(targets: Sequence[Target], words: Wording) -> tuple[list[str], dict[str, float]]:
    """Return a head for each target, and what its figures are multiplied by: English keeps ids."""
    if keeps_ids(words.lang):
        return [f"{t.id}\n{t.unit}" for t in targets], {t.id: 1.0 for t in targets}
    units = {target.id: words.target_unit(target) for target in targets}
    heads = [f"{words.target(t)}\n{units[t.id].label}" for t in targets]
    return heads, {name: unit.factor for name, unit in units.items()}


def _total(table: LeverTable, words: Wording) -> str:
    """Return the head of the line of totals."""
    if keeps_ids(words.lang):
        return f"= {table.full}"
    return words.phrase("levers.total", of=words.scenario(words.study.scenario(table.full)))


def _print_one(screen: Console, table: LeverTable, target: Target, words: Wording) -> None:
    """Print one target: levers by what they do alone, with shares, then the articles."""
    mine = table.of(target.id)
    shares = {share.name: share for share in mine.shares}
    say = options.sentence
    keys = ("only", "interval", "p_only", "share", "error", "p_share")
    numbers = [say(f"levers.{key}") for key in keys]
    heads, factors = _target_heads([target], words)
    by, unit = factors[target.id], heads[0].partition("\n")[2]
    base = words.study.scenario(table.base)
    title = say("levers.title", target=options.with_id(target, words), unit=unit,
                base=table.base if keeps_ids(words.lang) else words.scenario(base))  # fmt: skip
    page = options.plain_table(say("head.lever"), say("head.articles"), *numbers, title=title,
                               right=numbers)  # fmt: skip
    shown = [effect for effect in mine.effects if _matters(effect, shares.get(effect.lever))]
    for effect in sorted(shown, key=lambda e: -abs(e.median)):
        called = " ".join(map(str, effect.articles))
        cells = [_signed(by * effect.median), _span(by * effect.p05, by * effect.p95),
                 _points(effect.probability)]  # fmt: skip
        share = shares.get(effect.lever)
        if share is not None:
            cells += [_signed(by * share.mean), f"{by * share.error:.1g}",
                      _points(share.probability)]  # fmt: skip
        page.add_row(words.lever(effect.lever), called, *cells)
    total = mine.totals[0]
    page.add_row(_total(table, words), "", "", _span(by * total.p05, by * total.p95), "",
                 _signed(by * total.mean), "", _points(total.probability))  # fmt: skip
    screen.print(page)
    left = len(mine.effects) - len(shown)
    if left:
        screen.print(say("levers.left", count=left))
    if mine.articles:
        _print_articles(screen, mine, words, by)
    low, high = map(words.bare_probability, (total.base_probability, total.full_probability))
    screen.print(say("levers.rises", low=low, high=high) + say("levers.prior"))


def _span(low: float, high: float) -> str:
    return options.sentence("reach.interval", low=_signed(low, 2), high=_signed(high, 2))


def _points(change: float) -> str:
    return chance_change(change, options.language())


def _print_articles(screen: Console, mine: LeverTable, words: Wording, by: float) -> None:
    say = options.sentence
    numbers = [say(f"levers.{key}") for key in ("share", "error", "p_share")]
    first = [say(f"head.{key}") for key in ("number", "article.title")]
    page = options.plain_table(*first, say("levers.pulled"), *numbers, right=numbers)
    articles = {str(article.number): article for article in words.study.plan.articles.articles}
    base = mine.effects[0].base
    shown = [share for share in mine.articles if abs(share.mean) >= NEGLIGIBLE * abs(base)]
    for share in sorted(shown, key=lambda s: -abs(s.mean)):
        article = articles[share.name]
        called = say("and").join(words.lever(lever) for lever in article.levers)
        figures = _signed(by * share.mean), f"{by * share.error:.1g}", _points(share.probability)
        title = words.choose(article.title, article.title_zh)
        page.add_row(share.name, title, called, *figures)
    screen.print(page)
    left = len(mine.articles) - len(shown)
    rest = say("levers.articles_left", count=left) if left else ""
    screen.print(say("levers.split") + rest)


def _matters(effect: Effect, share: Share | None) -> bool:
    largest = max(abs(effect.median), 0.0 if share is None else abs(share.mean))
    return largest >= NEGLIGIBLE * abs(effect.base)


def _change(change: float, base: float, by: float) -> str:
    """Format a change with its sign; nothing where it is too small to matter."""
    return "" if abs(change) < NEGLIGIBLE * abs(base) else _signed(by * change, 2)


def _signed(value: float, digits: int = 3) -> str:
    """Write a change with its sign; a large one whole, without a power of ten."""
    text = f"{value:+.{digits}g}"
    return f"{value:+.0f}" if "e+" in text else text
