"""A box in words: under which circumstances, how often, and how much of the misses that tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qiantang.discovery.prim import Box, Quality
from qiantang.discovery.table import Factor, Table
from qiantang.wording import Unit, Wording, reading_unit

if TYPE_CHECKING:
    from qiantang.discovery.discover import Discovery


def factor_name(factor: Factor, words: Wording) -> str:
    """Return what an input is called."""
    if factor.kind == "scenario":
        return words.scenario(words.study.scenario(factor.name))
    if factor.kind == "vintage":
        role = words.study.about.role(factor.name)
        title = words.of(getattr(words.study.about.vintages, role), "title")
        return words.phrase(f"vintage.{role}", title=title)
    if factor.kind == "axis":
        return words.phrase("discover.axis", name=factor.name)
    name = words.model_name(factor.name)
    return words.phrase("tornado.driver", name=name) if factor.kind == "driver" else name


def factor_unit(factor: Factor, words: Wording) -> Unit:
    """Return the unit in which an input is said."""
    if factor.kind in ("parameter", "deviation", "driver"):
        return words.unit(factor.name)
    if factor.unit == "Dmnl":
        return Unit("", "", 1.0)
    return reading_unit(factor.unit, words.lang, own=words.study.about.units)


def limit_text(table: Table, box: Box, place: int, words: Wording) -> str:
    """Say the limits of one input."""
    factor = table.factors[place]
    name, unit = factor_name(factor, words), factor_unit(factor, words)
    low, high = float(box.low[place]), float(box.high[place])
    if factor.is_choice:
        return words.phrase("discover.is" if np.isfinite(low) else "discover.not", name=name)
    blanks = {"name": name, "low": words.figure(low, unit), "high": words.figure(high, unit)}
    if not np.isfinite(low):
        return words.phrase("discover.below", **blanks)
    if not np.isfinite(high):
        return words.phrase("discover.above", **blanks)
    return words.phrase("discover.between", **blanks)


def box_text(table: Table, box: Box, words: Wording) -> str:
    """Say all limits of a box; empty where it has none."""
    texts = [limit_text(table, box, int(place), words) for place in box.restricted]
    return words.phrase("discover.and").join(texts)


def box_sentence(found: Discovery, box: Box, quality: Quality, words: Wording) -> str:
    """Say where cases of interest gather, and how many of them."""
    key = "fails" if found.fails else "reaches"
    blanks = {
        "target": words.target(found.target),
        "share": f"{found.share:.0%}",
        "density": f"{quality.density:.0%}",
        "coverage": f"{quality.coverage:.0%}",
        "limits": box_text(found.table, box, words),
    }
    return words.phrase(f"discover.{key}" if blanks["limits"] else f"discover.{key}.none", **blanks)


def fresh_sentence(found: Discovery, words: Wording) -> str:
    """Say what the search is worth on members that it has not seen."""
    blanks = {"coverage": f"{found.fresh.coverage:.0%}", "density": f"{found.fresh.density:.0%}"}
    return words.phrase("discover.fresh", **blanks)
