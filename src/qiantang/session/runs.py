"""Runs with their verbs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiantang import display
from qiantang.charts.rooms import Charts
from qiantang.ensemble.evaluate import by_structure_alone
from qiantang.ensemble.reach import Reach, reach_table
from qiantang.ensemble.runs import Runs, run_resolved
from qiantang.scenario import Scenario
from qiantang.study import Study
from qiantang.sweep.named import Named, read_named


class FinishedRuns(Runs):
    """Runs with their verbs: the table of targets, the charts."""

    @classmethod
    def of(cls, runs: Runs) -> FinishedRuns:
        """Return runs with their verbs."""
        return cls(runs.dataset, runs.study, runs.scenarios)

    def __repr__(self) -> str:
        return display.runs_text(self)

    def _repr_html_(self) -> str:
        return display.runs_html(self)

    def reach(self) -> Reach:
        """Return each target by scenario: median, interval, probability, what happened."""
        attrs, members = self.dataset.attrs, self.dataset.sizes["member"]
        alone = (
            by_structure_alone(self.study, self.scenarios, attrs, members)
            if self.scenarios else None
        )  # fmt: skip
        return reach_table(self.dataset, self.study, alone)

    @property
    def chart(self) -> Charts:
        """The charts of this run, such as ``runs.chart.fan("passengers", lang="zh")``."""
        return Charts("runs", self)


def run_named(study: Study, scenarios: Sequence[Named], **options: Any) -> FinishedRuns:
    """Run scenarios of a study, or points of sweeps; see `qiantang.ensemble.runs.run`."""
    return run_read(study, read_named(study, scenarios), **options)


def run_read(study: Study, scenarios: Sequence[Scenario], **options: Any) -> FinishedRuns:
    """Run scenarios that are already read; see `qiantang.ensemble.runs.run`."""
    return FinishedRuns.of(run_resolved(study, scenarios, **options))
