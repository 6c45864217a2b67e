"""What an article moves besides the targets that it sets itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiantang.model.mdl import Dictionary
    from qiantang.plan.articles import Article
    from qiantang.plan.targets import Plan


def moved_targets(plan: Plan, article: Article, dictionary: Dictionary) -> list[str]:
    """Return the targets that other articles set on variables of the sectors an article moves."""
    sectors = {dictionary[name].group for name in article.variables if name in dictionary}
    return [
        target.id
        for target in plan.targets.targets
        if target.id not in article.targets
        and any(
            name in dictionary and dictionary[name].group in sectors
            for name in (target.measure.variable, *target.measure.over)
        )
    ]
