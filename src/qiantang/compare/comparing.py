"""Two results side by side: the difference of every target, member by member.

Both sides saw the same members and the same surprises of the drivers (common random numbers), so
that the interval is that of the difference itself, not that of two separate guesses.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.compare.differences import Comparison, differences
from qiantang.compare.sides import of_run, of_scenarios, of_sweep
from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    from qiantang.study import Study

_KINDS = {"sweep": "a sweep", "scenario": "a scenario", "run": "a run"}


def compare(
    study: Study, a: str, b: str, *, members: int = 1000, seed: int = 1, force: bool = False
) -> Comparison:
    """Compare two scenarios, two runs or two sweeps.

    Parameters
    ----------
    study : Study
    a, b : str
        Each the folder of a sweep, a .nc file of `qiantang run`, or a scenario by name or file.
    members, seed : int
        Of scenarios, which are run here.
    force : bool
        Whether to compare results of different models, fits or members all the same.

    Raises
    ------
    StudyError
        If one cannot be read, they are of different kinds, or were made from different things.
    """
    kinds = [_kind_of(name) for name in (a, b)]
    if kinds[0] != kinds[1]:
        what = f"{a} is {_KINDS[kinds[0]]}, {b} is {_KINDS[kinds[1]]}; expected two of one kind"
        raise StudyError([Fault("compare", None, "", what)])
    targets = study.plan.targets.targets
    if kinds[0] == "scenario":
        left, right = of_scenarios(study, a, b, members, seed)
    elif kinds[0] == "sweep":
        left, right = of_sweep(a), of_sweep(b)
    else:
        left, right = of_run(a, targets), of_run(b, targets)
    return differences(left, right, targets, force=force)


def _kind_of(name: str) -> str:
    path = Path(name)
    if path.is_dir():
        return "sweep"
    if path.suffix in (".yaml", ".yml") or not path.suffix:
        return "scenario"
    if path.suffix == ".nc":
        return "run"
    what = "carries no word of its model and fit; write the run as .nc to compare it"
    raise StudyError([Fault(path, None, "", what)])
