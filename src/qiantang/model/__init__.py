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
        A Vensim .mdl file, or XMILE.
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
    parsed, _ = syntax.parse(path)
    if not scan(path, complete=False)[1]:
        # What a broken entry defines is not known, so that only sound files are asked this.
        faults += syntax.undefined(parsed)
    faults += dimensions.dimension_faults(parsed, time_unit=time_unit)
    faults += syntax.outside_limits(parsed)
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
