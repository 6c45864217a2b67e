"""Where charts hang: ``runs.chart``, ``study.chart``, ``sweep.chart``, one function a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Literal

from qiantang.charts.kinds import KINDS
from qiantang.faults import nearest

if TYPE_CHECKING:
    from qiantang.charts.chart import Chart
    from qiantang.ensemble.runs import Runs
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep


@dataclass(frozen=True)
class Charts:
    """The charts of one thing, such as ``runs.chart.fan("passengers", lang="zh")``.

    Each kind is a function here, with the help of the one that draws it; its first argument is
    the thing itself.

    Parameters
    ----------
    of : {"runs", "study", "sweep"}
    drawn : Runs, Study or Sweep
    """

    of: Literal["runs", "study", "sweep"]
    drawn: Runs | Study | Sweep

    def __getattr__(self, name: str) -> Callable[..., Chart]:
        kinds = _kinds(self.of)
        if name not in kinds:
            raise AttributeError(f"no chart {name} of {self.of}{nearest(name, kinds)}")
        draw = KINDS[name].function()
        return update_wrapper(partial(self._named, name, draw), draw)

    def _named(self, kind: str, draw: Callable[..., Chart], *given: Any, **options: Any) -> Chart:
        """Draw a kind; what it asks for may be named in either language."""
        from qiantang.naming import asked_id

        asks = KINDS[kind].asks
        study: Any = self.drawn.study if self.of == "runs" else self.drawn  # type: ignore[union-attr]
        if asks and given and isinstance(given[-1], str):
            given = (*given[:-1], asked_id(study, asks, given[-1]))
        return draw(self.drawn, *given, **options)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_kinds(self.of)]


def _kinds(of: str) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.of == of]
