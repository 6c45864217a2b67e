"""What a target hangs on, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.sensitivity.analyse import DEVIATIONS, DRIVERS
from qiantang.wording.figures import percent

if TYPE_CHECKING:
    from qiantang.sensitivity.analyse import Sensitivity
    from qiantang.wording import Wording


def group_name(group: str, words: Wording) -> str:
    """Return what a group of inputs is called."""
    if group in (DRIVERS, DEVIATIONS):
        return words.phrase(f"sensitivity.{group}")
    about = words.study.dictionary.about.get(group, ("", ""))[1]
    return words.phrase("sensitivity.sector", name=words.choose(group, about))


def input_name(name: str, kind: str, words: Wording) -> str:
    """Return what an input is called."""
    called = words.model_name(name)
    return words.phrase("tornado.driver", name=called) if kind == "driver" else called


def finding(found: Sensitivity, words: Wording) -> str:
    """Say which group carries most of the spread, and which of its inputs stands out."""
    best = found.frame().iloc[0]
    inside = found.inputs[found.inputs["group"] == best["group"]].iloc[0]
    return words.phrase(
        "sensitivity.finding",
        target=words.target(found.target),
        scenario=words.scenario(found.scenario),
        share=percent(max(best["share_measure"], 0)),
        group=group_name(best["group"], words),
        first=input_name(inside["input"], inside["kind"], words),
    )
