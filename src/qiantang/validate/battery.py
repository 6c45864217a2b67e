"""The tests in the order of the list, run one after the other into one report."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from qiantang.faults import StudyError
from qiantang.fits import text_digest
from qiantang.validate import (
    boundary,
    checklist,
    extremes,
    integration,
    parameters,
    replication,
    reproduction,
    saved,
    sensitivity,
    structure,
    surprise,
)
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, Report, Test, open_question

STERMAN = "Sterman (2000), Business Dynamics, ch. 21"


@dataclass(frozen=True)
class Entry:
    """One test of the list and the function that judges it."""

    id: str
    title: str
    asks: str
    source: str
    judge: Callable[[Ground], list[Finding]]


BATTERY: tuple[Entry, ...] = (
    Entry("boundary_adequacy", "Boundary adequacy",
          "Is what matters to the question inside the model?", STERMAN, boundary.boundary),
    Entry("structure_assessment", "Structure assessment",
          "Does the structure agree with what is known of the system?", STERMAN,
          structure.structure),
    Entry("dimensional_consistency", "Dimensional consistency",
          "Is every equation consistent in its units, without invented constants?", STERMAN,
          structure.dimensions),
    Entry("parameter_assessment", "Parameter assessment",
          "Do the parameters agree with what is known of them?", STERMAN, parameters.parameters),
    Entry("extreme_conditions", "Extreme conditions",
          "Does the model make sense when its inputs take extreme values?", STERMAN,
          extremes.extremes),
    Entry("integration_error", "Integration error",
          "Do results depend on the time step or the integration method?", STERMAN,
          integration.integration),
    Entry("behaviour_reproduction", "Behaviour reproduction",
          "Does the model reproduce the history of the system?", STERMAN,
          reproduction.reproduction),
    Entry("behaviour_anomaly", "Behaviour anomaly",
          "Does behaviour change when a relation is taken away?", STERMAN, boundary.anomaly),
    Entry("family_member", "Family member",
          "Can the model generate the behaviour of other members of its class?", STERMAN,
          surprise.family),
    Entry("surprise_behaviour", "Surprise behaviour",
          "Does the model show behaviour that nobody had seen or expected?", STERMAN,
          surprise.surprise),
    Entry("sensitivity_analysis", "Sensitivity analysis",
          "Do numbers, modes of behaviour and policy conclusions survive other assumptions?",
          STERMAN, sensitivity.sensitivity),
    Entry("system_improvement", "System improvement",
          "Did the modelling help to change the system for the better?", STERMAN,
          surprise.improvement),
    Entry("files", "Files of the study", "Are the files sound and up to date?",
          "this project", replication.files),
    Entry("conservation", "Conservation", "Does a stock change by its flows alone?",
          "Forrester and Senge (1980)", structure.conservation),
    Entry("evidence", "Evidence", "Does every figure lead to a source?",
          "Rahmandad and Sterman (2012)", parameters.evidence),
    Entry("hindcast_skill", "Hindcast skill", "Did it forecast better than naive methods?",
          "Gneiting and Raftery (2007)", saved.skill),
    Entry("posterior_diagnostics", "Posterior diagnostics", "Can the draws be trusted as draws?",
          "Vehtari et al. (2021)", saved.posterior),
    Entry("replication", "Replication", "Does anybody get the same figures again?",
          "Rahmandad and Sterman (2012)", replication.replication),
    Entry("reporting", "Reporting", "Is everything stated that others need to repeat the work?",
          "Rahmandad and Sterman (2012)", checklist.reporting),
)  # fmt: skip


def validate(
    ground: Ground,
    battery: Sequence[Entry] = BATTERY,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Put a study to the tests.

    Parameters
    ----------
    ground : Ground
    battery : sequence of Entry
    progress : callable
        Told the id of each test before it runs.

    Returns
    -------
    Report
        What the study lacks is not judged, with the reason; nothing is refused for it.

    Raises
    ------
    StudyError
        If the model itself cannot be read.
    """
    program = ground.program
    tests = []
    for entry in battery:
        progress(entry.id)
        tests.append(_test(ground, entry))
    record = {
        "qiantang": version("qiantang"),
        "model": ground.study.model_file.name,
        "model_sha256": text_digest(ground.study.model_file),
        "program": program.hash,
        "fit": _fit(ground),
        "draws": str(ground.draws),
        "seed": str(ground.seed),
        "quick": "yes" if ground.quick else "no",
    }
    return Report(ground.study.model_file.stem, record, tuple(tests),
                  tuple(checklist.items(ground)))  # fmt: skip


def _test(ground: Ground, entry: Entry) -> Test:
    try:
        with warnings.catch_warnings():
            # The median of members that all diverged is NaN, and is judged as such.
            warnings.simplefilter("ignore", RuntimeWarning)
            findings = entry.judge(ground)
    except StudyError as error:
        reason = str(error.faults[0])
        findings = [open_question(entry.id, entry.asks, reason)]
    return Test(entry.id, entry.title, entry.asks, entry.source, tuple(findings))


def _fit(ground: Ground) -> str:
    try:
        return ground.study.fit.record.version
    except StudyError:
        return "none"
