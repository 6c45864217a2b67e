"""The articles of a plan as rows and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiantang.plan.articles import Article
    from qiantang.plan.targets import Plan


def articles_table(plan: Plan) -> list[dict[str, Any]]:
    """Return one row an article, with plain values."""
    rows = []
    for article in plan.articles.articles:
        chapter = plan.articles.chapter(article)
        row = article.model_dump(mode="json")
        row["chapter"] = chapter.number
        row["chapter_title"] = chapter.title
        row["chapter_title_zh"] = chapter.title_zh
        row["chapter_heading"] = chapter.heading
        rows.append(row)
    return rows


def articles_text(plan: Plan) -> str:
    """Return the articles as a compact text, chapter by chapter."""
    lines: list[str] = []
    chapter = None
    for article in plan.articles.articles:
        if article.chapter != chapter:
            chapter = article.chapter
            heading = plan.articles.chapter(article)
            mark = "" if heading.heading == "stated" else "  (heading inferred)"
            title = f"{heading.title}  {heading.title_zh}".rstrip()
            lines += ["", f"{heading.number}  {title}{mark}"]
        lines.append(f"  {article.number:>2}  {article.title}  {article.title_zh}".rstrip())
        lines += [f"      {label:<9} {text}" for label, text in _facts(article) if text]
    return "\n".join(lines[1:])


def _facts(article: Article) -> Iterator[tuple[str, str]]:
    yield "levers", ", ".join(article.levers)
    yield "act on", ", ".join(article.variables)
    yield "targets", ", ".join(article.targets)
    if article.delay_years:
        yield "delay", " - ".join(f"{years:g}" for years in article.delay_years) + " years"
    yield "why not", article.why_not or ""
