"""Every kind of chart against a picture that was looked at; `golden.py` beside it redraws them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from qiantang.charts import Chart
from qiantang.ensemble.runs import Runs

from .gallery import KINDS, LANGUAGES

GOLDEN = Path(__file__).parent / "golden"
DPI = 72
#: Root mean square of the difference of two pictures, of white against black 1: small differences
#: of font engines pass, a lost line of text does not.
TOLERANCE = 0.045


def picture(data: bytes) -> np.ndarray:
    return np.asarray(imread(io.BytesIO(data), format="png"), dtype=float)[..., :3]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_looks_as_it_did(
    kind: str, lang: str, gallery: Callable[[str, str], Chart]
) -> None:
    now = picture(gallery(kind, lang).png(DPI))
    then = picture((GOLDEN / f"{kind}_{lang}.png").read_bytes())
    assert now.shape == then.shape
    assert float(np.sqrt(((now - then) ** 2).mean())) < TOLERANCE


def test_the_tolerance_sees_a_lost_title(runs: Runs) -> None:
    chart = runs.chart.fan("passengers")
    then = picture(chart.png(DPI))
    for text in chart.figure.texts[:1]:
        text.set_visible(False)
    for axes in chart.figure.axes:
        axes.lines[0].set_visible(False)
    now = picture(chart.png(DPI))
    assert float(np.sqrt(((now - then) ** 2).mean())) > TOLERANCE
