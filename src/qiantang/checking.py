"""All faults of a study at once: every file is read, whatever is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from qiantang.constants import constants_path
from qiantang.evidence.lookups import driver_faults
from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.yamlfile import read_yaml
from qiantang.hindsight import hindsight_faults
from qiantang.policy.effort import effort_path
from qiantang.review.settings import read_settings
from qiantang.study import Study
from qiantang.studyfile import scenario_faults, study_path

if TYPE_CHECKING:
    from qiantang.model.checks import CheckResult

#: Parts of a study in the order in which they lean on each other.
_PARTS: dict[str, Callable[[Study], Any]] = {
    "about": lambda study: study.about,
    "dictionary": lambda study: study.dictionary,
    "evidence": lambda study: study.evidence,
    "releases": lambda study: study.releases,
    "reviews": lambda study: read_settings(study),
    "drivers": lambda study: study.drivers,
    "priors": lambda study: study.priors,
    "discrepancy": lambda study: study.discrepancy,
    "constants": lambda study: constants_path(study.folder).is_file() and study.constants,
    "headlines": lambda study: study.headlines,
    "plan": lambda study: study.plan,
    "effort": lambda study: effort_path(study.folder).is_file() and study.effort,
}


def study_faults(study: Study) -> list[Fault]:
    """Return every fault of a study's files, none twice."""
    found: list[Fault] = list(_model_faults(study))
    for read in _PARTS.values():
        found += _faults_of(lambda read=read: read(study))  # type: ignore[misc]
    for name in study.scenario_names():
        found += _faults_of(lambda name=name: study.scenario(name))  # type: ignore[misc]
    found += _design_faults(study)
    found += _faults_of(lambda: _panel(study))
    found += _faults_of(lambda: _agreement(study))
    return list(dict.fromkeys(found))


def _panel(study: Study) -> None:
    """Refuse a panel that is not sound, and priors that do not say what they cite."""
    from qiantang.panel.checks import panel_faults

    faults = list(panel_faults(study))
    if faults:
        raise StudyError(faults)


def _design_faults(study: Study) -> Iterator[Fault]:
    """Find faults of the designs of sweeps."""
    from qiantang.sweep.designs import design_names, read_design

    for name in design_names(study.folder / "scenarios" / "sweeps"):
        yield from _faults_of(lambda name=name: read_design(name, study))  # type: ignore[misc]


def _faults_of(read: Callable[[], Any]) -> tuple[Fault, ...]:
    try:
        read()
    except StudyError as error:
        return error.faults
    return ()


def _model_faults(study: Study) -> Iterator[Fault]:
    from qiantang.model import check_model

    yield from check_model(study.model_file)


def _agreement(study: Study) -> None:
    """Hold the files against each other.

    Raises
    ------
    StudyError
    """
    faults = list(scenario_faults(study.folder, study.about, study.scenario_names()))
    faults += _span_faults(study)
    faults += driver_faults(study.model_file, study.drivers)
    faults += _unit_faults(study)
    faults += _discrepancy_faults(study)
    faults += hindsight_faults(study)
    if study.has_fit():
        faults += _fit_faults(study)
    if faults:
        raise StudyError(faults)


def _span_faults(study: Study) -> Iterator[Fault]:
    """Find years of study.yaml that the model does not reach, or drivers that end before it."""
    start, end = study.vocabulary.time
    document, about = read_yaml(study_path(study.folder)), study.about
    span = about.drivers
    if not (span.first < start and end <= span.last):
        what = (
            f"{span.first} to {span.last}, expected years about the model's, {start:g} to {end:g}"
        )
        yield document.fault(("drivers",), what)
    for key, shown in (("charts", about.charts), ("deck", about.deck)):
        if not (start <= shown.first and shown.last <= end - 1):
            what = f"{shown.first} to {shown.last}, expected years of the model: "
            yield document.fault((key,), f"{what}{start:g} to {end - 1:g}")


def _unit_faults(study: Study) -> Iterator[Fault]:
    """Find drivers and series whose unit is not the model's."""
    folder = study.folder / "calibration" / "evidence"
    for name in study.drivers.names:
        unit = study.drivers.definitions[name].unit
        if name in study.dictionary and study.dictionary[name].unit != unit:
            what = f"unit is {unit}, the model file says {study.dictionary[name].unit}"
            yield Fault(folder / "drivers.yaml", None, name, what)
    for name, series in study.evidence.series.items():
        if series.variable not in study.dictionary:
            what = f"variable {series.variable} is not in the model"
            hint = study.dictionary.nearest(series.variable)
            yield Fault(folder / "series.yaml", None, name, what + hint)


def _discrepancy_faults(study: Study) -> Iterator[Fault]:
    """Find deviations of unknown series, or carried by unknown variables."""
    place = study.folder / "calibration" / "discrepancy.yaml"
    for name, record in study.discrepancy.items():
        if name not in study.evidence.series:
            yield Fault(place, None, name, "no such series in the evidence")
        if record.innovation is not None and record.innovation not in study.dictionary:
            hint = study.dictionary.nearest(record.innovation)
            yield Fault(place, None, f"{name}.innovation", f"no variable of the model{hint}")


def _fit_faults(study: Study) -> Iterator[Fault]:
    """Find a fit that was made from other files than those that stand there now."""
    from qiantang.meaning import meaning_digest

    place = study.fit.folder / "fit.yaml"
    if study.fit.record.model != study.model_meaning:
        yield Fault(place, None, "model", "made with another model, run: qiantang calibrate")
    for name, expected in study.fit.record.inputs.items():
        folder = study.folder / "calibration"
        if not door.stands(folder, name) or meaning_digest(folder / name) != expected:
            what = "has changed since the fit was made, run: qiantang calibrate"
            if "drivers" in name:
                what += "; what lies after the fit's years goes into a scenario, under drivers"
            yield Fault(place, None, f"inputs.{name}", what)


def reality_checks(study: Study) -> list[CheckResult]:
    """Run `model/checks.yaml` on the compiled model: what must hold in any run."""
    import numpy as np

    from qiantang.engine import Path as EnginePath
    from qiantang.model.checks import read_checks, run_checks

    program = study.program

    def runner(
        outputs: Any, times: Any, parameters: Any, paths: Any, members: int
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        given = {name: EnginePath(*knots) for name, knots in paths.items()}
        wanted = grid if times is None else times
        return program.run(
            outputs=list(outputs), times=wanted, parameters=parameters, paths=given,
            members=members, engine="numpy",
        ).values  # fmt: skip

    steps = round((program.final_time - program.initial_time) / program.time_step)
    grid = np.asarray(
        program.initial_time + np.arange(steps + 1) * program.time_step, dtype=np.float64
    )
    checks = read_checks(study.folder / "model" / "checks.yaml", study.dictionary)
    return run_checks(runner, checks, grid, study.dictionary)
