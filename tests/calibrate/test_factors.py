"""Factors of covariances: Cholesky's where they are regular, exact where they are singular."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from qiantang.calibrate.discrepancy import Residuals, condition, covariance
from qiantang.calibrate.factors import factor, log_size, whiten

Array = npt.NDArray[np.float64]


def _regular() -> Array:
    rows = np.random.default_rng(1).standard_normal((5, 4, 7))
    return np.asarray(rows @ np.swapaxes(rows, -1, -2))


def test_a_regular_matrix_has_choleskys_factor() -> None:
    matrix = _regular()
    np.testing.assert_allclose(factor(matrix), np.linalg.cholesky(matrix), rtol=1e-12, atol=1e-12)
    half = 0.5 * np.linalg.slogdet(matrix).logabsdet
    np.testing.assert_allclose(log_size(factor(matrix)), half, rtol=1e-12)


def test_whitening_solves_with_the_factor() -> None:
    matrix = _regular()
    values = np.random.default_rng(2).standard_normal((5, 4, 3))
    lower = factor(matrix)
    np.testing.assert_allclose(lower @ whiten(lower, values), values, atol=1e-12)


@pytest.mark.parametrize(
    "rows",
    [
        [[1.0, 1.0], [1.0, 1.0]],
        [[0.0, 0.0], [0.0, 2.0]],
        [[4.0, 2.0, 6.0], [2.0, 1.0, 3.0], [6.0, 3.0, 9.0]],
        [[0.0]],
    ],
    ids=["one figure twice", "no variance at first", "rank one", "nothing"],
)
def test_an_exactly_singular_matrix_is_what_its_factor_gives(rows: list[list[float]]) -> None:
    matrix = np.array(rows)
    lower = factor(matrix)
    np.testing.assert_allclose(lower @ lower.T, matrix, rtol=1e-15)
    assert np.isfinite(whiten(lower, np.ones((len(rows), 1)))).all()


def test_rounding_below_zero_is_zero_on_the_scale_of_what_was_subtracted() -> None:
    left = np.array([[-3e-16, 1e-16], [1e-16, 2e-16]])
    np.testing.assert_array_equal(factor(left, 1.0), np.zeros((2, 2)))


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[-1.0]], [[np.nan]]])
def test_what_is_no_covariance_is_refused(matrix: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="no covariance"):
        factor(np.array(matrix))


def test_two_figures_without_error_at_one_time_count_once() -> None:
    times, grid = np.array([2016.5, 2016.5]), np.array([2016.5, 2017.5])
    spread = np.array([0.2]), np.array([0.8])
    normals = np.zeros((1, 2))
    twice = condition(Residuals(times, np.full((2, 1), 0.1), np.zeros(2)), grid, *spread, normals)
    once = condition(
        Residuals(times[:1], np.full((1, 1), 0.1), np.zeros(1)), grid, *spread, normals
    )
    np.testing.assert_allclose(twice, once, rtol=1e-12)


KERNELS = ["Haswell", "Sandybridge", "Zen", ""]
"""OpenBLAS's own for these processors, and its choice; Sandybridge has no AVX2."""
FLAGS = Path("/proc/cpuinfo")
if FLAGS.exists() and "avx512f" in FLAGS.read_text():
    KERNELS.append("SkylakeX")

CODE = """
import numpy as np
from qiantang.calibrate.discrepancy import Residuals, condition
times = 2000.5 + np.arange(18.0)
data = Residuals(times, np.outer(np.sin(times), np.ones(3)), np.zeros(18))
normals = np.random.default_rng(3).standard_normal((3, 18))
drawn = condition(data, times, np.full(3, 0.3), np.full(3, 0.9), normals)
assert np.abs(drawn - data.values.T).max() < 1e-4, drawn
"""


@pytest.mark.parametrize("threads", ["1", "4"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_exact_figures_are_kept_by_any_linear_algebra(kernel: str, threads: str) -> None:
    surroundings = {**os.environ, "OPENBLAS_NUM_THREADS": threads}
    surroundings.pop("OPENBLAS_CORETYPE", None)
    if kernel:
        surroundings["OPENBLAS_CORETYPE"] = kernel
    subprocess.run([sys.executable, "-c", CODE], check=True, env=surroundings)


def test_the_covariance_of_a_deviation_is_regular_at_different_times() -> None:
    times = 2000.0 + np.arange(40.0)
    matrix = covariance(times, times, np.array(0.3), np.array(0.95))
    assert (np.diagonal(factor(matrix)) > 0.0).all()
