"""A small design that every test of the sweep can shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.study import Study
from qiantang.sweep.designs import read_design
from qiantang.sweep.plan import SweepPlan, plan_sweep

from .parts import SMALL, WORDS, Plan, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a design into a file."""

    def written(text: str = SMALL, name: str = "small") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(WORDS + text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def plan(write: Write, small_study: Study) -> Plan:
    """Return what lays out a design over the small study."""

    def planned(text: str = SMALL) -> SweepPlan:
        return plan_sweep(read_design(str(write(text)), small_study), small_study)

    return planned
