"""A calibration from beginning to end: saved, repeatable, started from the observed state."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from qiantang.calibrate.discrepancy import weigh_spread
from qiantang.calibrate.fit import _innovations, _Model, _without, calibrate
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import Posterior
from qiantang.evidence.drivers import ORIGIN
from qiantang.faults import StudyError
from qiantang.fits import Fit, newest_fit, text_digest
from qiantang.study import Study, open_study

MEMBERS = 24


@pytest.fixture(scope="module")
def town(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a copy of the study without its fits."""
    folder = tmp_path_factory.mktemp("study")
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, folder / part, ignore=shutil.ignore_patterns("fits"))
    return open_study(folder)


@pytest.fixture(scope="module")
def fit(town: Study) -> Fit:
    return calibrate(town, "2018-06-test", members=MEMBERS, seed=3)


def test_a_calibration_is_saved_with_what_it_was_made_from(town: Study, fit: Fit) -> None:
    again = newest_fit(town.folder / "calibration" / "fits")
    assert again.record == fit.record
    assert fit.record.model == text_digest(town.model_file)
    assert fit.record.sees_until == ORIGIN
    assert fit.record.seed == 3
    folder = town.folder / "calibration"
    for name, digest in fit.record.inputs.items():
        assert text_digest(folder / name) == digest
    assert set(fit.record.files) >= {"report.md", "series.csv", "parameters.csv", "fit.svg"}
    assert set(fit.record.drift) == set(town.discrepancy)


def test_members_settle_and_stay_within_the_limits(town: Study, fit: Fit) -> None:
    assert fit.record.members == MEMBERS
    assert set(fit.parameters) == set(town.priors.names)
    values = np.array([fit.parameters[name] for name in town.priors.names]).T
    assert values.shape[0] == MEMBERS
    z = town.priors.standard(values)
    assert (z >= town.priors.lower - 1e-6).all()
    assert (z <= town.priors.upper + 1e-6).all()
    times, paths = fit.innovations
    assert set(paths) == {r.innovation for r in town.discrepancy.values() if r.innovation}
    assert all(path.shape == (MEMBERS, len(times)) for path in paths.values())
    assert all(np.isfinite(path).all() for path in paths.values())


def test_members_pass_through_the_last_observed_state(town: Study, fit: Fit) -> None:
    """Forecasts start from 2017: members lie around the figures, closer than the drift allows."""
    data = town.run("current_policy", members=MEMBERS, vintage="actual").dataset
    for name in ("passengers", "goods_exports", "fdi_used", "gdp"):
        series = town.evidence.series[name]
        seen = {row.year: row.value for row in series.used if row.value is not None}
        year = max(year for year in seen if year <= 2017)
        gap = np.log(data[series.variable].sel(time=year).values[0] / seen[year])
        assert abs(np.median(gap)) < 0.05, name
        later = np.log(data[series.variable].sel(time=2020).values[0])
        assert later.std() > gap.std(), name


def test_a_version_that_exists_is_refused_before_any_work(town: Study, fit: Fit) -> None:
    told: list[str] = []
    with pytest.raises(StudyError, match=f"{fit.record.version}: a fit is never overwritten"):
        calibrate(town, fit.record.version, members=2, progress=told.append)
    assert told == []


@pytest.mark.slow
def test_the_same_seed_gives_the_same_fit(town: Study, fit: Fit, tmp_path: Path) -> None:
    shutil.copytree(town.folder, tmp_path / "study", ignore=shutil.ignore_patterns("fits"))
    again = calibrate(open_study(tmp_path / "study"), "2018-06-test", members=MEMBERS, seed=3)
    for name, values in fit.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], values)
    for name, paths in fit.innovations[1].items():
        np.testing.assert_array_equal(again.innovations[1][name], paths)


def test_members_that_do_not_settle_are_replaced_by_spare_ones(
    study: Study, town: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the search and the conditioning put aside, what is kept is what settled."""
    folder = tmp_path / "study"
    shutil.copytree(town.folder, folder, ignore=shutil.ignore_patterns("fits"))
    size = len(study.priors.names)
    count = len(select_observed(study.evidence, ORIGIN).rows)
    spreads = {name: weigh_spread(record, None) for name, record in study.discrepancy.items()}
    posterior = Posterior(np.zeros(size), 0.2 * np.eye(size), spreads, np.zeros(count), 0.0, 0)
    candidates: list[np.ndarray] = []
    settled = np.ones(22, dtype=bool)
    settled[[0, 7]] = False

    def conditioned(*given: object) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
        z = given[4]
        assert isinstance(z, np.ndarray)
        candidates.append(z)
        return np.array([2000.5]), {"cargo_innovation": np.arange(22.0)[:, None]}, settled

    monkeypatch.setattr("qiantang.calibrate.fit.fit_posterior", lambda *_: posterior)
    monkeypatch.setattr("qiantang.calibrate.fit._innovations", conditioned)
    made = calibrate(open_study(folder), "2018-06-spare", members=20)
    kept = [place for place in range(22) if settled[place]]
    assert len(candidates[0]) == 22
    assert made.record.members == 20
    first = study.priors.names[0]
    expected = study.priors.natural(candidates[0])[kept, 0]
    np.testing.assert_array_equal(made.parameters[first], expected)
    np.testing.assert_array_equal(made.innovations[1]["cargo_innovation"][:, 0], kept)


@pytest.fixture(scope="module")
def seen(town: Study) -> Observed:
    return select_observed(town.evidence, ORIGIN)


def test_a_series_own_deviation_is_taken_out_again(seen: Observed) -> None:
    grid = np.arange(2000.5, 2026.0)
    deviation = np.stack([0.1 * (grid - 2000.0), np.zeros(len(grid))])
    figures = np.zeros((len(seen.rows), 2))
    plain = _without(figures, seen, "passengers", deviation, grid)
    rows = seen.of("passengers")
    np.testing.assert_allclose(plain[rows, 0], -0.1 * (seen.centres[rows] - 2000.0), atol=1e-12)
    others = np.setdiff1d(np.arange(len(seen.rows)), rows)
    assert (plain[others] == 0).all()
    assert (plain[:, 1] == 0).all()
    assert _without(figures, seen, "passengers", None, grid) is figures


def test_the_model_of_the_fit_says_what_the_numpy_engine_says(town: Study, seen: Observed) -> None:
    z = 0.3 * town.priors.draw(3, np.random.default_rng(1))
    kernel, numpy = (_Model(town, seen, engine).log_figures(z) for engine in ("kernel", "numpy"))
    assert kernel.shape == (len(seen.rows), 3)
    np.testing.assert_allclose(kernel, numpy, rtol=1e-9)


def test_a_member_that_diverges_is_not_kept(
    town: Study, seen: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qiantang.calibrate.fit.FEEDBACK_ROUNDS", 2)
    model = _Model(town, seen, "kernel")
    z = np.zeros((3, len(town.priors.names)))
    z[1, town.priors.names.index("talent_draw")] = np.nan
    size = z.shape[1]
    spreads = {name: weigh_spread(record, None) for name, record in town.discrepancy.items()}
    posterior = Posterior(np.zeros(size), np.eye(size), spreads, np.zeros(0), 0.0, 0)
    _, _, sound = _innovations(town, seen, posterior, model, z, np.random.default_rng(1))
    assert not sound[1]
