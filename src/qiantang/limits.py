"""The limits that a model file states beside its units, and values that lie outside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from qiantang.faults import Fault, StudyError
from qiantang.model.mdl import Limits, unit_and_limits
from qiantang.modelfile.names import spelled
from qiantang.modelfile.read import read_document
from qiantang.settings import stem

#: The time grid of a file has units with limits, too, which say nothing of what can be run.
_FREE = frozenset({"initial_time", "final_time", "time_step", "saveper"})


def limits_of(path: Path) -> dict[str, Limits]:
    """Return the limits of each variable of a model file that states some, by its plain name.

    Of an array whose parts have limits of their own, the widest count. A file that cannot be read
    has none: its reader tells.
    """
    document, _ = read_document(path)
    found: dict[str, Limits] = {}
    for equation in document.equations:
        _, limits, _ = unit_and_limits(equation.unit)
        name = spelled(equation.name)
        if limits != (None, None) and name not in _FREE:
            found[name] = _wider(found[name], limits) if name in found else limits
    return found


def _wider(one: Limits, other: Limits) -> Limits:
    lows, highs = zip(one, other, strict=True)
    return (
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def outside(path: Path, ends: Mapping[str, Iterable[float]]) -> dict[str, str]:
    """Return one sentence for each constant that is given a value outside its limits.

    Parameters
    ----------
    path : Path
        Of the model file.
    ends : mapping of str to iterable of float
        By constant, as the user names it: the value, or both ends of its range.

    Returns
    -------
    dict of str to str
        By constant.
    """
    if not ends:
        return {}
    limits = limits_of(path)
    said = {}
    for name, values in ends.items():
        low, high = limits.get(stem(spelled(name)), (None, None))
        wrong = [
            value
            for value in values
            if (low is not None and value < low) or (high is not None and value > high)
        ]
        if wrong:
            given = " and ".join(f"{value:g}" for value in wrong)
            what = f"outside the limits of the model file, {_told(low, high)}"
            said[name] = f"{name} is {given}, {what}"
    return said


def _told(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"{low:g} to {high:g}"


def warned(
    path: Path, ends: Mapping[str, Iterable[float]], *, strict: bool, option: str = "--set"
) -> list[str]:
    """Return the sentences of :func:`outside`, to be said once; refuse them where strict.

    Raises
    ------
    StudyError
        If strict, with all of them.
    """
    said = list(outside(path, ends).values())
    if said and strict:
        raise StudyError([Fault(path, None, option, what) for what in said])
    return said
