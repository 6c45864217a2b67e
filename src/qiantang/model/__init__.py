"""What a model file says: its variables, units, equations, loops, and what must hold in any run."""

from __future__ import annotations

from pathlib import Path

from qiantang.faults import Fault
from qiantang.model.mdl import scan


def check_model(path: Path, *, time_unit: str | None = "Year") -> list[Fault]:
    """Check a model file: entries, syntax, references, units, and constants within their limits.

    Parameters
    ----------
    path : Path
        A Vensim .mdl file.
    time_unit : str or None
        Unit the time settings must have; None takes that of TIME STEP.

    Returns
    -------
    list of Fault
        All faults, in the order of the file; empty if the model is sound.
    """
    from qiantang.model import dimensions, syntax

    path = Path(path)
    dictionary, faults = scan(path)
    if not dictionary:
        return faults
    parsed, unreadable = syntax.parse(path)
    _, broken = scan(path, complete=False)
    if broken:
        # A broken entry spoils what refers to it, so only faults of other places are added.
        spoilt = {None, *(fault.line for fault in broken)}
        faults += [fault for fault in unreadable if fault.line not in spoilt]
    else:
        faults += unreadable + syntax.undefined(parsed)
    faults += dimensions.dimension_faults(parsed, time_unit=time_unit)
    faults += syntax.outside_limits(parsed)
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
