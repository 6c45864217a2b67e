"""The runs that the checks of a model need: planned once, as few as possible, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qiantang.model.checkfile import BASE, Change, Check, Over, outputs_of
from qiantang.model.mdl import Dictionary
from qiantang.wording.told import Named, Told

Array = NDArray[np.float64]
Runs = Mapping["Job", Mapping[str, Array]]

# Members of one run: enough to spread the cost of a step, few enough to stay small in memory.
_SIDE_BY_SIDE = 64


class Runner(Protocol):
    """Runs the model; the checks know of engines no more than this."""

    def __call__(
        self,
        outputs: list[str],
        times: Array | None,
        parameters: dict[str, float | Array],
        paths: dict[str, tuple[Array, Array]],
        members: int,
    ) -> Array:
        """Return values of shape (output, time, member).

        Parameters are floats or of shape (member,); the values of a path are of shape
        (member, knot), or (knot,) where all members share them.
        """


@dataclass(frozen=True)
class Job:
    """A few members: changes by variable, and the lever settings the members go through."""

    changes: tuple[tuple[str, Change], ...]
    over: tuple[Over, ...]


def jobs_of(check: Check) -> tuple[Job, Job]:
    """Return the job with the changes given and the job it is compared with."""
    given = Job(tuple(sorted(check.given.items())), check.over)
    against = Job(tuple(sorted(check.against.items())), check.over)
    return given, against


def run_jobs(runner: Runner, checks: Iterable[Check], grid: Array, dictionary: Dictionary) -> Runs:
    """Run every job that some check needs.

    Parameters
    ----------
    runner : Runner
    checks : iterable of Check
        Cases written out.
    grid : ndarray, shape (time,)
        Every time step. [Year]
    dictionary : Dictionary

    Returns
    -------
    mapping of Job to mapping of str to ndarray, shape (time, member)
    """
    needs = _needs(checks)
    starts = _starting_values(runner, needs, grid, dictionary)
    runs: dict[Job, dict[str, Array]] = {}
    for batch in _batches(needs, dictionary):
        outputs = sorted(set().union(*(needs[job] for job in batch)))
        runs.update(_run(runner, batch, outputs, grid, starts, dictionary))
    return runs


def _needs(checks: Iterable[Check]) -> dict[Job, set[str]]:
    """Return each distinct job and the outputs wanted of it."""
    needs: dict[Job, set[str]] = {}
    for check in checks:
        given, against = jobs_of(check)
        for item in check.then:
            needs.setdefault(given, set()).update(outputs_of(item))
            if item.than == BASE:
                needs.setdefault(against, set()).add(item.variable)
    return needs


def _starting_values(
    runner: Runner, needs: Mapping[Job, set[str]], grid: Array, dictionary: Dictionary
) -> dict[tuple[Over, ...], dict[str, Array]]:
    """Return (time, member) of every lever and every variable that some job changes."""
    levers = [item.identifier for item in dictionary.levers()]
    names = sorted({*levers, *(name for job in needs for name, _ in job.changes)})
    if not names:
        return {}
    defaults = dict(zip(names, runner(names, grid[:1], {}, {}, 1)[:, 0, 0], strict=True))
    starts = {}
    for over in dict.fromkeys(job.over for job in needs):
        settings = [setting for _, setting in members_of(over, dictionary)]
        parameters: dict[str, float | Array] = {
            name: np.array([setting.get(name, defaults[name]) for setting in settings])
            for name in levers
        }
        values = runner(names, grid, parameters, {}, len(settings))
        starts[over] = {name: values[position] for position, name in enumerate(names)}
    return starts


def _batches(needs: Iterable[Job], dictionary: Dictionary) -> Iterator[list[Job]]:
    """Put jobs side by side that change nothing but inputs; others run alone.

    A variable the model computes is replaced for all members of a run, so that a job which replaces
    one cannot share its run.
    """
    shared: list[Job] = []
    width = 0
    for job in needs:
        size = len(members_of(job.over, dictionary))
        if not all(_is_input(name, dictionary) for name, _ in job.changes):
            yield [job]
            continue
        if shared and width + size > _SIDE_BY_SIDE:
            yield shared
            shared, width = [], 0
        shared.append(job)
        width += size
    if shared:
        yield shared


def _is_input(name: str, dictionary: Dictionary) -> bool:
    """Tell whether nothing in the model acts on a variable."""
    item = dictionary[name]
    if item.group in {"Levers", "Drivers"}:
        return True
    try:
        float(item.equation)
    except ValueError:
        return False
    return True


def members_of(over: Sequence[Over], dictionary: Dictionary) -> list[tuple[str, dict[str, float]]]:
    """Return label and lever settings of each member of a job."""
    levers = {
        item.identifier: (item.limits[0] or 0.0, 1.0 if item.limits[1] is None else item.limits[1])
        for item in dictionary.levers()
    }
    members: list[tuple[str, dict[str, float]]] = []
    for part in over:
        if part == "central":
            members.append(("", {}))
        elif part == "each_lever_at_limits":
            for name, (low, high) in levers.items():
                called = Named(name, dictionary[name].meaning_zh)
                members.append((Told("check.with.minimum", name=called), {name: low}))
                members.append((Told("check.with.maximum", name=called), {name: high}))
        else:
            side = 0 if part == "all_levers_at_minimum" else 1
            label = Told(f"check.with.{part}")
            members.append((label, {name: limits[side] for name, limits in levers.items()}))
    return members


def _run(
    runner: Runner,
    batch: Sequence[Job],
    outputs: list[str],
    grid: Array,
    starts: Mapping[tuple[Over, ...], Mapping[str, Array]],
    dictionary: Dictionary,
) -> dict[Job, dict[str, Array]]:
    """Run jobs side by side and return (time, member) by job and output."""
    levers = [item.identifier for item in dictionary.levers()]
    names = sorted({*levers, *(name for job in batch for name, _ in job.changes)})
    parameters: dict[str, float | Array] = {}
    paths: dict[str, tuple[Array, Array]] = {}
    for name in names:
        course = np.hstack([_course(name, job, grid, starts, dictionary) for job in batch])
        if np.all(course == course[0]):
            parameters[name] = course[0]
        else:
            paths[name] = (grid, np.ascontiguousarray(course.T))
    widths = [len(members_of(job.over, dictionary)) for job in batch]
    values = runner(outputs, grid, parameters, paths, sum(widths))
    ends = np.cumsum(widths)
    return {
        job: {name: values[at, :, end - width : end] for at, name in enumerate(outputs)}
        for job, width, end in zip(batch, widths, ends, strict=True)
    }


def _course(
    name: str,
    job: Job,
    grid: Array,
    starts: Mapping[tuple[Over, ...], Mapping[str, Array]],
    dictionary: Dictionary,
) -> Array:
    """Return the course of an input in the members of a job."""
    start = starts[job.over][name]
    change = dict(job.changes).get(name)
    return start if change is None else _changed(change, start, grid, dictionary[name].limits)


def _changed(
    change: Change, start: Array, grid: Array, limits: tuple[float | None, float | None]
) -> Array:
    """Return the new course of a variable, shape (time, member)."""
    if change.times is not None:
        values = start * change.times
    elif change.plus is not None:
        values = start + change.plus
    else:
        named = {"minimum": limits[0], "maximum": limits[1]}
        target = named[change.set] if isinstance(change.set, str) else change.set
        values = np.full_like(start, target)
    return np.where(window(grid, change.since, change.until)[:, None], values, start)


def window(grid: Array, since: float | None, until: float | None) -> NDArray[np.bool_]:
    """Tell which times lie between two times, both included."""
    low = -np.inf if since is None else since
    high = np.inf if until is None else until
    return np.asarray((grid >= low) & (grid <= high))
