"""Members that ceased to be numbers, in words."""

from __future__ import annotations

from collections.abc import Mapping

from qiantang.wording.language import Language, phrase


def divergence_said(losses: Mapping[str, tuple[int, str, float]], lang: Language) -> str:
    """Say how many members diverged in each scenario, and what ceased to be finite first, when.

    Parameters
    ----------
    losses : mapping of str to (int, str, float)
        Scenario to members lost, variable and time. [Year]
    lang : {"zh", "en"}
    """
    return phrase("semicolon", lang).join(
        phrase("diverged.of", lang, scenario=scenario, lost=lost, name=name, time=f"{time:.3f}")
        for scenario, (lost, name, time) in losses.items()
    )
