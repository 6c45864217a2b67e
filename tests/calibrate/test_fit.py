"""A calibration from beginning to end: saved, repeatable, resumed, started where the city is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from towns import copy_of

from qiantang.calibrate.carry import Carried
from qiantang.calibrate.chains import CHAINS, Plan
from qiantang.calibrate.diagnostics import arviz
from qiantang.calibrate.fit import KEY, START, calibrate
from qiantang.calibrate.target import Target
from qiantang.faults import StudyError
from qiantang.fits import DRAWS, INNOVATIONS, POSTERIOR, RECORD, Fit, newest_fit
from qiantang.meaning import meaning_digest
from qiantang.study import Study

MEMBERS, SEED = 24, 3
TINY = Plan(chains=8, warm_up=(6,), kept=8, thin=2)
NAME = "2018-06-test"


@pytest.fixture(scope="module", autouse=True)
def _coarse() -> Iterator[None]:
    """Search less: what is proven here does not depend on how well the mode is found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qiantang.calibrate.laplace.ROUNDS", 2)
        patch.setattr("qiantang.calibrate.fit.PROBE", 32)
        yield


def made(study: Study, name: str = NAME, seed: int = SEED) -> Fit:
    return calibrate(study, name, members=MEMBERS, seed=seed, plan=TINY)


def fits_of(study: Study) -> Path:
    return study.folder / "calibration" / "fits"


@pytest.fixture(scope="module")
def fit(town: Study) -> Fit:
    return made(town)


def test_a_calibration_is_saved_with_what_it_was_made_from(town: Study, fit: Fit) -> None:
    assert newest_fit(fits_of(town)).record == fit.record
    record = fit.record
    assert record.model == town.model_meaning
    assert (record.sees_until, record.seed) == (town.about.origin, SEED)
    assert record.plan == json.loads(json.dumps(asdict(TINY)))
    for name, digest in record.inputs.items():
        assert meaning_digest(town.folder / "calibration" / name) == digest
    assert set(record.files) == {
        DRAWS, INNOVATIONS, POSTERIOR, "report.md", "series.csv", "parameters.csv",
        "diagnostics.csv", "fit.svg",
    }  # fmt: skip
    assert {path.name for path in fit.folder.iterdir()} == {*record.files, RECORD}
    assert set(record.drift) <= set(town.discrepancy)
    assert record.runs > 8 * (6 + 8 * 2)


def test_nothing_half_written_is_left(town: Study, fit: Fit) -> None:
    assert [path.name for path in fits_of(town).iterdir()] == [fit.folder.name]


def test_the_draws_open_with_arviz(fit: Fit) -> None:
    data = arviz().from_netcdf(fit.folder / POSTERIOR)
    drawn = data.posterior["standard"]
    assert drawn.dims == ("chain", "draw", "coordinate")
    assert drawn.shape[:2] == (TINY.chains, TINY.kept)
    assert np.isfinite(drawn.values).all()
    assert data.sample_stats["lp"].shape == (TINY.chains, TINY.kept)
    assert data.observed_data["log_value"].ndim == 1
    assert data.posterior.attrs["model_sha256"] == fit.record.model
    rhat = arviz().rhat(data)["standard"]
    assert float(rhat.max()) == pytest.approx(float(fit.record.diagnostics["worst_rhat"]), abs=1e-3)
    data.close()


def test_so_short_chains_do_not_pass(fit: Fit) -> None:
    assert fit.record.diagnostics["passed"] is False
    assert "NOT met" in (fit.folder / "report.md").read_text(encoding="utf-8")


def test_members_settle_and_stay_within_the_limits(town: Study, fit: Fit) -> None:
    assert 0 < fit.record.members <= MEMBERS
    assert set(fit.parameters) == set(town.priors.names)
    z = town.priors.standard(np.array([fit.parameters[name] for name in town.priors.names]).T)
    assert len(z) == fit.record.members
    assert (z >= town.priors.lower - 1e-6).all()
    assert (z <= town.priors.upper + 1e-6).all()
    times, paths = fit.innovations
    assert set(paths) == set(town.innovations)
    assert all(path.shape == (len(z), len(times)) for path in paths.values())
    assert all(np.isfinite(path).all() for path in paths.values())


def test_members_pass_through_the_last_observed_state(town: Study, fit: Fit) -> None:
    """Forecasts start from 2017: members lie around the figures, closer than the drift allows."""
    data = town.run("current_policy", members=fit.record.members, vintage="actual").dataset
    for name in ("passengers", "goods_exports", "gdp"):
        series = town.evidence.series[name]
        seen = {row.year: row.value for row in series.used if row.value is not None}
        year = max(year for year in seen if year <= 2017)
        gap = np.log(data[series.variable].sel(time=year).values[0] / seen[year])
        assert abs(np.median(gap)) < 0.05, name
        later = np.log(data[series.variable].sel(time=2020).values[0])
        assert later.std() > gap.std(), name


def test_a_version_that_exists_is_refused_before_any_work(town: Study, fit: Fit) -> None:
    told: list[str] = []
    with pytest.raises(StudyError, match=f"{NAME}: a fit is never overwritten"):
        calibrate(town, NAME, members=2, progress=told.append)
    assert told == []


class Stop:
    """Interrupts the density of a fit at some of its calls."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = 10**9
        density = Target.active_density

        def counted(target: Target, x: np.ndarray) -> np.ndarray:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return density(target, x)

        patch.setattr(Target, "active_density", counted)


def test_interrupted_and_resumed_ends_with_the_same_bytes(
    town: Study, fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = copy_of(town, tmp_path)
    stop = Stop(monkeypatch)
    place = fits_of(study) / f".{NAME}.unfinished"
    for calls in (0, 4, 5, 9):  # at the first point; in the warm-up, twice; among the draws
        stop.left = calls
        with pytest.raises(KeyboardInterrupt):
            made(study)
        assert not (fits_of(study) / NAME).exists()
        assert (place / START).is_file()
    assert (place / CHAINS).is_file()
    stop.left = 10**9
    again = made(study)
    assert again.record.files == fit.record.files  # digests of all files
    told = [  # all but the minute in which it was made
        re.sub(r"^made: .*$", "", (one.folder / RECORD).read_text(encoding="utf-8"), flags=re.M)
        for one in (again, fit)
    ]
    assert told[0] == told[1]
    assert [path.name for path in fits_of(study).iterdir()] == [NAME]


def unfinished(study: Study, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave an unfinished fit behind, with nothing in it but what it is made from."""
    with monkeypatch.context() as patch:
        patch.setattr("qiantang.calibrate.fit.start_of", _stopped)
        with pytest.raises(KeyboardInterrupt):
            made(study)
    return fits_of(study) / f".{NAME}.unfinished"


def _stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_unfinished_fit_of_other_inputs_is_refused(
    town: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = unfinished(copy_of(town, tmp_path), monkeypatch)
    before = {path: path.read_bytes() for path in place.iterdir()}
    priors = tmp_path / "calibration" / "priors.yaml"
    text = priors.read_text(encoding="utf-8")
    changed = {
        "seed": lambda study: made(study, seed=SEED + 1),
        "plan": lambda study: calibrate(study, NAME, members=MEMBERS, seed=SEED),
        "quick": lambda study: calibrate(study, NAME, seed=SEED, plan=TINY, quick=True),
        "inputs": made,
    }
    for name, again in changed.items():
        if name == "inputs":
            priors.write_text(text.replace("p95: 16\n", "p95: 17\n", 1), encoding="utf-8")
        with pytest.raises(StudyError, match="made from other inputs, remove it or name another"):
            again(Study(tmp_path))
        assert {path: path.read_bytes() for path in place.iterdir()} == before
    assert not (fits_of(Study(tmp_path)) / NAME).exists()


def test_a_folder_without_its_key_is_begun_again(
    town: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = unfinished(copy_of(town, tmp_path), monkeypatch)
    (place / KEY).unlink()
    (place / CHAINS).write_bytes(b"broken off")
    assert unfinished(Study(tmp_path), monkeypatch) == place
    assert [path.name for path in place.iterdir()] == [KEY]


def test_members_that_do_not_settle_are_replaced_by_spare_ones(
    town: Study, fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[np.ndarray] = []
    spare = MEMBERS + MEMBERS // 10
    settled = np.ones(spare, dtype=np.bool_)
    settled[[0, 7]] = False
    grid = 26

    def carried(target: Target, x: np.ndarray, *_: object, **__: object) -> Carried:
        asked.append(x)
        own = {
            name: np.repeat(np.arange(len(x), dtype=np.float64)[:, None] / 1e3, grid, axis=1)
            for name, record in target.study.discrepancy.items()
            if record.innovation is not None
        }
        return Carried(own, settled[: len(x)])

    monkeypatch.setattr("qiantang.calibrate.fit.carry", carried)
    study = copy_of(town, tmp_path)
    found = made(study)
    kept = [place for place in range(spare) if settled[place]][:MEMBERS]
    assert len(asked[-1]) == spare
    assert found.record.members == len(kept)
    path = found.innovations[1]["cargo_innovation"][:, 0]
    np.testing.assert_allclose(path * 1e3, kept)
    z = study.priors.within(asked[-1][kept, : len(study.priors.names)])
    first = study.priors.names[0]
    drawn = study.priors.natural(z)[:, 0].astype(np.float32)
    np.testing.assert_array_equal(found.parameters[first], drawn)


def test_a_quick_look_is_saved_like_any_fit(
    town: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiantang.calibrate.quick.DRAWS", 256)
    monkeypatch.setattr("qiantang.calibrate.quick.BATCH", 128)
    study = copy_of(town, tmp_path)
    look = calibrate(study, "quick", members=12, seed=SEED, plan=TINY, quick=True)
    assert look.record.method.startswith("quick look")
    assert newest_fit(fits_of(study)).record == look.record
    assert np.isfinite(float(look.record.diagnostics["worst_rhat"]))
    assert np.isfinite(look.parameters[study.priors.names[0]]).all()
    assert [path.name for path in fits_of(study).iterdir()] == ["quick"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_fit(town: Study, fit: Fit, tmp_path: Path) -> None:
    again = made(copy_of(town, tmp_path))
    assert again.record.model_copy(update={"made": fit.record.made}) == fit.record
    shutil.rmtree(again.folder)
    other = made(Study(tmp_path), seed=SEED + 1)
    name = town.priors.names[0]
    assert not np.isin(other.parameters[name], fit.parameters[name]).any()
