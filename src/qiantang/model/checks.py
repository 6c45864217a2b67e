"""Run the checks of a model: what must hold in any run, and the worst breach where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.model.checkfile import (
    BASE,
    Assertion,
    Check,
    Must,
    covered_stocks,
    flow_terms,
    read_checks,
)
from qiantang.model.checkruns import Array, Job, Runner, jobs_of, members_of, run_jobs, window
from qiantang.model.mdl import Dictionary
from qiantang.wording.told import Named, Told

__all__ = ["Check", "CheckResult", "Runner", "covered_stocks", "read_checks", "run_checks"]


@dataclass(frozen=True)
class CheckResult:
    """Whether a check held, and if not, its worst violation."""

    id: str
    statement: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class _Violation:
    size: float
    text: str


def run_checks(
    runner: Runner, checks: Iterable[Check], grid: Array, dictionary: Dictionary
) -> list[CheckResult]:
    """Run the model as often as the checks need and judge each of them.

    Parameters
    ----------
    runner : Runner
    checks : iterable of Check
    grid : ndarray, shape (time,)
        Every time step of a run, in order. [Year]
    dictionary : Dictionary
        Gives the levers and the limits.

    Returns
    -------
    list of CheckResult
        In the order given; a check with cases passes if all of them do.
    """
    checks = list(checks)
    variants = [(check, list(check.expanded())) for check in checks]
    everyone = [variant for _, several in variants for variant in several]
    runs = run_jobs(runner, everyone, grid, dictionary)
    return [_judge(check, several, runs, grid, dictionary) for check, several in variants]


def _judge(
    check: Check,
    variants: Sequence[Check],
    runs: Mapping[Job, Mapping[str, Array]],
    grid: Array,
    dictionary: Dictionary,
) -> CheckResult:
    worst: _Violation | None = None
    for variant in variants:
        given, against = jobs_of(variant)
        labels = [label for label, _ in members_of(variant.over, dictionary)]
        for item in variant.then:
            base = runs.get(against, {})
            found = _violation(item, runs[given], base, grid, labels, dictionary)
            if found is not None and (worst is None or found.size > worst.size):
                worst = found
    statement = Named(check.statement, check.statement_zh)
    return CheckResult(check.id, statement, worst is None, worst.text if worst else "")


def _violation(
    item: Assertion,
    run: Mapping[str, Array],
    base: Mapping[str, Array],
    grid: Array,
    labels: Sequence[str],
    dictionary: Dictionary,
) -> _Violation | None:
    """Return the worst breach of one assertion, None if it holds."""
    inside = window(grid, item.since, item.until)
    times = grid[inside]
    if not times.size:
        return _Violation(np.inf, Told("check.window", name=_named(item.variable, dictionary)))
    value, other, against = _compared(item, run, base, inside, dictionary)
    if item.must == "conserve":
        value, other, times = _balance(item, run, inside, grid)
    elif item.must in {"never_fall", "never_rise"}:
        times = times[1:]
    excess = _excess(item.must, value, other)
    allowed = item.tolerance * np.maximum(np.abs(value), np.abs(other)) + item.within
    breach = np.where(np.isfinite(excess), excess - allowed, np.inf)
    if not breach.size or np.max(breach) <= 0:
        return None
    at, member = np.unravel_index(int(np.argmax(breach)), breach.shape)
    must = Told(f"check.must.{item.must}")
    text = Told("check.breach", name=_named(item.variable, dictionary), must=must,
                value=value[at, member], time=times[at], label=labels[int(member)])  # fmt: skip
    if against is not None:
        text = Told("check.breach.against", breach=text, other=other[at, member], of=against)
    return _Violation(float(breach[at, member]), text)


def _compared(
    item: Assertion,
    run: Mapping[str, Array],
    base: Mapping[str, Array],
    inside: NDArray[np.bool_],
    dictionary: Dictionary,
) -> tuple[Array, Array, Told | None]:
    """Return what an assertion is about, what it is held against, and how that is called."""
    value = run[item.variable][inside]
    if item.must in {"never_fall", "never_rise"}:
        return value[1:], value[:-1], Told("check.of.before")
    if item.must == "conserve":
        return value, value, Told("check.of.flows")
    if item.must == "be_finite":
        return value, value, None
    if item.than == BASE:
        return value, base[item.variable][inside] * item.times, Told("check.of.base")
    if isinstance(item.than, str):
        of = Told("check.of.variable", name=_named(item.than, dictionary))
        return value, run[item.than][inside] * item.times, of
    bound = np.full_like(value, float(item.than or 0.0) * item.times)
    return value, bound, Told("check.of.bound")


def _named(variable: str, dictionary: Dictionary) -> Named:
    return Named(variable, dictionary[variable].meaning_zh)


def _balance(
    item: Assertion, run: Mapping[str, Array], inside: NDArray[np.bool_], grid: Array
) -> tuple[Array, Array, Array]:
    """Return the stock after each Euler step, what its flows make of it, and the times."""
    net = np.zeros_like(run[item.variable])
    for flow in item.inflows:
        net = net + _flow(flow, run)
    for flow in item.outflows:
        net = net - _flow(flow, run)
    stock = run[item.variable]
    step = np.diff(grid)[:, None]
    both = inside[1:] & inside[:-1]
    return stock[1:][both], (stock[:-1] + step * net[:-1])[both], grid[1:][both]


def _flow(flow: str, run: Mapping[str, Array]) -> Array:
    """Return the course of a flow written as variables joined by ``*`` and ``/``."""
    total = np.array(1.0)
    for sign, name in flow_terms(flow):
        total = total * run[name] if sign == "*" else total / run[name]
    return total


def _excess(must: Must, value: Array, other: Array) -> Array:
    """Return by how much a value breaks its bound, positive where it does."""
    if must in {"at_most", "never_rise"}:
        return value - other
    if must in {"at_least", "never_fall"}:
        return other - value
    return np.abs(value - other)
