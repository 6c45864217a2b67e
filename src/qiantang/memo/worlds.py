"""The runs behind a memo: each scenario as it says, as known at the plan, and as it happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qiantang.ensemble.provenance import vintages_of
from qiantang.ensemble.reach import Row
from qiantang.faults import Fault, StudyError
from qiantang.scenario import Scenario
from qiantang.session.runs import FinishedRuns, run_read
from qiantang.study import Study
from qiantang.sweep.named import Named, read_named

World = Literal["own", "known", "actual"]

#: Worlds in which every scenario is scored: its own, and the two vintages of the study.
WORLDS: tuple[World, ...] = ("own", "known", "actual")


@dataclass(frozen=True)
class Worlds:
    """The scenarios of a memo and how they do in each world.

    Parameters
    ----------
    study : Study
    scenarios : tuple of Scenario
    own : FinishedRuns
        Every scenario in the world that it names itself.
    actual : FinishedRuns
        At least the first scenario in the world as it happened.
    rows : dict
        Reach of each target by world, scenario and target.
    members, seed : int
    """

    study: Study
    scenarios: tuple[Scenario, ...]
    own: FinishedRuns
    actual: FinishedRuns
    rows: dict[tuple[str, str, str], Row]
    members: int
    seed: int

    @property
    def first(self) -> Scenario:
        """The scenario that the findings are held against: the first one given."""
        return self.scenarios[0]

    @property
    def lead(self) -> Scenario:
        """The scenario that the findings speak of: the last one given."""
        return self.scenarios[-1]


def read_scenarios(
    study: Study, names: Sequence[Named], where: Mapping[str, str] | None = None
) -> tuple[Scenario, ...]:
    """Read the scenarios of a memo; refuse unknown ones, and one given twice.

    Parameters
    ----------
    study : Study
    names : sequence of str, Path, mapping or Scenario
        The folder of a sweep stands for its points.
    where : mapping of str to str, optional
        Axis of a sweep to the value that its points must have.

    Raises
    ------
    StudyError
        Every fault at once.
    """
    faults: list[Fault] = []
    found: list[Scenario] = []
    for name in names:
        try:
            several = read_named(study, [name], where)
        except StudyError as error:
            faults += error.faults
            continue
        for one in several:
            if one.name in {other.name for other in found}:
                what = "given twice, expected different names"
                faults.append(Fault("scenarios", None, one.name, what))
            found.append(one)
    if faults:
        raise StudyError(faults)
    return tuple(found)


def run_worlds(
    study: Study,
    scenarios: Sequence[Scenario],
    members: int,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Worlds:
    """Run every scenario in every world, none of them twice.

    In the two vintages a scenario runs without what it changes of the world itself.

    Parameters
    ----------
    study : Study
    scenarios : sequence of Scenario
    members, seed : int
    progress : callable
        Told the name of each scenario before it runs.
    """
    own = run_read(study, scenarios, members=members, seed=seed, progress=progress)
    vintages = vintages_of(own.dataset)
    rows: dict[tuple[str, str, str], Row] = {
        ("own", row.scenario, row.target): row for row in own.reach().rows
    }
    actual = own
    for world, vintage in zip(WORLDS[1:], study.about.vintage_names, strict=True):
        for row in own.reach().rows:
            if vintages[row.scenario] == vintage:
                rows[world, row.scenario, row.target] = row
        others = [one.unchanged() for one in scenarios if vintages[one.name] != vintage]
        if not others:
            continue
        made = run_read(
            study, others, members=members, seed=seed, vintage=vintage, progress=progress
        )
        rows |= {(world, row.scenario, row.target): row for row in made.reach().rows}
        if world == "actual" and others[0].name == scenarios[0].name:
            actual = made
    size = int(own.dataset.sizes["member"])
    return Worlds(study, tuple(scenarios), own, actual, rows, size, seed)
