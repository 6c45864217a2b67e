"""Replication: the same seed gives the same bytes, and engines that share no code agree."""

from __future__ import annotations

import numpy as np
import xarray as xr

from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, listed, open_question

#: Largest difference between two engines. [part of the size of the variable]
SAME = 1e-9


def files(ground: Ground) -> list[Finding]:
    """Judge whether the study's files hold no fault."""
    faults = ground.faults
    return [
        judged(
            "files",
            "No file of the study holds a fault, and the fit was made from the files that stand "
            "there.",
            not faults,
            figure=f"{len(faults)} faults",
            limit="none",
            reason=listed([str(fault) for fault in faults], 3),
        )
    ]


def replication(ground: Ground) -> list[Finding]:
    """Judge replication."""
    batch = ground.batch(ground.full, ground.few)
    first, again = ground.yearly(batch), ground.yearly(batch)
    same = all(first[n].to_numpy().tobytes() == again[n].to_numpy().tobytes() for n in ground.saved)
    arrays = ground.yearly(batch, engine="numpy")
    apart, where = _apart(ground, first, arrays)
    findings = [
        judged("same_bytes", "The same seed gives the same bytes.", same,
               figure="the plan in full, twice", limit="equal bytes",
               reason="" if same else "the two runs differ"),
        judged("two_engines", "The compiled kernel and plain arrays agree.", apart <= SAME,
               figure=f"at most {apart:.1e} of the size, in {where}", limit=f"{SAME:.0e}",
               reason="" if apart <= SAME else f"they differ in {where}"),
    ]  # fmt: skip
    return [*findings, _oracle(ground)]


def _oracle(ground: Ground) -> Finding:
    asks = "PySD, written by others, finds the same figures."
    if ground.quick:
        return open_question("oracle", asks, "left out of the quick report; it takes seconds a run")
    members = ground.median if ground.study.has_fit() else ground.few
    batch = ground.batch(ground.full, members)
    apart, where = _apart(ground, ground.yearly(batch), ground.yearly(batch, engine="pysd"))
    return judged(
        "oracle", asks, apart <= SAME,
        figure=f"at most {apart:.1e} of the size, in {where}", limit=f"{SAME:.0e}",
        reason="" if apart <= SAME else f"they differ in {where}",
    )  # fmt: skip


def _apart(ground: Ground, one: xr.Dataset, two: xr.Dataset) -> tuple[float, str]:
    """Return the largest difference in parts of the variable's size, and the variable."""
    gaps = {}
    for name in ground.saved:
        a, b = one[name].to_numpy(), two[name].to_numpy()
        size = max(float(np.nanmax(np.abs(a))), 1e-30)
        gap = float(np.max(np.abs(a - b))) / size
        gaps[name] = gap if np.isfinite(gap) else float("inf")
    worst = max(gaps, key=lambda name: gaps[name])
    return gaps[worst], worst
