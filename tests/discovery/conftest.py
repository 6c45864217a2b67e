"""A sweep of the small study, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.study import Study

DESIGN = """title: A small design
title_zh: 小设计
question: What moves what?
question_zh: 何者影响何者？
kind: grid
scenarios: [current_policy, plan_in_full]
levers_from: plan_in_full
members: 12
seed: 1
axes:
  airport: {intensity: [airport_capacity, air_routes], unit: Dmnl, values: [0, 0.5, 1]}
  world: {vintage: all, values: [2018, actual]}
"""


def swept(study: Study, folder: Path, name: str, text: str) -> Path:
    """Run a design of the small study and return its folder."""
    design = folder / f"{name}.yaml"
    design.write_text(text, encoding="utf-8")
    words = ["sweep", str(design), "--study", str(study.folder), "--out", str(folder / name)]
    done = CliRunner().invoke(program, words)
    assert done.exit_code == 0, done.output
    return folder / name


@pytest.fixture(scope="session")
def sweep_folder(small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(small_study, tmp_path_factory.mktemp("swept"), "runs", DESIGN)
