from __future__ import annotations

from collections.abc import Iterator

import pytest

from qiantang.session import open_study
from qiantang.skill.baselines import one_thread
from qiantang.skill.settings import SeriesRecord, read_series
from qiantang.study import Study


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep linear algebra from waiting for threads, as the scoreboard does."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def study() -> Study:
    return open_study()


@pytest.fixture(scope="session")
def series(study: Study) -> dict[str, SeriesRecord]:
    path = study.folder / "calibration" / "skill" / "series.yaml"
    return read_series(path, study.evidence, study.drivers)
