"""The page in Firefox: the same odds, the same medians, no request."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.session.runs import run_read
from qiantang.study import Study

from .conftest import MEMBERS
from .firefox import firefox_path, window

FRAME = "document.querySelector('.qt-deck').qtFrame"
IDLE = "document.querySelector('.qt-deck.qt-idle') !== null"


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
            frame = page.run(FRAME)
            runs = run_read(small_study, [small_study.scenario(scenario)], members=MEMBERS)
            for place, row in enumerate(runs.reach().rows):
                if row.probability == row.probability:
                    assert frame["probability"][place] == row.probability, row.target
                median = frame["interval"][place][1]
                assert median == pytest.approx(row.median, rel=1e-9, abs=1e-12), row.target
        assert page.run("location.hash").startswith("#lang=zh&levers=")
        assert page.complaints == []
