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
from qiantang.wording.told import Named, Refused, Told, said


@dataclass(frozen=True)
class Entry:
    """One test of the list: its id, who asks for it, and the function that judges it."""

    id: str
    author: str
    judge: Callable[[Ground], list[Finding]]

    @property
    def title(self) -> str:
        """What the test is called."""
        return Told(f"validate.test.{self.id}")

    @property
    def asks(self) -> str:
        """The question of the test."""
        return Told(f"asks.{self.id}")

    @property
    def source(self) -> str:
        """Where the test is asked for."""
        return Told(f"source.{self.author}")


BATTERY: tuple[Entry, ...] = (
    Entry("boundary_adequacy", "sterman", boundary.boundary),
    Entry("structure_assessment", "sterman", structure.structure),
    Entry("dimensional_consistency", "sterman", structure.dimensions),
    Entry("parameter_assessment", "sterman", parameters.parameters),
    Entry("extreme_conditions", "sterman", extremes.extremes),
    Entry("integration_error", "sterman", integration.integration),
    Entry("behaviour_reproduction", "sterman", reproduction.reproduction),
    Entry("behaviour_anomaly", "sterman", boundary.anomaly),
    Entry("family_member", "sterman", surprise.family),
    Entry("surprise_behaviour", "sterman", surprise.surprise),
    Entry("sensitivity_analysis", "sterman", sensitivity.sensitivity),
    Entry("system_improvement", "sterman", surprise.improvement),
    Entry("files", "project", replication.files),
    Entry("conservation", "forrester", structure.conservation),
    Entry("evidence", "rahmandad", parameters.evidence),
    Entry("hindcast_skill", "gneiting", saved.skill),
    Entry("posterior_diagnostics", "vehtari", saved.posterior),
    Entry("replication", "rahmandad", replication.replication),
    Entry("reporting", "rahmandad", checklist.reporting),
)


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
        reason = Refused(error.faults[0])
        called = Named(entry.id, said(entry.title, "zh"))
        findings = [open_question(entry.id, entry.asks, reason, called=called)]
    return Test(entry.id, entry.title, entry.asks, entry.source, tuple(findings))


def _fit(ground: Ground) -> str:
    try:
        return ground.study.fit.record.version
    except StudyError:
        return "none"
