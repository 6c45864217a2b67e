"""The articles of a plan as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
