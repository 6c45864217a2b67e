"""Priors: the stated percentiles are those of the draws, and bad files give one line each."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mistakes import Mistake, accepted, each_mistake, mistakes
from qiantang.faults import StudyError
from qiantang.priors import PriorRecord, Priors, read_priors
from qiantang.study import Study

CONSTANTS = {
    "growth_rate": ("1/Year", None, None),
    "delivery_time": ("Year", 0.25, 10.0),
    "share": ("Dmnl", 0.0, 1.0),
    "balance": ("Dmnl", -1.0, 1.0),
}
Row = tuple[str, str, float, float, float]


def made(folder: Path, *rows: Row) -> Priors:
    """Read priors of (name, distribution, central, p05, p95)."""
    text = "".join(
        f"{name}: {{unit: {CONSTANTS[name][0]}, distribution: {kind}, central: {central!r}, "
        f"p05: {p05!r}, p95: {p95!r}, grade: judgement, source: a test, known: 2018-06}}\n"
        for name, kind, central, p05, p95 in rows
    )
    path = folder / "priors.yaml"
    path.write_text(text, encoding="utf-8")
    return read_priors(path, CONSTANTS)


@each_mistake("priors")
def test_each_bad_file_gives_its_one_line(mistake: Mistake, tmp_path: Path) -> None:
    mistake.refused(lambda file: read_priors(file, CONSTANTS), tmp_path)


def test_the_text_that_is_edited_is_sound(tmp_path: Path) -> None:
    accepted("priors", lambda file: read_priors(file, CONSTANTS), tmp_path)


def test_there_are_bad_files() -> None:
    assert len(mistakes("priors")) >= 16


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        made(
            tmp_path,
            ("growth_rate", "normal", 0.1, 0.2, 0.3),
            ("delivery_time", "lognormal", 1.0, 0.0, 2.0),
        )
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("row", "distribution"),
    [
        (("growth_rate", "normal", 0.05, 0.01, 0.09), stats.norm(0.05, 0.04 / 1.6448536)),
        (
            ("delivery_time", "lognormal", 2.0, 1.0, 4.0),
            stats.lognorm(s=math.log(2.0) / 1.6448536, scale=2.0),
        ),
    ],
)
def test_draws_follow_the_distribution(
    tmp_path: Path, row: Row, distribution: stats.rv_continuous
) -> None:
    priors = made(tmp_path, row)
    drawn = priors.natural(priors.draw(40_000, np.random.default_rng(3)))[:, 0]
    assert stats.kstest(drawn, distribution.cdf).statistic < 0.01
    _, _, central, p05, p95 = row
    found = np.quantile(drawn, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(found, [p05, central, p95], atol=0.01 * (p95 - p05))


def test_percentiles_hold_where_they_do_not_lie_evenly(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("growth_rate", "normal", 0.28, 0.2, 0.5),
        ("delivery_time", "lognormal", 1.5, 1.0, 3.0),
    ]
    priors = made(tmp_path, *rows)
    drawn = priors.natural(priors.draw(60_000, np.random.default_rng(4)))
    for column, (_, _, central, p05, p95) in enumerate(rows):
        np.testing.assert_allclose(
            np.quantile(drawn[:, column], [0.05, 0.5, 0.95]), [p05, central, p95], rtol=0.02
        )


def test_draws_stop_at_the_limits_of_the_model(tmp_path: Path) -> None:
    priors = made(
        tmp_path,
        ("share", "normal", 0.1, 0.0, 0.2),
        ("delivery_time", "lognormal", 4.0, 1.6, 10.0),
    )
    drawn = priors.natural(priors.draw(40_000, np.random.default_rng(5)))
    assert drawn[:, 0].min() >= 0.0
    assert drawn[:, 1].max() <= 10.0
    sd = 0.1 / stats.norm.ppf(0.95)
    cut = stats.truncnorm(-0.1 / sd, 0.9 / sd, loc=0.1, scale=sd)
    assert stats.kstest(drawn[:, 0], cut.cdf).statistic < 0.01
    # Cut, not piled up at the edge.
    assert (drawn[:, 0] == 0.0).sum() == 0
    np.testing.assert_allclose(priors.natural(priors.lower)[0], 0.0, atol=1e-12)
    np.testing.assert_allclose(priors.natural(priors.upper), [1.0, 10.0])


@pytest.mark.parametrize("name", ["share", "balance"])
def test_a_lognormal_with_a_limit_of_zero_or_less_is_not_cut_below(
    tmp_path: Path, name: str
) -> None:
    priors = made(tmp_path, (name, "lognormal", 0.1, 0.05, 0.2))
    assert priors.lower[0] == -np.inf
    assert np.isfinite(priors.upper[0])


def test_no_limits_means_no_cut(tmp_path: Path) -> None:
    priors = made(tmp_path, ("growth_rate", "normal", 0.05, 0.01, 0.09))
    assert priors.lower[0] == -np.inf
    assert priors.upper[0] == np.inf


@given(
    z=st.floats(-6, 6),
    kind=st.sampled_from(["normal", "lognormal"]),
    central=st.floats(0.01, 100),
    below=st.floats(0.01, 0.9),
    above=st.floats(0.01, 5),
)
def test_natural_and_standard_are_inverse(
    tmp_path_factory: pytest.TempPathFactory,
    z: float,
    kind: str,
    central: float,
    below: float,
    above: float,
) -> None:
    row = ("growth_rate", kind, central, central * (1 - below), central * (1 + above))
    priors = made(tmp_path_factory.mktemp("p"), row)
    value = priors.natural(np.array([z]))
    assert priors.standard(value)[0] == pytest.approx(z, abs=1e-9)
    further = priors.natural(np.array([z + 0.01]))
    assert further[0] > value[0]


def test_values_by_name_have_one_entry_a_member(tmp_path: Path) -> None:
    priors = made(
        tmp_path,
        ("growth_rate", "normal", 0.05, 0.01, 0.09),
        ("delivery_time", "lognormal", 2.0, 1.0, 4.0),
    )
    z = np.array([[0.0, 0.0], [stats.norm.ppf(0.95), stats.norm.ppf(0.05)]])
    values = priors.as_parameters(z)
    np.testing.assert_allclose(values["growth_rate"], [0.05, 0.09])
    np.testing.assert_allclose(values["delivery_time"], [2.0, 1.0])
    assert priors.as_parameters(z[0])["delivery_time"].shape == (1,)


def test_the_same_seed_gives_the_same_draws(tmp_path: Path) -> None:
    priors = made(tmp_path, ("share", "normal", 0.1, 0.0, 0.2))
    first, again, other = (priors.draw(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_prior_of_the_study_has_its_stated_percentiles(study: Study) -> None:
    priors = study.priors
    edge = stats.norm.ppf(0.95)
    for z, key in ((-edge, "p05"), (0.0, "central"), (edge, "p95")):
        stated = [getattr(record, key) for record in priors.records]
        values = priors.natural(np.full(len(priors.names), z))
        np.testing.assert_allclose(values, stated, rtol=1e-9, atol=1e-12)
    assert (priors.lower < 0).all()
    assert (priors.upper > 0).all()


def test_no_lever_has_a_prior(study: Study) -> None:
    assert not set(study.priors.names) & set(study.vocabulary.levers)


LIMITS = {
    "none": (-np.inf, np.inf),
    "below": (-0.7, np.inf),
    "above": (-np.inf, 1.1),
    "both": (-1.2, 2.3),
    "far below": (3.0, np.inf),
    "far above": (-np.inf, -4.0),
    "between, far out": (6.0, 6.5),
    "between, far out on the other side": (-9.0, -7.0),
}


def cut_at(low: float, high: float) -> Priors:
    one = np.ones(1)
    record = PriorRecord(
        unit="Dmnl", distribution="normal", central=0.0, p05=-1.0, p95=1.0, grade="judgement",
        source="a test", known="2018-06",
    )  # fmt: skip
    spread, is_log = np.ones((2, 1)), np.zeros(1, dtype=np.bool_)
    return Priors(("a",), (record,), 0 * one, spread, is_log, low * one, high * one)


@pytest.mark.parametrize("name", LIMITS)
def test_within_are_the_quantiles_of_a_cut_normal(name: str) -> None:
    low, high = LIMITS[name]
    free = np.linspace(-6, 6, 101)
    found = cut_at(low, high).within(free[:, None])[:, 0]
    cut = stats.truncnorm(low, high)
    # The nearer tail of each: the upper half by the survival function.
    expected = np.where(free < 0, cut.ppf(stats.norm.cdf(free)), cut.isf(stats.norm.sf(free)))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert (np.diff(found) > 0).all()
    assert found.min() >= low
    assert found.max() <= high


def test_within_no_limits_is_what_it_was() -> None:
    free = np.linspace(-5, 5, 200)[:, None]
    np.testing.assert_allclose(cut_at(-np.inf, np.inf).within(free), free, atol=1e-8)


@pytest.mark.parametrize("limits", [(-0.5, 1.5), (2.0, np.inf), (-np.inf, 0.1), (-38.0, 38.0)])
def test_within_the_wildest_values_stay_inside(limits: tuple[float, float]) -> None:
    free = np.array([-1e6, -40.0, -38.0, 38.0, 40.0, 1e6, -np.inf, np.inf])[:, None]
    found = cut_at(*limits).within(free)
    assert not np.isnan(found).any()
    assert (found >= limits[0]).all()
    assert (found <= limits[1]).all()


def test_within_gives_the_draws_of_the_prior(study: Study) -> None:
    """Two roads to the same prior: quantiles, and draws thrown away outside the limits."""
    priors = study.priors
    rng = np.random.default_rng(6)
    one = priors.within(rng.standard_normal((4000, len(priors.names))))
    two = priors.draw(4000, rng)
    least = min(
        stats.ks_2samp(one[:, column], two[:, column]).pvalue for column in range(len(priors.names))
    )
    assert least > 0.001 / len(priors.names)
