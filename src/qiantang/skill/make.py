"""A new scoreboard: score, save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version as installed
from typing import TYPE_CHECKING

from qiantang.skill.saved import (
    Saved,
    SkillRecord,
    inputs_of,
    refuse_existing,
    save,
    skill_folder,
)
from qiantang.skill.scoreboard import score
from qiantang.skill.settings import Forecaster, SeriesRecord

if TYPE_CHECKING:
    from qiantang.study import Study

#: Packages whose version moves a score.
_PACKAGES = ("numpy", "qiantang", "scipy", "statsmodels")


def selected_origins(study: Study, until: int | None) -> tuple[float, ...]:
    """Return the origins up to a year; all without one."""
    origins = study.about.hindcasts.origins
    return tuple(origin for origin in origins if until is None or origin <= until)


def make(
    study: Study,
    series: Mapping[str, SeriesRecord],
    forecaster: Forecaster | None,
    version: str,
    command: str,
    *,
    members: int = 1000,
    seed: int = 1,
    progress: Callable[[str], None] = lambda line: None,
) -> Saved:
    """Score a forecaster on all origins and save the result as a new version.

    Parameters
    ----------
    study : Study
    series : mapping of str to SeriesRecord
    forecaster : Forecaster or None
    version : str
        Name of the new folder under calibration/skill.
    command : str
        What makes it again.
    members, seed : int
    progress : callable

    Raises
    ------
    StudyError
        If the version exists.
    """
    folder = skill_folder(study) / version
    refuse_existing(folder)
    inputs = inputs_of(study)  # as they are now, not when the last forecast is made
    board = score(study, series, forecaster, members=members, seed=seed, progress=progress)
    record = SkillRecord(
        version=version,
        command=command,
        members=members,
        seed=seed,
        origins=list(study.about.hindcasts.origins),
        packages={name: installed(name) for name in _PACKAGES},
        inputs=inputs,
        files={},
    )
    return save(folder, record, board)
