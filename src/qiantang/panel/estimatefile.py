"""The file estimates.yaml: what the panel taught, from which figures, how well it was sampled."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from qiantang.files.outfile import put_text
from qiantang.files.yamlfile import read_yaml, validate, yaml_text

#: Names of the parts of an estimate that are no member of the panel.
PANEL, NEW = "panel", "new_city"
#: Bars of the sampler: Vehtari et al. (2021), Bayesian Analysis 16, a hundred draws a chain.
MOST_RHAT, LEAST_ESS = 1.01, 400
#: Divergences for each draw of a chain: a few in thousands do not move what is printed here.
MOST_DIVERGING = 0.001


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Spread(_Record):
    """A distribution by mean, standard deviation and three quantiles."""

    mean: float
    sd: float = Field(ge=0)
    p05: float
    p50: float
    p95: float


class Estimate(_Record):
    """One estimate.

    Parameters
    ----------
    unit : str
    panel : Spread
        Posterior of the value that the panel has in common, or of its centre across cities.
    own : dict of str to Spread
        Posterior of this study's city; empty where all cities share one value.
    new_city : Spread or None
        Posterior predictive of a city that is not in the panel; None as above.
    rhat, ess_bulk, ess_tail : float
        Worst of its parts.
    """

    unit: str
    panel: Spread
    own: dict[str, Spread] = {}
    new_city: Spread | None = None
    rhat: float
    ess_bulk: int
    ess_tail: int

    def part(self, name: str) -> Spread | None:
        """Return a part by name; a new city takes a shared value where all cities share one."""
        if name == NEW:
            return self.new_city or self.panel
        return self.panel if name == PANEL else self.own.get(name)


class QuantityEstimates(_Record):
    """The estimates of one quantity, and the figures they rest on."""

    title: str
    kind: str
    figures: int
    cities: int
    years: tuple[int, int]
    draws: int
    divergences: int
    estimates: dict[str, Estimate]


class EstimateFile(_Record):
    """The whole file."""

    information_to: int = Field(description="last year of which figures were used")
    seed: int
    sampler: dict[str, int | float | str]
    inputs: dict[str, str] = Field(description="digests of the files read")
    quantities: dict[str, QuantityEstimates]

    def missed(self) -> list[str]:
        """Return estimates that miss the bars, and quantities that diverge too often."""
        found = [
            f"{name}.{part}"
            for name, quantity in self.quantities.items()
            for part, one in quantity.estimates.items()
            if one.rhat > MOST_RHAT or min(one.ess_bulk, one.ess_tail) < LEAST_ESS
        ]
        return found + [
            name
            for name, one in self.quantities.items()
            if one.divergences > MOST_DIVERGING * one.draws
        ]


def panel_folder(study_folder: Path) -> Path:
    """Return the folder of the panel."""
    return study_folder / "calibration" / "panel"


def read_estimates(study_folder: Path) -> EstimateFile:
    """Read estimates.yaml; no sampler is needed.

    Raises
    ------
    StudyError
    """
    return validate(read_yaml(panel_folder(study_folder) / "estimates.yaml"), EstimateFile)


def estimates_path(study_folder: Path) -> Path:
    """Return the file of the estimates."""
    return panel_folder(study_folder) / "estimates.yaml"


def write_estimates(study_folder: Path, found: EstimateFile) -> Path:
    """Write estimates.yaml whole or not at all."""
    out = estimates_path(study_folder)
    told = yaml_text(found.model_dump(mode="json"))
    put_text(out, f"# Made by: qiantang panel. Not to be edited.\n{told}")
    return out
