"""`qiantang articles`: the plan's articles, what they move, or why they are not modelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options

if TYPE_CHECKING:
    from qiantang.plan.articles import Article
    from qiantang.wording import Wording


@click.command()
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
@options.lang_option
@options.study_option
@options.json_option
def articles(numbers: tuple[int, ...], lang: str, folder: Path | None, as_json: bool) -> None:
    """Print the articles: words, levers, variables, targets, or why not modelled.

    Without a NUMBER a table of all; with numbers the whole text of those articles.
    """
    from qiantang.faults import Fault, StudyError
    from qiantang.plan.sectors import moved_targets
    from qiantang.plan.tables import articles_table
    from qiantang.session import open_study
    from qiantang.wording import Wording

    study = open_study(folder)
    known = {article.number: article for article in study.plan.articles.articles}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        place = study.folder / "scenarios" / "plan" / "articles.yaml"
        what = f"no such article, expected {min(known)} to {max(known)}"
        raise StudyError([Fault(place, None, str(number), what) for number in unknown])
    rows = articles_table(study.plan)
    if as_json:
        chosen = set(numbers or known)
        options.print_json([row for row in rows if row["number"] in chosen])
    elif numbers:
        for number in numbers:
            moved = moved_targets(study.plan, known[number], study.dictionary)
            _print_article(known[number], moved, Wording(study, lang))
    else:
        _print_table(known.values(), Wording(study, lang))


def _print_article(article: Article, moved: Sequence[str], words: Wording) -> None:
    click.echo(words.article_heading(article))
    texts = (article.quote, *([article.translation] if words.lang == "en" else []))
    click.echo("\n" + "".join(f"{text}\n\n" for text in texts if text), nl=False)
    none = options.sentence("articles.none")
    options.say("articles.levers", names=_joined(map(words.lever, article.levers), words) or none)
    options.say("articles.variables",
                names=_joined(map(words.variable, article.variables), words) or none)  # fmt: skip
    options.say("articles.targets", names=_targets(article.targets, words) or none)
    if moved:
        options.say("articles.moved", names=_targets(moved, words))
    if article.why_not:
        options.say("articles.why_not", why=words.choose(article.why_not, article.why_not_zh))
    click.echo()


def _joined(names: Iterable[str], words: Wording) -> str:
    return words.phrase("and").join(names)


def _targets(names: Iterable[str], words: Wording) -> str:
    targets = {target.id: target for target in words.study.plan.targets.targets}
    return _joined((words.target(targets[name]) for name in names), words)


def _print_table(articles: Iterable[Article], words: Wording) -> None:
    heads = (options.sentence(f"head.{key}") for key in ("number", "article.title", "lever", "why"))
    table = options.plain_table(*heads)
    for article in articles:
        levers = _joined(map(words.lever, article.levers), words)
        last = _targets(article.targets, words) or words.choose(
            article.why_not or "", article.why_not_zh
        )
        title = words.choose(article.title, article.title_zh)
        table.add_row(str(article.number), title, levers, last)
    options.console().print(table)
