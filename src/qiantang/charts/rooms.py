"""Where charts hang: ``runs.chart`` and ``study.chart``, one method a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.calibrate.recovery import Recovery
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.study import Study


@dataclass(frozen=True)
class RunCharts:
    """The charts of a run.

    Parameters
    ----------
    runs : Runs
    """

    runs: Runs

    def fan(
        self,
        variable: str,
        *,
        scenarios: Sequence[str] | None = None,
        first: int | None = None,
        last: int | None = None,
        lang: str = "en",
    ) -> Chart:
        """Draw history, bands and target of a variable; see `qiantang.charts.fan.fan`."""
        from qiantang.charts.fan import fan

        return fan(self.runs, variable, scenarios=scenarios, first=first, last=last, lang=lang)

    def compare(
        self,
        name: str,
        *,
        year: int | None = None,
        scenarios: Sequence[str] | None = None,
        lang: str = "en",
    ) -> Chart:
        """Draw scenarios side by side; see `qiantang.charts.compare.compare`."""
        from qiantang.charts.compare import compare

        return compare(self.runs, name, year=year, scenarios=scenarios, lang=lang)

    def board(self, *, scenarios: Sequence[str] | None = None, lang: str = "en") -> Chart:
        """Draw every target in every scenario; see `qiantang.charts.board.board`."""
        from qiantang.charts.board import board

        return board(self.runs, scenarios=scenarios, lang=lang)

    def tornado(
        self, target: str, scenario: str | None = None, *, bars: int = 12, lang: str = "en"
    ) -> Chart:
        """Draw which uncertainties move a target; see `qiantang.charts.tornado.tornado`."""
        from qiantang.charts.tornado import tornado

        return tornado(self.runs, target, scenario, bars=bars, lang=lang)

    def multiples(
        self,
        variables: Sequence[str] | None = None,
        *,
        scenarios: Sequence[str] | None = None,
        first: int | None = None,
        last: int | None = None,
        lang: str = "en",
    ) -> Chart:
        """Draw headline variables in small; see `qiantang.charts.multiples.multiples`."""
        from qiantang.charts.multiples import multiples

        return multiples(
            self.runs, variables, scenarios=scenarios, first=first, last=last, lang=lang
        )


@dataclass(frozen=True)
class StudyCharts:
    """The charts that need no run, or a table made elsewhere.

    Parameters
    ----------
    study : Study
    """

    study: Study

    def flow(self, sector: str, *, lang: str = "en") -> Chart:
        """Draw a sector's stocks and flows; see `qiantang.charts.flow.flow`."""
        from qiantang.charts.flow import flow

        return flow(self.study, sector, lang=lang)

    def levers(
        self,
        table: pd.DataFrame,
        target: str,
        *,
        source: dict[str, Any] | None = None,
        lang: str = "en",
    ) -> Chart:
        """Draw what each lever does to a target; see `qiantang.charts.levers.levers`."""
        from qiantang.charts.levers import levers

        return levers(self.study, table, target, source=source, lang=lang)

    def scoreboard(self, *, lang: str = "en") -> Chart:
        """Draw the newest hindcasts' scores; see `qiantang.charts.scoreboard.scoreboard`."""
        from qiantang.charts.scoreboard import scoreboard

        return scoreboard(self.study, lang=lang)

    def recovery(self, found: Recovery, *, seed: int = 1, lang: str = "en") -> Chart:
        """Draw how fits of made worlds rank the truth; see `qiantang.charts.recovery.recovery`."""
        from qiantang.charts.recovery import recovery

        return recovery(self.study, found, seed=seed, lang=lang)
