"""The bench of sweeps: small numbers, every figure there."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.benchmark.sweep import bench, peak_memory, thousand_plans
from qiantang.study import Study


@pytest.mark.slow
def test_every_figure_is_measured(small_study: Study, tmp_path: Path) -> None:
    plan = thousand_plans(small_study, tmp_path, 20, 12, "runs")
    assert (len(plan.cases), plan.runs) == (20, 240)
    report = bench(plan, 2)
    assert min(report.kernel, report.sweep_from_start, report.sweep, report.seconds) > 0
    assert 0.8 < report.used / report.announced < 1.25
    assert report.memory == sorted(report.memory)
    assert len(peak_memory()) <= 1
