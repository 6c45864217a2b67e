"""Qiantang: are a plan's targets reachable, how surely, under which levers.

A study is a folder of plain files - a stock-and-flow model, its evidence, its scenarios. Open one
and run it::

    import qiantang as qt

    study = qt.open_study()
    runs = study.run(study.scenario_names(), members=1000, seed=1)
    runs.reach()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from qiantang.faults import Fault, StudyError
    from qiantang.session import FinishedRuns, OpenStudy, OpenSweep, open_study, open_sweep
    from qiantang.study import Study

__all__ = [
    "Fault",
    "FinishedRuns",
    "OpenStudy",
    "OpenSweep",
    "Study",
    "StudyError",
    "open_study",
    "open_sweep",
]

# The command line's help must not wait for numpy: a name is loaded when it is first used.
__getattr__, __dir__, _ = attach(
    __name__,
    submod_attrs={
        "faults": ["Fault", "StudyError"],
        "session.runs": ["FinishedRuns"],
        "session.study": ["OpenStudy", "open_study"],
        "session.sweep": ["OpenSweep", "open_sweep"],
        "study": ["Study"],
    },
)
