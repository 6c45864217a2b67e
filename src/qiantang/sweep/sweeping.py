"""Run a sweep into a folder; the same call again goes on where an interrupted one stopped."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qiantang.faults import Fault, StudyError
from qiantang.files import door, put
from qiantang.sweep import store
from qiantang.sweep.plan import Chunk, SweepPlan


class Watcher(Protocol):
    """Told how a sweep gets on; every method may do nothing."""

    def begun(self, chunks: int, done: int, runs: int, runs_done: int) -> None:
        """Begin: chunks and runs in all, and those found finished."""

    def finished(self, runs: int) -> None:
        """Count one more chunk as written."""

    def say(self, line: str) -> None:
        """Tell one sentence."""


class Quiet:
    """Watches and says nothing."""

    def begun(self, chunks: int, done: int, runs: int, runs_done: int) -> None:
        """Begin."""

    def finished(self, runs: int) -> None:
        """Count."""

    def say(self, line: str) -> None:
        """Tell."""


@dataclass(frozen=True)
class Outcome:
    """What a call of a sweep did.

    Parameters
    ----------
    folder : Path
    chunks, runs : int
        In all.
    computed, reused : int
        Chunks computed by this call, and found in another sweep's folder.
    damaged : tuple of str
        Files whose checksum was wrong, and which were made anew.
    diverged : int
        Runs that diverged, in all.
    size : int
        Of the parts. [byte]
    lost : int
        Cases in which every member diverged: they have no result.
    """

    folder: Path
    chunks: int
    runs: int
    computed: int
    reused: int
    damaged: tuple[str, ...]
    diverged: int
    size: int
    lost: int = 0


#: Content of a chunk as computed, with the number of runs that diverged.
Computed = tuple[Chunk, bytes, int]
#: Computes chunks, in any order.
Executor = Callable[[SweepPlan, list[Chunk]], Iterable[Computed]]


def run_sweep(
    plan: SweepPlan,
    folder: Path,
    execute: Executor,
    *,
    reuse: Iterable[Path] = (),
    watch: Watcher | None = None,
) -> Outcome:
    """Run what is missing of a sweep.

    Parameters
    ----------
    plan : SweepPlan
    folder : Path
        New, empty, or begun by the same sweep.
    execute : callable
        `qiantang.sweep.local.executor` or `qiantang.sweep.cluster.executor`.
    reuse : iterable of Path
        Folders of other sweeps, whose chunks are taken over where they ask the same.
    watch : Watcher, optional

    Raises
    ------
    StudyError
        If the folder belongs to another sweep, or the disk refuses.
    """
    watch = watch or Quiet()
    try:
        prepare(plan, folder)
        parts, damaged = store.sound_parts(folder, [chunk.address for chunk in plan.chunks])
        for name in damaged:
            watch.say(f"{name} is damaged and is computed anew")
        found = _taken_over(plan, folder, parts, reuse)
        size = plan.world.members.size
        watch.begun(
            len(plan.chunks), len(parts), plan.runs,
            sum(len(plan.chunks[number].cases) for number in parts) * size,
        )  # fmt: skip
        todo = [chunk for chunk in plan.chunks if chunk.number not in parts]
        for chunk, content, _ in execute(plan, todo) if todo else ():
            parts[chunk.number] = store.put_part(folder, chunk.number, chunk.address, content)
            watch.finished(len(chunk.cases) * size)
        diverged, lost = _finish(plan, folder, parts)
    except OSError as error:
        raise StudyError([_refusal(folder, error)]) from error
    return Outcome(
        folder, len(plan.chunks), plan.runs, len(todo), found, tuple(damaged), diverged,
        sum(part.size for part in parts.values()), lost,
    )  # fmt: skip


def prepare(plan: SweepPlan, folder: Path) -> None:
    """Begin a folder, or make sure that it is this sweep's.

    Raises
    ------
    StudyError
    """
    if folder.exists() and not folder.is_dir():
        raise StudyError([Fault(folder, None, "--out", "is a file, expected a folder")])
    manifest = folder / store.MANIFEST
    if manifest.is_file():
        _refuse_another(plan, manifest)
        store.remove_unfinished(folder)
        put.folder(folder / store.PARTS)
        return
    if folder.is_dir() and store.is_foreign(folder):
        what = "the folder holds something else, expected a new folder or one of this sweep"
        raise StudyError([Fault(folder, None, "--out", what)])
    put.folder(folder / store.PARTS)
    store.remove_unfinished(folder)
    put.put(folder / store.POINTS, plan.points_table())
    put.put(manifest, plan.manifest())  # last: with it the folder is a sweep's


def _refuse_another(plan: SweepPlan, manifest: Path) -> None:
    """Refuse a folder that was begun by anything else than this sweep."""
    faults = [Fault(manifest, None, key, what) for key, what in _differences(plan, manifest)]
    if faults:
        raise StudyError(faults)
    points = manifest.parent / store.POINTS
    if not points.is_file() or door.content(points, door.RESULT_LIMIT) != plan.points_table():
        put.put(points, plan.points_table())


def _differences(plan: SweepPlan, manifest: Path) -> Iterator[tuple[str, str]]:
    try:
        record = json.loads(door.text(manifest))
        begun = record["identity"] | {"format": record["format"]}
    except (ValueError, KeyError, TypeError):
        yield "", "is no manifest of a sweep; name another folder"
        return
    now = json.loads(plan.manifest())
    now = now["identity"] | {"format": now["format"]}
    for key in now:
        if begun.get(key) == now[key]:
            continue
        if key == "versions":
            old, new = begun.get(key) or {}, now[key]
            moved = [f"{n} {old.get(n)}, here {new[n]}" for n in new if old.get(n) != new[n]]
            yield key, f"begun with {'; '.join(moved)}; name another folder"
        elif key == "design":
            yield key, f"the folder holds another design, {record.get('name')}; name another folder"
        else:
            yield key, f"{_WORDS.get(key, key)} has changed since this sweep began; " \
                       "name another folder"  # fmt: skip


_WORDS = {
    "model": "what the model computes",
    "scenarios": "a scenario",
    "fit": "the fit",
    "drivers": "the evidence on drivers",
    "targets": "the list of targets",
    "headlines": "the list of headline variables",
    "priors": "the list of priors",
    "code": "the code of qiantang",
    "format": "the layout of sweeps",
}


def _taken_over(
    plan: SweepPlan, folder: Path, parts: dict[int, store.Part], reuse: Iterable[Path]
) -> int:
    """Take chunks from other sweeps that ask the same; return how many."""
    before = len(parts)
    for other in reuse:
        if not (other / store.MANIFEST).is_file():
            raise StudyError([Fault(other, None, "--reuse", "no sweep stands in this folder")])
        for number, path in store.part_files(other):
            if number >= len(plan.chunks) or number in parts:
                continue
            chunk, content = plan.chunks[number], door.content(path, door.RESULT_LIMIT)
            if store.is_part(path, chunk.address, content):
                parts[number] = store.put_part(folder, number, chunk.address, content)
    return len(parts) - before


def _finish(plan: SweepPlan, folder: Path, parts: dict[int, store.Part]) -> tuple[int, int]:
    """Write the list of checksums, the mark of a finished sweep.

    Returns
    -------
    diverged : int
        Runs that diverged.
    lost : int
        Cases of which every run did.
    """
    found = {part.number: store.diverged(folder / store.PARTS / part.name, plan.keep)
            for part in parts.values()}  # fmt: skip
    rows = [
        {"file": f"{store.PARTS}/{part.name}", "sha256": part.sha256, "bytes": part.size,
         "diverged": sum(found[number].values())}
        for number, part in sorted(parts.items())
    ]  # fmt: skip
    counts = [count for cases in found.values() for count in cases.values()]
    total, lost = sum(counts), counts.count(plan.world.members.size)
    record = {"runs": plan.runs, "diverged": total, "parts": rows}
    content = (json.dumps(record, indent=1) + "\n").encode()
    done = folder / store.DONE
    if not done.is_file() or door.content(done, door.RESULT_LIMIT) != content:
        put.put(done, content)
    store.remove_unfinished(folder)
    return total, lost


def _refusal(folder: Path, error: OSError) -> Fault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what = "the disk is full; what is written is sound, the same command goes on from there"
    else:
        what = f"cannot be written: {error.strerror or error}"
    return Fault(folder, None, "--out", what)
