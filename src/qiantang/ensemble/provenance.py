"""What a run was made from: the facts that travel with its Dataset, written and read here alone."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.changes import OWN, Changes
from qiantang.fits import text_digest
from qiantang.scenario import Scenario
from qiantang.study import Study
from qiantang.wording.titles import titles_shown

if TYPE_CHECKING:
    import xarray as xr

#: A scenario and its digest; a name may hold commas and colons.
_DIGEST = re.compile(r"(.+?): ([0-9a-f]{64})(?:, |$)")


def titles_of(dataset: xr.Dataset) -> dict[str, tuple[str, str]]:
    """Return the English and the Chinese title of each scenario; none of a Dataset without."""
    attrs = dataset["scenario"].attrs
    pairs = zip(attrs.get("titles", ()), attrs.get("titles_zh", ()), strict=True)
    names = map(str, dataset.scenario.values)
    return {name: (str(en), str(zh)) for name, (en, zh) in zip(names, pairs, strict=False)}


def vintages_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return the vintage of each scenario; a name may hold commas and colons, a vintage none."""
    vintages = {}
    rest = str(dataset.attrs["vintages"])
    for scenario in map(str, dataset.scenario.values):
        vintages[scenario], _, rest = rest.removeprefix(f"{scenario}: ").partition(", ")
    return vintages


def changes_of(dataset: xr.Dataset) -> dict[str, Changes]:
    """Return what each scenario changes of the world; none of a Dataset without."""
    told = json.loads(str(dataset.attrs.get("changes", "{}")))
    return {name: Changes.of_record(record) for name, record in told.items()}


def digests_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return the digest of each scenario's file; none of a Dataset without."""
    told = str(dataset.attrs.get("scenario_sha256", ""))
    return dict(_DIGEST.findall(told))


def titled(scenarios: Sequence[Scenario]) -> dict[str, list[str]]:
    """Return the titles of scenarios, as they travel with their axis."""
    pairs = [titles_shown(scenario) for scenario in scenarios]
    return {"titles": [en for en, _ in pairs], "titles_zh": [zh for _, zh in pairs]}


def made_from(
    study: Study, scenarios: Sequence[Scenario], seed: int, vintage: str | None, engine: str
) -> dict[str, str]:
    """Return model, fit, seed, engine, versions, and world and digest of each scenario."""
    changes = {s.name: s.changes.record() for s in scenarios if s.changes}
    return {
        "study": study.model_file.stem,
        "model_sha256": text_digest(study.model_file),
        "fit": study.fit.record.version,
        "seed": str(seed),
        "engine": engine,
        "vintage_given": vintage or "",
        "vintages": ", ".join(f"{s.name}: {world_of(s, vintage)}" for s in scenarios),
        "scenario_sha256": ", ".join(f"{s.name}: {s.sha256}" for s in scenarios),
        "qiantang": version("qiantang"),
        "numpy": np.__version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        **({"changes": json.dumps(changes)} if changes else {}),
    }


def world_of(scenario: Scenario, vintage: str | None) -> str:
    """Return the vintage of a scenario, that of other drivers, and whether it changes any."""
    others = sorted({v for v in scenario.drivers.values() if v != scenario.vintage})
    seen = [scenario.vintage, *others] if vintage is None else [vintage]
    return " + ".join([*seen, *([OWN] if scenario.changes else [])])


def divergence(scenarios: Sequence[Scenario], firsts: Sequence[Any]) -> str:
    """Return one sentence for each scenario in which a member diverged."""
    lines = []
    for scenario, faults in zip(scenarios, firsts, strict=True):
        if faults:
            name, time = faults[0]
            lines.append(f"{scenario.name}: {len(faults)} diverged, first {name} at {time:.3f}")
    return "; ".join(lines)
