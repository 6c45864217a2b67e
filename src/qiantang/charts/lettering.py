"""Text that fits: measured with the real font, broken where Chinese and English may be broken."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from matplotlib import rcParams
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from qiantang.charts.fonts import FAMILY, families
from qiantang.wording.segments import broken

_DPI = 72.0


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(8, 8, _DPI)  # type: ignore[no-untyped-call]


def width(text: str, size: float, weight: int | str = "normal") -> float:
    """Return the width of one line of text. [inch]"""
    family = rcParams["font.family"]
    if FAMILY not in family:  # asked outside of `drawing`
        family = list(families())
    return _measured(text, size, weight, tuple(family), str(rcParams["text.hinting"]))


@lru_cache(maxsize=4096)
def _measured(
    text: str, size: float, weight: int | str, family: tuple[str, ...], hinting: str
) -> float:
    """Measure a line once: breaking it asks again and again."""
    del hinting  # what else its width depends on
    font = FontProperties(family=list(family), size=size, weight=weight)
    renderer: Any = _renderer()
    return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0]) / _DPI


def wrap(
    text: str, room: float, size: float, weight: int | str = "normal", lines: int = 0
) -> list[str]:
    """Break a text into lines that fit.

    Parameters
    ----------
    text : str
    room : float
        Width that a line may have. [inch]
    size : float
        [point]
    weight : int or str
    lines : int
        Most lines; the last one then ends in an ellipsis. 0 for as many as it takes.

    Returns
    -------
    list of str
    """
    broken = [line for part in text.split("\n") for line in _break(part, room, size, weight)]
    if lines and len(broken) > lines:
        broken = [*broken[: lines - 1], _cut(broken[lines - 1], room, size, weight)]
    return broken


def fit(text: str, room: float, size: float, weight: int | str = "normal", lines: int = 1) -> str:
    """Return a name that fits: without what follows its first comma if need be, or cut."""
    if len(wrap(text, room, size, weight)) > lines:
        text = re.split(r", |，|（", text)[0]
    return "\n".join(wrap(text, room, size, weight, lines))


def _break(text: str, room: float, size: float, weight: int | str) -> list[str]:
    return broken(text, lambda line: width(line, size, weight) <= room)


def _cut(text: str, room: float, size: float, weight: int | str) -> str:
    while text and width(text + "…", size, weight) > room:
        text = text[:-1]
    return text.rstrip() + "…"
