"""Members at a date, kept once they are found: a review that was interrupted goes on from there.

What is kept stands under a digest of everything that it was made from, down to the bits of the
members, and is read back with the same bits. So a review that is made again, or one of a later day,
runs the new dates alone.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path
from qiantang.files import cache
from qiantang.meaning import meaning_digest
from qiantang.review.belief import Belief
from qiantang.review.filter import Filter
from qiantang.review.readings import Known
from qiantang.sweep.identity import fingerprint

Array = NDArray[np.float64]

#: Folder of the cache, and how many dates are kept there: some four megabytes each.
KIND, MOST = "reviews", 48
#: What stands in a file: before a name, whose array it is.
_INNOVATION, _PARAMETER, _TIMES, _VALUES = "innovation ", "parameter ", "times ", "values "


def kept_at(tracker: Filter, as_of: float) -> Belief:
    """Return what the members come to at a date, from the cache where it was found before."""
    known, drivers = tracker.known(as_of), tracker.world.at(as_of)
    key = _key(tracker, known, drivers)
    stored = cache.read(KIND, key)
    found = None if stored is None else _restored(tracker, known, drivers, stored)
    if found is None:
        found = tracker.given(known, drivers)
        cache.write(KIND, key, _content(found))
        cache.trim(KIND, MOST)
    return found


def _key(tracker: Filter, known: Known, drivers: Mapping[str, Path]) -> str:
    """Return the digest of all that the members at a date are made from."""
    study = tracker.study
    digest = hashlib.sha256()
    said = (
        fingerprint(), study.program.hash, tracker.scenario.sha256, tracker.seed, tracker.method,
        tracker.settings.model_dump_json(), known.readings, tracker.readout.figures,
        tracker.readout.outputs, study.fit.record.sees_until, sorted(study.counts.items()),
        meaning_digest(study.folder / "calibration" / "priors.yaml"),
    )  # fmt: skip
    digest.update(repr(said).encode())
    for name, array in _arrays(tracker, drivers):
        values = np.ascontiguousarray(array, dtype=np.float64)
        digest.update(f"{name} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _arrays(tracker: Filter, drivers: Mapping[str, Path]) -> Iterator[tuple[str, Array]]:
    """Yield every array that goes into the members at a date."""
    members = tracker.members
    yield "times", members.times
    yield from members.parameters.items()
    yield from members.innovations.items()
    for name, path in drivers.items():
        yield f"{name} times", np.asarray(path.times)
        yield name, np.asarray(path.values)
    for name, one in tracker.deviations.items():
        yield f"{name} {one.innovation} {one.sign:g} {one.free} knots", one.knots
        for part in (one.paths, one.mean, one.covariance):
            yield name, part


def _content(belief: Belief) -> bytes:
    """Return what a date adds to what the review starts from."""
    arrays = {"read": belief.read, "log_weights": belief.log_weights}
    members = belief.members
    arrays |= {_INNOVATION + name: values for name, values in members.innovations.items()}
    if belief.is_moved:  # the smoother moves parameters and drivers as well
        arrays |= {_PARAMETER + name: values for name, values in members.parameters.items()}
        for name, path in belief.drivers.items():
            arrays |= {
                _TIMES + name: np.asarray(path.times),
                _VALUES + name: np.asarray(path.values),
            }
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _restored(
    tracker: Filter, known: Known, drivers: Mapping[str, Path], content: bytes
) -> Belief | None:
    """Return members from what was kept of them; None where it cannot be read."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        read, weights = found["read"], found["log_weights"]
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    members = replace(tracker.members, innovations=_named(found, _INNOVATION))
    parameters = _named(found, _PARAMETER)
    if parameters:
        members = replace(members, parameters=parameters)
        values = _named(found, _VALUES)
        drivers = {n: Path(t, values[n]) for n, t in _named(found, _TIMES).items()}
    return Belief(
        known, tracker.targets, members, drivers, tracker.readout, read, weights,
        is_moved=bool(parameters),
    )  # fmt: skip


def _named(found: Mapping[str, Array], kind: str) -> dict[str, Array]:
    return {n.removeprefix(kind): values for n, values in found.items() if n.startswith(kind)}
