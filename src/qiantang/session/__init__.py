"""What a user holds: a study, its runs and its sweeps, each with its verbs.

Everything below takes the records alone - `Study`, `Runs`, `Sweep` - and so knows nothing of
charts, decks or how a table shows itself. The verbs stand here, above all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from qiantang.session.review import FinishedReview
    from qiantang.session.runs import FinishedRuns
    from qiantang.session.study import OpenStudy, open_study
    from qiantang.session.sweep import OpenSweep, open_sweep

__all__ = ["FinishedReview", "FinishedRuns", "OpenStudy", "OpenSweep", "open_study", "open_sweep"]

# A study that is only looked at needs neither the libraries of runs nor those of sweeps.
__getattr__, __dir__, _ = attach(
    __name__,
    submod_attrs={
        "review": ["FinishedReview"],
        "runs": ["FinishedRuns"],
        "study": ["OpenStudy", "open_study"],
        "sweep": ["OpenSweep", "open_sweep"],
    },
)
