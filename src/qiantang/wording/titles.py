"""The title of a scenario as it is shown: one that changes the world says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.wording.language import phrase

if TYPE_CHECKING:
    from qiantang.scenario import Scenario


def titles_shown(scenario: Scenario) -> tuple[str, str]:
    """Return the English and the Chinese title; one that changes the world says so."""
    if not scenario.changes:
        return scenario.title, scenario.title_zh
    english = phrase("title.own", "en", title=scenario.title)
    chinese = scenario.title_zh
    return english, phrase("title.own", "zh", title=chinese) if chinese else ""
