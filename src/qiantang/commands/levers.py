"""`qiantang levers`: what each lever does to every target, alone and within the full plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.plan.targets import Target
    from qiantang.policy.levertable import Effect, LeverTable, Share
    from qiantang.wording import Wording

#: Part of a target's median below which a change is not shown.
NEGLIGIBLE = 5e-4


#: What every table of levers must say.
PRIOR = "What a lever does is prior, not data: no figure shows one pulled before the plan."


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
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the effects on the target: .svg .png .pdf",
)
@options.force_option
@options.members_option
@options.seed_option
@options.base_option
@options.lang_option
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
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what each lever does to the targets: alone at full strength, and as a share of the plan.

    Without --base it is that of the study, in the world as known when the plan was made. The shares
    of all levers, or of all articles, add up to what the full plan does.
    """
    from qiantang.levers import lever_table
    from qiantang.policy.packages import find_target, open_packages
    from qiantang.session import open_study
    from qiantang.wording import Wording

    _check_pairs(pairs)
    if picture is not None:
        _check_picture(picture, name, force=force)
    study = open_study(folder)
    words = Wording(study, lang)
    target = None if name is None else find_target(study, name)
    packages = open_packages(study, members=members, seed=seed, base=base)
    with options.progress_bar(len(packages.levers) + pairs, "pulling") as progress:
        table = lever_table(packages, pairs=pairs, progress=progress)
    if picture is not None and target is not None:
        _draw(table, target, words, picture, {"seed": seed, "members": members})
    if as_json:
        options.print_json(table.record() if target is None else table.of(target.id).record())
        return
    screen = options.console(wide=target is None)
    options.print_world(screen, packages.base, words)
    _print_table(screen, table, target, words)
    screen.print(
        f"{members} members, seed {seed}, fit {table.fit}; {packages.runs} packages run under the "
        "same draws."
    )
    if picture is not None:
        screen.print(f"Drawn: {picture}")


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
    heads = tuple(f"{target.id}\n{target.unit}" for target in targets)
    alone = {(e.lever, e.target): _change(e.median, e.base) for e in table.effects}
    bases = {effect.target: effect.base for effect in table.effects}
    shares = {(s.name, s.target): _change(s.mean, bases[s.target]) for s in table.shares}
    articles = {effect.lever: effect.articles for effect in table.effects}
    kinds = [("Alone at full strength, median change", alone)]
    kinds += [("Shapley share of what the full plan does, mean change", shares)] if shares else []
    for title, cells in kinds:
        page = options.plain_table("lever", "articles", *heads, title=title, right=heads)
        for lever, called in articles.items():
            row = (cells[lever, target.id] for target in targets)
            page.add_row(words.lever(lever), " ".join(map(str, called)), *row)
        if cells is shares:
            sums = (f"{total.mean:+.2g}" for total in table.totals)
            page.add_row(f"= {table.full}", "", *sums)
        screen.print(page)
    screen.print(f"An empty cell is less than 0.05 % of the target's median. {PRIOR}")


def _print_one(screen: Console, table: LeverTable, target: Target, words: Wording) -> None:
    """Print one target: levers by what they do alone, with shares, then the articles."""
    mine = table.of(target.id)
    shares = {share.name: share for share in mine.shares}
    numbers = ("alone", "90 % interval", "P alone", "share", "± s.e.", "P share")
    title = f"{words.target(target)} ({target.id}), {target.unit}: change against {table.base}"
    page = options.plain_table("lever", "articles", *numbers, title=title, right=numbers)
    shown = [effect for effect in mine.effects if _matters(effect, shares.get(effect.lever))]
    for effect in sorted(shown, key=lambda e: -abs(e.median)):
        called = " ".join(map(str, effect.articles))
        cells = [f"{effect.median:+.3g}", f"{effect.p05:+.2g} to {effect.p95:+.2g}",
                 f"{effect.probability:+.3f}"]  # fmt: skip
        share = shares.get(effect.lever)
        if share is not None:
            cells += [f"{share.mean:+.3g}", f"{share.error:.1g}", f"{share.probability:+.3f}"]
        page.add_row(words.lever(effect.lever), called, *cells)
    total = mine.totals[0]
    page.add_row(f"= {table.full}", "", "", f"{total.p05:+.2g} to {total.p95:+.2g}", "",
                 f"{total.mean:+.3g}", "", f"{total.probability:+.3f}")  # fmt: skip
    screen.print(page)
    left = len(mine.effects) - len(shown)
    if left:
        screen.print(f"{left} levers that move less than 0.05 % of the median are left out.")
    if mine.articles:
        _print_articles(screen, mine, words)
    screen.print(
        f"P rises from {total.base_probability:.2f} to {total.full_probability:.2f} with the full "
        "plan. Alone: median over members; share: Shapley value of the mean, its standard error "
        f"from the orders drawn. {PRIOR}"
    )


def _print_articles(screen: Console, mine: LeverTable, words: Wording) -> None:
    numbers = ("share", "± s.e.", "P share")
    page = options.plain_table("no.", "article", "levers", *numbers, right=numbers)
    articles = {str(article.number): article for article in words.study.plan.articles.articles}
    base = mine.effects[0].base
    shown = [share for share in mine.articles if abs(share.mean) >= NEGLIGIBLE * abs(base)]
    for share in sorted(shown, key=lambda s: -abs(s.mean)):
        article = articles[share.name]
        called = ", ".join(words.lever(lever) for lever in article.levers)
        figures = f"{share.mean:+.3g}", f"{share.error:.1g}", f"{share.probability:+.3f}"
        title = words.choose(article.title, article.title_zh)
        page.add_row(share.name, title, called, *figures)
    screen.print(page)
    left = len(mine.articles) - len(shown)
    rest = f" {left} articles that move less than 0.05 % are left out." if left else ""
    screen.print(f"A lever that several articles call for is split evenly among them.{rest}")


def _matters(effect: Effect, share: Share | None) -> bool:
    largest = max(abs(effect.median), 0.0 if share is None else abs(share.mean))
    return largest >= NEGLIGIBLE * abs(effect.base)


def _change(change: float, base: float) -> str:
    """Format a change with its sign; nothing where it is too small to matter."""
    return "" if abs(change) < NEGLIGIBLE * abs(base) else f"{change:+.2g}"
