"""The estimates made anew: read the panel, sample each quantity, summarise."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.evidence.observationfile import twin_faults
from qiantang.faults import Fault, StudyError
from qiantang.fits import text_digest
from qiantang.panel import prepare
from qiantang.panel.estimatefile import EstimateFile, QuantityEstimates, panel_folder
from qiantang.panel.panelfile import read_panel
from qiantang.panel.prepare import Figures
from qiantang.panel.quantityfile import Quantity, QuantityFile, read_quantities

if TYPE_CHECKING:
    from qiantang.evidence.observations import Series
    from qiantang.study import Study

#: Files that the estimates rest on, in the folder ``calibration``.
INPUTS = (
    "panel/panel.csv",
    "panel/quantities.yaml",
    "evidence/drivers.csv",
    "evidence/observations.csv",
    "evidence/grades.yaml",
)


@dataclass(frozen=True)
class Panel:
    """Everything the estimates are made from."""

    register: QuantityFile
    figures: Figures


def read_all(study: Study) -> Panel:
    """Read and check panel.csv, its twin, quantities.yaml and what they lean on.

    Raises
    ------
    StudyError
        With every fault of the first file that has any.
    """
    folder = panel_folder(study.folder)
    faults = twin_faults(folder / "panel.csv")
    if faults:
        raise StudyError(faults)
    drivers, evidence = study.drivers, study.evidence
    register = read_quantities(folder / "quantities.yaml", drivers.names, evidence.series)
    rows = read_panel(folder / "panel.csv", register.series, evidence.grades)
    actual = study.about.actual
    return Panel(
        register,
        Figures(
            panel=rows,
            errors={name: grade.log_sd for name, grade in evidence.grades.items()},
            drivers={
                name: {int(one.year): one.value for one in drivers.history(name, actual)}
                for name in drivers.names
            },
            observed={name: _observed(study, one) for name, one in evidence.series.items()},
            last=study.about.plan.base_year,
        ),
    )


def _observed(study: Study, series: Series) -> dict[int, tuple[float, float]]:
    """Return central value and log error by year; an interval adds its even spread."""
    found = {}
    for row in series.used:
        error = row.log_sd(study.evidence.grades)
        if row.low is not None and row.high is not None:
            error = math.hypot(error, math.log(row.high / row.low) / math.sqrt(12.0))
        if row.year == int(row.year):
            found[int(row.year)] = (row.central, error)
    return found


def require_sampler(where: Path) -> None:
    """Refuse where the extra is not installed.

    Raises
    ------
    StudyError
    """
    if find_spec("numpyro") is None:
        what = "NumPyro is not installed; install the extra: pip install 'qiantang[panel]'"
        raise StudyError([Fault(where, None, "", what)])


def estimate_all(study: Study, seed: int, progress: Callable[[str], None]) -> EstimateFile:
    """Make every estimate.

    Parameters
    ----------
    study : Study
    seed : int
        Same seed, same figures and same version of the sampler: the same estimates. Another seed
        moves a median by less than a fifth of its posterior standard deviation.
    progress : callable
        Told each quantity as it is done.

    Raises
    ------
    StudyError
        Bad files, or the extra is not installed.
    """
    folder = panel_folder(study.folder)
    panel = read_all(study)
    require_sampler(folder)
    made = {}
    for name, quantity in panel.register.quantities.items():
        progress(name)
        made[name] = estimate(panel.figures, name, quantity, seed)
    from qiantang.panel.sampler import CHAINS, WARMUP

    return EstimateFile(
        information_to=panel.figures.last,
        seed=seed,
        sampler={
            "numpyro": version("numpyro"), "jax": version("jax"),
            "chains": CHAINS, "warmup": WARMUP,
        },
        inputs={name: text_digest(study.folder / "calibration" / name) for name in INPUTS},
        quantities=made,
    )  # fmt: skip


def estimate(figures: Figures, name: str, quantity: Quantity, seed: int) -> QuantityEstimates:
    """Sample one quantity; its random stream belongs to its name."""
    from qiantang.panel import models, summarise
    from qiantang.panel.sampler import sample

    kinds: dict[str, tuple[Any, Any, Any]] = {
        "share": (prepare.changes, models.share_changes, summarise.shares),
        "crowding": (prepare.crowding, models.crowding, summarise.crowding),
        "signing": (prepare.counts, models.signings, summarise.signings),
    }
    make, model, tell = kinds[quantity.kind]
    data = make(figures, quantity)
    key = int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:4], "little")
    draws = sample(model, data, quantity.draws, key)
    members = summarise.Members(data.names, [one for one in quantity.own if one in data.names])
    return QuantityEstimates(
        title=quantity.title,
        kind=quantity.kind,
        figures=len(data.city),
        cities=len(data.names),
        years=data.span,
        draws=quantity.draws,
        divergences=draws.divergences,
        estimates=tell(draws, members, key),
    )
