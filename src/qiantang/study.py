"""A study: a folder of plain files - model, evidence, scenarios, fits - read on demand."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError

# Each part brings the records and libraries that only it needs, so a verb that looks at one part of
# a study waits for no other.
if TYPE_CHECKING:
    from qiantang.calibrate.counts import CountRecord
    from qiantang.calibrate.discrepancy import DiscrepancyRecord
    from qiantang.changefaults import Outside
    from qiantang.constants import ConstantRecord
    from qiantang.engine import LoadedProgram
    from qiantang.evidence.drivers import Drivers
    from qiantang.evidence.observations import Evidence
    from qiantang.evidence.releases import Release
    from qiantang.fits import Fit
    from qiantang.model.mdl import Dictionary
    from qiantang.plan.outcomes import Outcomes
    from qiantang.plan.targets import Plan
    from qiantang.policy.effort import Effort
    from qiantang.priors import Priors
    from qiantang.scenario import Scenario
    from qiantang.studyfile import StudyFile
    from qiantang.vocabulary import Vocabulary


class Study:
    """One study folder. Every part is read, and checked, when it is first asked for.

    Parameters
    ----------
    folder : Path
        With ``study.yaml``, ``model/``, ``scenarios/`` and ``calibration/`` inside.

    fit : str, optional
        Name of the fit to use; the newest if left out.

    Raises
    ------
    StudyError
        If the folder holds no study, or no such fit.
    """

    def __init__(self, folder: Path, *, fit: str | None = None) -> None:
        self.folder = folder
        models = sorted((folder / "model").glob("*.mdl"))
        if len(models) != 1:
            what = f"expected one .mdl file in model/, found {len(models)}"
            raise StudyError([Fault(folder, None, "", what)])
        self.model_file = models[0]
        self.fit_name = fit
        if fit is not None:
            from qiantang.fits import refuse_unknown

            refuse_unknown(folder / "calibration" / "fits", fit)

    @cached_property
    def about(self) -> StudyFile:
        """What the study says of itself: plan, vintages, years, main scenarios."""
        from qiantang.studyfile import read_study

        return read_study(self.folder)

    @cached_property
    def dictionary(self) -> Dictionary:
        """Name, unit, limits and meaning of every variable."""
        from qiantang.model.mdl import read_dictionary

        return read_dictionary(self.model_file)

    @cached_property
    def model_meaning(self) -> str:
        """Digest of what the model computes; an edited comment does not move it."""
        from qiantang.modelfile.read import read_document

        return read_document(self.model_file)[0].meaning

    @cached_property
    def program(self) -> LoadedProgram:
        """The model, ready to run."""
        from qiantang.engine import load_model  # imports PySD when the model file is new

        return load_model(self.model_file)

    @cached_property
    def driver_names(self) -> frozenset[str]:
        """Names of the exogenous series; their figures are not read."""
        from qiantang.evidence.driverfile import read_register
        from qiantang.files.yamlfile import read_yaml

        document = read_yaml(self.folder / "calibration" / "evidence" / "drivers.yaml")
        return frozenset(read_register(document, self.about).drivers)

    @cached_property
    def drivers(self) -> Drivers:
        """The exogenous series, in both vintages."""
        from qiantang.evidence.drivers import read_drivers

        return read_drivers(self.folder / "calibration" / "evidence", self.about)

    @cached_property
    def evidence(self) -> Evidence:
        """The observed figures."""
        from qiantang.evidence.observations import read_evidence

        return read_evidence(self.folder / "calibration" / "evidence")

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Figures as they were published, parts of years among them; empty without such a file."""
        from qiantang.evidence.releases import read_releases, releases_path

        return read_releases(releases_path(self.folder), self.evidence)

    @cached_property
    def priors(self) -> Priors:
        """Prior of every uncertain parameter."""
        from qiantang.priors import read_priors

        levers = {item.identifier for item in self.dictionary.levers()}
        constants = {
            name: (item.unit, *item.limits)
            for name, item in self.dictionary.items()
            if name not in levers
        }
        return read_priors(self.folder / "calibration" / "priors.yaml", constants)

    @cached_property
    def constants(self) -> dict[str, ConstantRecord]:
        """Source of every constant that is the same in every member."""
        from qiantang.constants import constants_path, read_constants

        levers = {item.identifier for item in self.dictionary.levers()}
        known = set(self.innovations) | set(self.priors.names) | levers
        fixed = set(self.program.constants) - known - set(_CONTROL)
        return read_constants(constants_path(self.folder), fixed)

    @cached_property
    def discrepancy(self) -> dict[str, DiscrepancyRecord]:
        """Prior of what the structure leaves unexplained."""
        from qiantang.calibrate.discrepancy import read_discrepancy

        return read_discrepancy(self.folder / "calibration" / "discrepancy.yaml")

    @cached_property
    def counts(self) -> dict[str, CountRecord]:
        """How the draws of the model's counts are drawn; empty where it counts nothing."""
        from qiantang.calibrate.counts import counts_path, read_counts

        return read_counts(counts_path(self.folder))

    @property
    def innovations(self) -> tuple[str, ...]:
        """Constants of the model that carry a path of their own in each member."""
        carried = (record.innovation for record in self.discrepancy.values())
        return (*(name for name in carried if name is not None), *self.counts)

    @cached_property
    def plan(self) -> Plan:
        """The articles and targets of the plan."""
        from qiantang.plan.targets import read_plan

        levers = {item.identifier for item in self.dictionary.levers()}
        return read_plan(self.folder / "scenarios" / "plan", levers, set(self.dictionary))

    @cached_property
    def outcomes(self) -> Outcomes | None:
        """What the plan moves that has no figure of its own; None where the study names none."""
        from qiantang.plan.outcomes import outcomes_path, read_outcomes

        return read_outcomes(outcomes_path(self.folder), set(self.dictionary))

    @cached_property
    def headlines(self) -> tuple[str, ...]:
        """Variables that a run saves unless told otherwise."""
        from qiantang.headlines import read_headlines

        return read_headlines(self.folder / "model" / "headlines.yaml", self.dictionary)

    @cached_property
    def usual(self) -> tuple[str, ...]:
        """The headlines, outcomes without a figure, series with figures: what commands ask for."""
        told = () if self.outcomes is None else (item.of for item in self.outcomes.outcomes)
        observed = (self.folder / "calibration" / "evidence").is_dir()
        seen = (x.variable for x in self.evidence.series.values()) if observed else ()
        return tuple(dict.fromkeys([*self.headlines, *told, *seen]))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What a scenario of this study may speak of."""
        from qiantang.vocabulary import Vocabulary
        from qiantang.whenfaults import Watched

        levers = {}
        for item in self.dictionary.levers():
            low, high = item.limits
            levers[item.identifier] = (item.unit, 0.0 if low is None else low,
                                       1.0 if high is None else high)  # fmt: skip
        articles = {article.number for article in self.plan.articles.articles}
        start, end = (float(self.dictionary[name].equation) for name in _SPAN)
        chinese = {item.identifier: item.meaning_zh for item in self.dictionary.levers()}
        variables = {
            name: (item.unit, item.meaning_zh)
            for name, item in self.dictionary.items()
            if not item.is_control and not item.is_lookup
        }
        return Vocabulary(
            levers, set(self.driver_names), set(self.about.vintage_names), articles,
            (start, end), chinese, self.about.known, self._outside,
            Watched(variables, (start, end), float(self.dictionary[_STEP].equation)),
        )  # fmt: skip

    @cached_property
    def outside(self) -> Outside:
        """What of the world a scenario may change."""
        from qiantang.outside import outside_of

        return outside_of(self)

    def _outside(self) -> Outside:
        return self.outside

    @cached_property
    def effort(self) -> Effort:
        """What each lever costs and what a package may hold."""
        from qiantang.policy.effort import effort_path

        return self.effort_in(effort_path(self.folder))

    def effort_in(self, file: Path) -> Effort:
        """Read an effort file in place of the study's own."""
        from qiantang.policy.effort import read_effort

        targets = [target.id for target in self.plan.targets.targets]
        return read_effort(file, self.vocabulary, targets, self.dictionary)

    @cached_property
    def fit(self) -> Fit:
        """The fit that was asked for, or the newest."""
        from qiantang.fits import newest_fit, read_fit

        if self.fit_name is not None:
            return read_fit(self.folder / "calibration" / "fits" / self.fit_name)
        return newest_fit(self.folder / "calibration" / "fits")

    def has_fit(self) -> bool:
        """Tell whether the study has a fit at all."""
        from qiantang.fits import fit_folders

        return bool(fit_folders(self.folder / "calibration" / "fits"))

    def scenario_names(self) -> list[str]:
        """Names of the shipped scenarios."""
        from qiantang.scenario import scenario_names

        return scenario_names(self.folder / "scenarios")

    def scenario(self, name: str) -> Scenario:
        """Read a scenario by name or title, or from the path of a file, with its bases taken in."""
        from qiantang.naming import scenario_id
        from qiantang.scenario import resolve

        return resolve(scenario_id(self, name), self.folder / "scenarios", self.vocabulary)


_CONTROL = ("initial_time", "final_time", "time_step", "saveper")
_SPAN = ("initial_time", "final_time")
_STEP = "time_step"


def bundled_folder() -> Path:
    """Return the folder of the bundled study: inside an installed package, or the repository."""
    inside = Path(__file__).parent / "bundled"
    return inside if inside.is_dir() else Path(__file__).parents[2]
