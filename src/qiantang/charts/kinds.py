"""The kinds of chart: a new kind is one module beside this one, and one line here.

The module bears the name of the kind, and so does the function in it that draws. One that the
command line offers has a function ``asked`` as well, which draws from an
:class:`~qiantang.charts.asking.Asked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from qiantang.charts.chart import Chart


@dataclass(frozen=True)
class Kind:
    """A kind of chart.

    Parameters
    ----------
    name : str
        Of the kind, of its module and of the function that draws it.
    of : {"runs", "study", "sweep"}
        What is drawn, and where the chart hangs: ``runs.chart``, ``study.chart``, ``sweep.chart``.
    says : str
        What it shows, in the help of the command line, which offers no kind without it.
    asks : str
        What the command line asks for first; empty where nothing.
    takes : str
        What scenarios may follow there; empty where none.
    """

    name: str
    of: Literal["runs", "study", "sweep"]
    says: str = ""
    asks: str = ""
    takes: str = ""

    @property
    def usage(self) -> str:
        """What stands on the command line."""
        return " ".join(part for part in (self.name, self.asks, self.takes) if part)

    def function(self, name: str = "") -> Callable[..., Chart]:
        """Return the function that draws, or another of its module; drawing is loaded here."""
        home = import_module(f"qiantang.charts.{self.name}")
        found: Callable[..., Any] = getattr(home, name or self.name)
        return found


MANY = "[SCENARIO]..."

KINDS = {
    kind.name: kind
    for kind in (
        Kind("fan", "runs", "history, 50 and 90 % bands, target", "VARIABLE", MANY),
        Kind("compare", "runs", "scenarios side by side: a target or a variable", "NAME", MANY),
        Kind("board", "runs", "every target in every scenario", "", MANY),
        Kind("tornado", "runs", "which uncertainties move a target", "TARGET", "[SCENARIO]"),
        Kind("levers", "study", "what each lever does to a target, by article", "TARGET"),
        Kind("multiples", "runs", "headline variables as small multiples", "", MANY),
        Kind(
            "dominance",
            "study",
            "which loops drive a target or a variable, over time",
            "NAME",
            "[SCENARIO]",
        ),
        Kind("flow", "study", "stock-and-flow diagram of a part of the model", "SECTOR"),
        Kind("scoreboard", "study", "hindcasts against naive forecasts"),
        Kind("when", "sweep", "a target along each axis of a sweep", "TARGET", "DIR"),
        Kind("odds", "study", "P of every target at each review to a date", "DATE", "[SCENARIO]"),
        Kind("pathways", "study", "until when a package may still begin", "DATE", "[SCENARIO]"),
        Kind("recovery", "study"),
        Kind("discovery", "study"),
        Kind("sensitivity", "study"),
        Kind("robust", "study"),
        Kind("regrets", "study"),
    )
}
"""Each kind by its name."""
