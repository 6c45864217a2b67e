"""The page in Firefox: the same odds, the same medians, no request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qiantang.session.runs import run_read
from qiantang.study import Study

from .conftest import MEMBERS
from .firefox import firefox_path, window
from .worlds import FRAGMENT, other_world

FRAME = "document.querySelector('.qt-deck').qtFrame"
IDLE = "document.querySelector('.qt-deck.qt-idle') !== null"


def holds(frame: Any, study: Study, scenario: Any) -> None:
    """Hold a frame against reach: P exactly, medians to 1e-9."""
    rows = run_read(study, [scenario], members=MEMBERS).reach().rows
    for row, p, (_, median, _) in zip(rows, frame["probability"], frame["interval"], strict=True):
        if row.probability == row.probability:
            assert p == row.probability, row.target
        assert median == pytest.approx(row.median, rel=1e-9, abs=1e-12), row.target


def test_firefox_says_the_odds_of_reach(
    page_file: Path, small_study: Study, tmp_path: Path
) -> None:
    path = firefox_path()
    if path is None:
        pytest.skip("no Firefox on this machine: run sh tests/install_programs.sh")
    with window(path, tmp_path) as page:
        page.open(page_file)
        for act, scenario in (("reset", "current_policy"), ("full", "plan_in_full")):
            page.run(f"document.querySelector('[data-act={act}]').click()")
            page.until(IDLE)
            holds(page.run(FRAME), small_study, small_study.scenario(scenario))
        assert page.run("location.hash").startswith("#lang=zh&levers=")
        page.run(f"void (location.hash = '{FRAGMENT}')")
        page.until(f"location.hash.includes('outside') && {IDLE}")
        page.until("document.querySelector('.qp-world').textContent !== ''")
        holds(page.run(FRAME), small_study, other_world(small_study, tmp_path))
        assert page.complaints == []
