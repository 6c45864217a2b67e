"""Redraw the golden pictures: `python -m charts.golden` in `tests`. Look at every one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from qiantang.study import Study, open_study

from .conftest import SMALL_LOOPS, SMALL_MODEL, made_runs
from .gallery import KINDS, LANGUAGES, draw
from .test_golden_charts import DPI, GOLDEN


def main() -> None:
    study = open_study()
    runs = made_runs(study, {"current_policy": ("Current policy", "现行政策"),
                             "plan_in_full": ("The plan in full", "意见全面落实")})  # fmt: skip
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        folder = Path(place)
        (folder / "model").mkdir()
        (folder / "model" / "routes.mdl").write_text(SMALL_MODEL, encoding="utf-8")
        (folder / "model" / "loops.yaml").write_text(SMALL_LOOPS, encoding="utf-8")
        for kind in KINDS:
            for lang in LANGUAGES:
                chart = draw(kind, lang, runs, Study(folder), patch)
                (GOLDEN / f"{kind}_{lang}.png").write_bytes(chart.png(DPI))


if __name__ == "__main__":
    main()
