"""`qiantang articles`: the plan's articles, what they move, or why they are not modelled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from qiantang.commands import options


@click.command()
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
@options.study_option
@options.json_option
def articles(numbers: tuple[int, ...], folder: Path | None, as_json: bool) -> None:
    """Print the articles: words, levers, variables, targets, or why not modelled.

    Without a NUMBER a table of all; with numbers the whole text of those articles.
    """
    from qiantang.faults import Fault, StudyError
    from qiantang.plan.sectors import moved_targets
    from qiantang.plan.targets import articles_table
    from qiantang.session import open_study

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
            _print_article(
                known[number], moved_targets(study.plan, known[number], study.dictionary)
            )
    else:
        _print_table(rows)


def _print_article(article: object, moved: Sequence[str]) -> None:
    from qiantang.plan.articles import Article, chinese_numeral

    assert isinstance(article, Article)
    click.echo(f"Article {article.number}. {article.title}  第{chinese_numeral(article.number)}条")
    texts = (article.quote, article.translation)
    click.echo("\n" + "".join(f"{text}\n\n" for text in texts if text), nl=False)
    click.echo(f"levers: {', '.join(article.levers) or 'none'}")
    click.echo(f"variables: {', '.join(article.variables) or 'none'}")
    click.echo(f"targets it sets: {', '.join(article.targets) or 'none'}")
    if moved:
        click.echo(f"targets of other articles in the sectors it moves: {', '.join(moved)}")
    if article.why_not:
        click.echo(f"not modelled: {article.why_not}")
    click.echo()


def _print_table(rows: list[dict[str, object]]) -> None:
    table = options.plain_table("no.", "article", "levers", "targets, or why not modelled")
    for row in rows:
        levers, targets = row["levers"], row["targets"]
        assert isinstance(levers, list)
        assert isinstance(targets, list)
        last = ", ".join(targets) or str(row.get("why_not") or "")
        table.add_row(str(row["number"]), str(row["title"]), ", ".join(levers), last)
    options.console().print(table)
