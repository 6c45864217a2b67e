"""Replication: the same seed gives the same bytes, and engines that share no code agree."""

from __future__ import annotations

import numpy as np
import xarray as xr

from qiantang.validate import names
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, listed, open_question
from qiantang.wording.told import Refused, Told

#: Largest difference between two engines. [part of the size of the variable]
SAME = 1e-9


def files(ground: Ground) -> list[Finding]:
    """Judge whether the study's files hold no fault."""
    faults = ground.faults
    return [
        judged(
            "files",
            Told("files.asks"),
            not faults,
            figure=Told("files.figure", faults=len(faults)),
            limit=Told("limit.none"),
            reason=listed([Refused(fault) for fault in faults], 3),
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
        judged("same_bytes", Told("same_bytes.asks"), same, figure=Told("same_bytes.figure"),
               limit=Told("limit.bytes"), reason="" if same else Told("same_bytes.reason")),
        _agree(ground, "two_engines", apart, where),
    ]  # fmt: skip
    return [*findings, _oracle(ground)]


def _agree(ground: Ground, id: str, apart: float, where: str) -> Finding:
    """Judge whether two engines agree in every variable."""
    worst = names.variable(ground, where)
    return judged(
        id, Told(f"{id}.asks"), apart <= SAME,
        figure=Told("apart.figure", apart=apart, where=worst), limit=Told("limit.size", size=SAME),
        reason="" if apart <= SAME else Told("apart.reason", where=worst),
    )  # fmt: skip


def _oracle(ground: Ground) -> Finding:
    if ground.quick:
        return open_question("oracle", Told("oracle.asks"), Told("oracle.left_out"))
    members = ground.median if ground.study.has_fit() else ground.few
    batch = ground.batch(ground.full, members)
    apart, where = _apart(ground, ground.yearly(batch), ground.yearly(batch, engine="pysd"))
    return _agree(ground, "oracle", apart, where)


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
