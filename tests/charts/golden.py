"""Redraw the golden pictures: `python -m charts.golden` in `tests`. Look at every one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from qiantang.session import open_study

from .conftest import made_runs, routes_study
from .gallery import KINDS, LANGUAGES, draw
from .test_golden_charts import DPI, GOLDEN


def main() -> None:
    study = open_study()
    runs = made_runs(study, {"current_policy": ("Current policy", "现行政策"),
                             "plan_in_full": ("The plan in full", "意见全面落实")})  # fmt: skip
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        small = routes_study(Path(place))
        for kind in KINDS:
            for lang in LANGUAGES:
                chart = draw(kind, lang, runs, small, patch)
                (GOLDEN / f"{kind}_{lang}.png").write_bytes(chart.png(DPI))


if __name__ == "__main__":
    main()
