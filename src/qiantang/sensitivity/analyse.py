"""What a target hangs on: every index of the members of one scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qiantang.divergence import losses
from qiantang.ensemble.case import case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import readout_of, target_figures
from qiantang.ensemble.uncertain import Uncertainty, uncertainties
from qiantang.faults import DivergedError, Fault, StudyError
from qiantang.sensitivity.effects import Effects, shapley_effects
from qiantang.sensitivity.given import delta, pawn, pawn_floor

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.scenario import Scenario
    from qiantang.study import Study

Array = NDArray[np.float64]

#: Fewest members from which anything can be said.
FEWEST = 30
#: Inputs of the largest PAWN for which delta is computed as well.
CLOSER = 20
#: Groups beside the sectors of the model.
DRIVERS, DEVIATIONS = "drivers", "deviations"
#: What each index says, and whether it assumes independent inputs.
METHODS = ("PAWN", "delta", "first", "Shapley", "Sobol")


@dataclass(frozen=True)
class Sensitivity:
    """Indices of one target in one scenario.

    Parameters
    ----------
    target : Target
    scenario : Scenario
    members : int
        Sound ones.
    seed : int
    probability : float
        That the target is reached; where it is 0 or 1 there is no index of P.
    inputs : DataFrame
        One row an input, the largest PAWN first: input, kind, group, correlation (of ranks),
        pawn, pawn_p (of reaching the target), delta, first. NaN where it was not computed.
    floor, floor_p : float
        PAWN below which an input is not told from chance.
    groups : tuple of str
    effects : Effects
        Of the groups, on the measure and on whether the target is reached.
    """

    target: Target
    scenario: Scenario
    members: int
    seed: int
    probability: float
    inputs: pd.DataFrame
    floor: float
    floor_p: float
    groups: tuple[str, ...]
    effects: Effects

    def frame(self) -> pd.DataFrame:
        """Return the Shapley effects, one row a group, the largest first."""
        table = pd.DataFrame({"group": self.groups})
        for place, name in enumerate(("measure", "p")):
            sound = place < self.effects.shares.shape[1]
            nothing = np.full(len(self.groups), np.nan)
            table[f"share_{name}"] = self.effects.shares[:, place] if sound else nothing
            table[f"error_{name}"] = self.effects.errors[:, place] if sound else nothing
        return table.sort_values("share_measure", ascending=False, ignore_index=True)

    def record(self) -> dict[str, Any]:
        """Return the answer, ready for JSON."""
        from qiantang.wording.language import phrase

        return {
            "target": self.target.id, "scenario": self.scenario.name, "members": self.members,
            "seed": self.seed, "probability": self.probability, "pawn_floor": self.floor,
            "pawn_p_floor": None if np.isnan(self.floor_p) else self.floor_p,
            "explained": [float(share) for share in self.effects.explained],
            "groups": _plain(self.frame()), "inputs": _plain(self.inputs),
            "methods": [{
                "index": name, "says": phrase(f"sensitivity.says.{name}", "en"),
                "assumes_independence": phrase(f"sensitivity.assumes.{name}", "en"),
            } for name in METHODS],
        }  # fmt: skip


def sensitivity(
    study: Study,
    target: Target,
    scenario: str | None = None,
    *,
    members: int = 1000,
    seed: int = 1,
    vintage: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Sensitivity:
    """Find what a target hangs on, from the members as they are.

    Parameters
    ----------
    study : Study
    target : Target
    scenario : str, optional
        By default the full plan of the study.
    members, seed : int
    vintage : str, optional
        Of the drivers, in place of the scenario's own.
    progress : callable
        Told each stage.

    Raises
    ------
    StudyError
        Fewer than 30 sound members; all members alike; SALib is not installed; unknown scenario.
    DivergedError
        Every member diverged.
    """
    world = study.scenario(scenario or study.about.scenarios.full)
    progress("members")
    values, found = _members(study, target, world, members, seed, vintage)
    columns = np.column_stack([item.values for item in found])
    reached = target.is_reached(values).astype(np.float64)
    probability = float(reached.mean())
    progress("PAWN")
    open_ = 0 < probability < 1
    table = _table(study, found, columns, values)
    table["pawn"] = pawn(columns, values)
    table["pawn_p"] = pawn(columns, reached) if open_ else np.nan
    progress("delta")
    closer = np.argsort(-table["pawn"].to_numpy(), kind="stable")[:CLOSER]
    table["delta"] = table["first"] = np.nan
    for name, found_values in zip(("delta", "first"), delta(columns[:, closer], values, seed),
                                  strict=True):  # fmt: skip
        table.loc[closer, name] = found_values
    groups = tuple(dict.fromkeys(table["group"]))
    parts = [columns[:, (table["group"] == group).to_numpy()] for group in groups]
    outcomes = np.column_stack([values, reached] if open_ else [values])
    effects = shapley_effects(parts, outcomes, seed, progress=progress)
    return Sensitivity(
        target, world, len(values), seed, probability,
        table.sort_values("pawn", ascending=False, ignore_index=True), pawn_floor(values, seed),
        pawn_floor(reached, seed) if open_ else float("nan"), groups, effects,
    )  # fmt: skip


def _members(
    study: Study, target: Target, world: Scenario, members: int, seed: int, vintage: str | None
) -> tuple[Array, list[Uncertainty]]:
    """Run the members and return the measure and what they differ in, sound members only."""
    chosen = choose_members(study, members, seed)
    case = case_of(study, world, vintage)
    readout = readout_of(study, target_figures(study, [target]))
    outcome = ensemble_of(study, chosen, seed, readout).run_one(case)
    if lost := losses(world, outcome):
        raise DivergedError(lost)
    values = readout.measures(outcome.read, [target])[target.id]
    good = np.isfinite(values)
    if good.sum() < FEWEST:
        what = f"{good.sum()} sound members, at least {FEWEST} are needed"
        raise StudyError([Fault("sensitivity", None, target.id, what)])
    values = values[good]
    found = uncertainties(study, chosen, seed, case.vintages, target.measure.years)
    found = [Uncertainty(item.name, item.kind, item.values[good]) for item in found]
    found = [item for item in found if np.ptp(item.values) > 0]
    if np.ptp(values) == 0 or not found:
        what = "all members are alike, there is nothing to share out"
        raise StudyError([Fault("sensitivity", None, target.id, what)])
    return values, found


def _table(study: Study, found: list[Uncertainty], columns: Array, values: Array) -> pd.DataFrame:
    from scipy.stats import rankdata

    ranks = rankdata(np.column_stack([columns, values]), axis=0)
    linked = np.asarray(np.corrcoef(ranks, rowvar=False))[-1, :-1]
    return pd.DataFrame({
        "input": [item.name for item in found],
        "kind": [item.kind for item in found],
        "group": [_group(study, item) for item in found],
        "unit": [study.dictionary[item.name].unit for item in found],
        "correlation": linked,
    })  # fmt: skip


def _group(study: Study, item: Uncertainty) -> str:
    """Return the sector of a parameter; drivers and deviations are groups of their own."""
    if item.kind == "parameter":
        return study.dictionary[item.name].group
    return DRIVERS if item.kind == "driver" else DEVIATIONS


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    whole = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]
