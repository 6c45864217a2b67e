"""Redraw the golden pictures: `python -m charts.golden` in `tests`. Look at every one."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from qiantang.session import open_study

from .conftest import made_runs, routes_study
from .gallery import KINDS, LANGUAGES, draw
from .test_golden_charts import DPI, GOLDEN

#: Colours of a golden picture: a quarter of the bytes, within a quarter of the tolerance.
COLOURS = 64


def main() -> None:
    study = open_study()
    runs = made_runs(study, {"current_policy": ("Current policy", "现行政策"),
                             "plan_in_full": ("The plan in full", "实施意见全面落实")})  # fmt: skip
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        small = routes_study(Path(place))
        for kind in KINDS:
            for lang in LANGUAGES:
                chart = draw(kind, lang, runs, small, patch)
                drawn = Image.open(io.BytesIO(chart.png(DPI))).convert("RGB")
                drawn.quantize(COLOURS).save(GOLDEN / f"{kind}_{lang}.png", optimize=True)


if __name__ == "__main__":
    main()
