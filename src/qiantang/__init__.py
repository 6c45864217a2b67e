"""Qiantang: are a plan's targets reachable, how surely, under which levers.

A study is a folder of plain files - a stock-and-flow model, its evidence, its scenarios. Open one
and run it::

    import qiantang as qt

    study = qt.open_study()
    runs = study.run(study.scenario_names(), members=1000, seed=1)
    runs.reach()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiantang.faults import Fault, StudyError
    from qiantang.study import Study, open_study
    from qiantang.sweep.reading import open_sweep

__all__ = ["Fault", "Study", "StudyError", "open_study", "open_sweep"]

_HOMES = {
    "Fault": "qiantang.faults",
    "StudyError": "qiantang.faults",
    "open_sweep": "qiantang.sweep.reading",
    "Study": "qiantang.study",
    "open_study": "qiantang.study",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: the command line's help must not wait for numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qiantang' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
