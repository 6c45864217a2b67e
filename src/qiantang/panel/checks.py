"""The panel's part in the check of a study: files sound, estimates fresh, priors as cited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qiantang.faults import Fault
from qiantang.panel.agreement import disagreement, stale
from qiantang.panel.estimatefile import EstimateFile, panel_folder, read_estimates

if TYPE_CHECKING:
    from qiantang.study import Study


def panel_faults(study: Study) -> Iterator[Fault]:
    """Find faults; a study needs neither a panel nor estimates unless a prior cites them."""
    from qiantang.panel.estimate import read_all

    place = panel_folder(study.folder) / "estimates.yaml"
    if (place.parent / "panel.csv").is_file():
        read_all(study)
    if not place.is_file():
        yield from _missing(study)
        return
    found = read_estimates(study.folder)
    yield from stale(found, study.folder / "calibration", place)
    yield from _priors(study, found)


def _cited(study: Study) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Yield file, entry, what it cites, and its quantiles."""
    priors = study.priors
    for name, record in zip(priors.names, priors.records, strict=True):
        if record.panel:
            told = {"p05": record.p05, "p50": record.central, "p95": record.p95}
            yield "priors.yaml", name, record.panel, told
    for name, deviation in study.discrepancy.items():
        if deviation.panel:
            low, high = deviation.yearly_sd
            yield "discrepancy.yaml", name, deviation.panel, {"p05": low, "p95": high}


def _missing(study: Study) -> Iterator[Fault]:
    for file, name, cited, _ in _cited(study):
        what = f"cites {cited}, but there are no estimates, run: qiantang panel"
        yield Fault(study.folder / "calibration" / file, None, f"{name}.panel", what)


def _priors(study: Study, found: EstimateFile) -> Iterator[Fault]:
    for file, name, cited, told in _cited(study):
        what = disagreement(found, cited, told)
        if what:
            yield Fault(study.folder / "calibration" / file, None, f"{name}.panel", what)
