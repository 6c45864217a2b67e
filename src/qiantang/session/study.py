"""A study with its verbs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.charts.rooms import Charts
from qiantang.study import Study, bundled_folder

if TYPE_CHECKING:
    from qiantang.deck.widget import Deck
    from qiantang.session.runs import FinishedRuns
    from qiantang.travel.writing import Page


class OpenStudy(Study):
    """A study with its verbs: run its scenarios, draw what needs no run, open the deck."""

    def __repr__(self) -> str:
        from qiantang.display import study_text  # tables, where they are shown

        return study_text(self)

    def _repr_html_(self) -> str:
        from qiantang.display import study_html

        return study_html(self)

    def run(self, scenarios: Sequence[str] | str, **options: Any) -> FinishedRuns:
        """Run scenarios over members; see `qiantang.ensemble.runs.run` for the options."""
        from qiantang.session.runs import run_named  # xarray and pandas, when something runs

        return run_named(self, [scenarios] if isinstance(scenarios, str) else scenarios, **options)

    @property
    def chart(self) -> Charts:
        """The charts that need no run, such as ``study.chart.flow("Air travel", lang="zh")``."""
        return Charts("study", self)

    def deck(self, base: str | None = None, **options: Any) -> Deck:
        """Open the flight deck in a notebook; see `qiantang.deck.widget.Deck` for the options."""
        from qiantang.deck import open_deck  # a library of widgets, in notebooks alone
        from qiantang.session.runs import run_read

        return open_deck(self, base, run_by=run_read, **options)

    def page(self, scenario: str | None = None, **options: Any) -> Page:
        """Return the simulator as one HTML file, to be written by `qiantang.travel.writing`.

        See `qiantang.travel.study_page` for the options.
        """
        from qiantang.travel import study_page  # the deck and the compiler, for pages alone

        return study_page(self, scenario, **options)


def open_study(folder: str | Path | None = None) -> OpenStudy:
    """Open a study folder; without an argument the bundled study.

    Raises
    ------
    StudyError
        If there is no study in the folder.
    """
    return OpenStudy(bundled_folder() if folder is None else Path(folder))
