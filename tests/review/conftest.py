"""A study with enough members to be reviewed, whose later figures are those of a made world."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from qiantang.calibrate.counts import draw_counts
from qiantang.evidence.observations import digest
from qiantang.fits import FitRecord, save_fit
from qiantang.review.filter import Filter
from qiantang.review.opening import open_filter
from qiantang.review.readings import Known
from qiantang.review.review import Review
from qiantang.session import OpenStudy, open_study
from qiantang.study import Study

ROOT = Path(__file__).parents[2]
#: Members of the fit of these tests.
MEMBERS = 240


@pytest.fixture(scope="session")
def reviewed_study(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    """Return a copy of the study whose figures after the fit are near the middle of its members."""
    folder = tmp_path_factory.mktemp("reviewed")
    copied(folder)
    _add_fit(open_study(folder))
    _make_world(folder)
    return open_study(folder)


def copied(folder: Path) -> None:
    """Copy the study without its fits."""
    shutil.copy(ROOT / "study.yaml", folder)
    for part in ("model", "scenarios"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copytree(
        ROOT / "calibration", folder / "calibration", ignore=shutil.ignore_patterns("fits")
    )


@pytest.fixture(scope="session")
def review(reviewed_study: OpenStudy) -> Review:
    return reviewed_study.as_of("2019-03-31", members=MEMBERS)


@pytest.fixture(scope="session")
def tracker(reviewed_study: OpenStudy) -> Filter:
    return open_filter(reviewed_study, None, MEMBERS, 1, 2019.75)


def _add_fit(study: Study) -> None:
    """Save a fit of members that differ little in parameters and drift from year to year."""
    rng = np.random.default_rng(20180630)
    z = 0.03 * study.priors.draw(MEMBERS, rng)
    times = np.arange(2000.0, 2026.0) + 0.5
    moves = np.where(times > 2018.0, 0.06, 0.003)
    innovations = {
        record.innovation: np.cumsum(moves * rng.standard_normal((MEMBERS, len(times))), axis=1)
        for record in study.discrepancy.values()
        if record.innovation is not None
    }
    innovations |= draw_counts(study.counts, (MEMBERS, len(times)), rng)
    drift = {name: {"yearly_sd": 0.06, "persistence": 0.99} for name in study.discrepancy}
    record = FitRecord(
        version="made", method="drawn from the priors", members=MEMBERS, seed=1,
        sees_until=2018.0, model=study.model_meaning, inputs={}, plan={}, drift=drift,
        diagnostics={}, runs=0, files={},
    )  # fmt: skip
    folder = study.folder / "calibration" / "fits" / "made"
    save_fit(folder, record, study.priors.as_parameters(z), times, innovations, {})


def _make_world(folder: Path) -> None:
    """Put what the members say in the middle in place of every later figure."""
    tracker = open_filter(open_study(folder), None, MEMBERS, 1, 2019.75)
    belief = tracker.given(Known(2018.5, ()), tracker.world.at(2018.5))
    place = tracker.readout.place
    said = {
        (figure.variable, figure.year): float(np.median(belief.read[row]))
        for figure, row in place.items()
    }
    series = tracker.study.evidence.series
    path = folder / "calibration" / "evidence" / "observations.csv"
    real: dict[tuple[str, float], float] = {}
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        made = said.get((series[row["series"]].variable, float(row["year"])))
        if made is not None and float(row["year"]) >= 2018 and row["form"] == "exact":
            real[row["series"], float(row["year"])] = float(row["value"])
            row["value"] = f"{made * 1.01:.6g}"
    _write(path, rows)
    twin = path.with_name(path.name + ".meta.yaml")
    lines = twin.read_text(encoding="utf-8").splitlines()
    lines = [f"sha256: {digest(path)}" if line.startswith("sha256") else line for line in lines]
    twin.write_text("\n".join(lines) + "\n", encoding="utf-8")
    parts = folder / "calibration" / "evidence" / "releases.csv"
    rows = list(csv.DictReader(parts.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        year = float(row["period"][:4])
        if (row["series"], year) in real:
            made = said[series[row["series"]].variable, year]
            row["value"] = f"{float(row['value']) * made / real[row['series'], year]:.6g}"
    _write(parts, rows)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
