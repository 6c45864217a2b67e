"""What a review reads, and when it could: `calibration/review.yaml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.yamlfile import read_yaml, validate
from qiantang.known import KnownDate
from qiantang.study import Study


class Later(BaseModel):
    """A figure of the evidence that came out later than its lag says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series: str
    year: float = Field(allow_inf_nan=False)
    published: KnownDate
    why: str = Field(min_length=1)


class Settings(BaseModel):
    """The file `calibration/review.yaml`; a study without it has what stands here.

    Parameters
    ----------
    lag : float
        From the end of what a figure speaks of until it is published, where no date is given.
        [Year]
    share_sd : float
        Least spread, from year to year, of the share that a part has in its year, in logs.
    counts : dict
        Series of whole numbers, each with the draw of `counts.yaml` that moves it.
    later : tuple of Later
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lag: float = Field(default=0.25, ge=0, le=2, allow_inf_nan=False)
    share_sd: float = Field(default=0.03, gt=0, le=1, allow_inf_nan=False)
    counts: dict[str, str] = {}
    later: tuple[Later, ...] = ()


def settings_path(folder: Path) -> Path:
    """Return where a study says what its reviews read."""
    return folder / "calibration" / "review.yaml"


def read_settings(study: Study) -> Settings:
    """Read the settings and hold them against the evidence.

    Raises
    ------
    StudyError
        Every fault at once.
    """
    path = settings_path(study.folder)
    if not path.is_file():
        return Settings()
    document = read_yaml(path)
    settings = validate(document, Settings)
    series, faults = study.evidence.series, []
    for name, draw in settings.counts.items():
        if name not in series:
            what = f"no such series{nearest(name, series)}"
            faults.append(document.fault(("counts", name), what))
        if draw not in study.counts:
            what = f"no draw of counts.yaml{nearest(draw, study.counts)}"
            faults.append(document.fault(("counts", name), what))
    for place, item in enumerate(settings.later):
        rows = series[item.series].observations if item.series in series else ()
        if not any(row.year == item.year for row in rows):
            what = f"{item.series} {item.year:g} is no figure of the evidence"
            faults.append(document.fault(("later", place), what))
    if faults:
        raise StudyError(list[Fault](faults))
    return settings
