"""A study with its verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.charts.rooms import Charts
from qiantang.study import Study, bundled_folder

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.deck.widget import Deck
    from qiantang.ensemble.reach import Reach
    from qiantang.loops.report import LoopReport
    from qiantang.robust.robust import Robust
    from qiantang.sensitivity.analyse import Sensitivity
    from qiantang.session.names import Names
    from qiantang.session.review import FinishedReview
    from qiantang.session.runs import FinishedRuns
    from qiantang.session.sweep import OpenSweep
    from qiantang.sweep.named import Named
    from qiantang.travel.writing import Page


class OpenStudy(Study):
    """A study with its verbs: run its scenarios, draw what needs no run, open the deck."""

    def __repr__(self) -> str:
        from qiantang.display import study_text  # tables, where they are shown

        return study_text(self)

    def _repr_html_(self) -> str:
        from qiantang.display import study_html

        return study_html(self)

    def run(self, scenarios: Sequence[Named] | Named, **options: Any) -> FinishedRuns:
        """Run scenarios over members; see `qiantang.ensemble.runs.run` for the options.

        Parameters
        ----------
        scenarios : str, dict, Scenario, or a sequence of them
            Names, files, folders of sweeps, or the keys of a scenario file as a dict.
        **options
            Such as ``members=1000``.
        """
        from qiantang.session.runs import run_named  # xarray and pandas, when something runs

        return run_named(self, _several(scenarios), **self._identified(options))

    def reach(self, scenarios: Sequence[Named] | Named, **options: Any) -> Reach:
        """Return each target by scenario, the runs themselves not kept: sooner than by `run`.

        Parameters
        ----------
        scenarios, **options
            As of `run`.
        """
        from qiantang.ensemble.evaluate import evaluate
        from qiantang.ensemble.reach import reach_of
        from qiantang.sweep.named import read_named

        read = read_named(self, _several(scenarios))
        return reach_of(evaluate(self, read, **self._identified(options)))

    def _identified(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return options in which variables and vintage, named in either language, are ids."""
        from qiantang.naming import variable_id, vintage_id

        found = dict(options)
        if found.get("variables"):
            found["variables"] = [variable_id(self, name) for name in found["variables"]]
        if found.get("vintage"):
            found["vintage"] = vintage_id(self, found["vintage"])
        return found

    def sweep(self, design: str | Path, out: str | Path | None = None, **options: Any) -> OpenSweep:
        """Run a sweep, or what is left of it, and open its folder.

        Parameters
        ----------
        design : str or Path
            Name of a sweep of the study, or its file.
        out : str or Path, optional
            Folder of the results, by default ``sweeps/`` and the name of the design.
        **options
            Of `qiantang.session.sweep.run_sweep`.
        """
        from qiantang.session.sweep import run_sweep  # Arrow, when something is swept

        return run_sweep(self, design, out, **options)

    @property
    def names(self) -> Names:
        """The names of scenarios, levers, drivers and more, which an editor completes."""
        from qiantang.session.names import Names

        return Names(self)

    def list(self, what: str) -> pd.DataFrame:
        """Return a table of scenarios, levers, variables, targets, sectors, drivers or fits.

        Raises
        ------
        StudyError
            Anything else is asked for.
        """
        import pandas as pd

        from qiantang.listing import listed

        return pd.DataFrame(listed(self, what))

    def loops(self, about: str | None = None, **options: Any) -> LoopReport:
        """Score the feedback loops; see `qiantang.loops.ofstudy.loops_of_study` for the options."""
        from qiantang.loops.ofstudy import loops_of_study  # compiled code, when loops are scored

        return loops_of_study(self, about, **options)

    def as_of(self, date: str, **options: Any) -> FinishedReview:
        """Review the plan at a date, with what was published by then and nothing later.

        See `qiantang.review.review.review` for the options.
        """
        from qiantang.session.review import review_at  # the filter, when something is reviewed

        return review_at(self, date, **options)

    @property
    def chart(self) -> Charts:
        """The charts that need no run, such as ``study.chart.flow("Air travel", lang="zh")``."""
        return Charts("study", self)

    def sensitivity(self, target: str, scenario: str | None = None, **options: Any) -> Sensitivity:
        """Find what a target hangs on; see `qiantang.sensitivity.analyse.sensitivity`."""
        from qiantang.naming import find_target
        from qiantang.sensitivity.analyse import sensitivity  # SALib, when it is asked for

        return sensitivity(self, find_target(self, target, "TARGET"), scenario, **options)

    def robust(self, design: str, out: str | Path, **options: Any) -> Robust:
        """Search for packages that are good whatever comes, or go on in the folder `out`.

        Parameters
        ----------
        design : str
            Name under ``scenarios/robust``, or the path of a file.
        out : str or Path
        **options
            See `qiantang.robust.robust.run_robust`.
        """
        from qiantang.robust.designfile import read_robust
        from qiantang.robust.robust import run_robust  # pymoo, when it is asked for

        return run_robust(read_robust(design, self), self, Path(out), **options)

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


def _several(scenarios: Sequence[Named] | Named) -> Sequence[Named]:
    from qiantang.scenario import Scenario  # arrays, when something runs

    one = isinstance(scenarios, (str, Path, Mapping, Scenario))
    return [scenarios] if one else scenarios  # type: ignore[list-item, return-value]


def open_study(folder: str | Path | None = None, *, fit: str | None = None) -> OpenStudy:
    """Open a study folder; without an argument the bundled study.

    Parameters
    ----------
    folder : str or Path, optional
    fit : str, optional
        Name of the fit to use; the newest if left out.

    Raises
    ------
    StudyError
        If there is no study in the folder, or no such fit.
    """
    return OpenStudy(bundled_folder() if folder is None else Path(folder), fit=fit)
