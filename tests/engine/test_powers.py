"""Exponential, logarithm and power of the kernel against extended precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pytest

from qiantang.engine.compiled import lane_functions, powers
from qiantang.engine.compiled.intrinsics import choose
from qiantang.engine.compiled.lanes import load, store
from qiantang.engine.compiled.widths import ALIGNMENT, WIDTH

Floats = npt.NDArray[np.float64]
EDGES = np.array(
    [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, np.inf, np.nan, 1e308, 5e-324, 1e-310, 2**53]
)
precise = np.finfo(np.longdouble).eps < 1e-18


def _lanes(function: Callable[..., Any], arguments: int) -> Callable[..., Floats]:
    """Return a function of lanes as one of arrays."""
    if arguments == 1:

        @numba.njit(error_model="numpy")
        def one(x: Any, out: Any) -> None:
            for i in range(0, x.size, WIDTH):
                store(out, i, function(load(x, i)))

        loop = one
    else:

        @numba.njit(error_model="numpy")
        def two(x: Any, y: Any, out: Any) -> None:
            for i in range(0, x.size, WIDTH):
                store(out, i, function(load(x, i), load(y, i)))

        loop = two

    def call(*values: Floats) -> Floats:
        count = len(values[0])
        padded = [_aligned(np.resize(v, -(-count // WIDTH) * WIDTH)) for v in values]
        out = _aligned(np.zeros(padded[0].shape))
        loop(*padded, out)
        return out[:count].copy()

    return call


def _aligned(values: Floats) -> Floats:
    raw = np.empty(len(values) + 8)
    skip = -raw.ctypes.data % ALIGNMENT // 8
    raw[skip : skip + len(values)] = values
    return raw[skip : skip + len(values)]


@pytest.fixture(scope="module")
def power() -> Callable[..., Floats]:
    return _lanes(powers.power, 2)


def _error(found: Floats, exact: Any) -> float:
    usual = (np.abs(exact) > 1e-300) & (np.abs(exact) < 1e308)
    assert usual.sum() > 1000
    return float(np.max(np.abs((found[usual] - exact[usual]) / exact[usual])))


def test_exponential() -> None:
    x = np.random.default_rng(1).uniform(-720, 709.7, 200_000)
    exp = _lanes(powers.exp, 1)
    assert _error(exp(x), np.exp(x.astype(np.longdouble))) < 4e-16
    with np.errstate(over="ignore"):
        edges = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 709.78, 709.79, -708.5, 1e300])
        found, exact = exp(edges), np.exp(edges)
    assert np.allclose(found, exact, rtol=4e-16, atol=3e-308, equal_nan=True)


def test_logarithm() -> None:
    random = np.random.default_rng(2)
    log = _lanes(powers.log, 1)
    for x in (np.exp(random.uniform(-744, 709, 200_000)), 1 + random.normal(0, 1e-4, 200_000)):
        exact = np.log(x.astype(np.longdouble))
        assert np.max(np.abs((log(x) - exact) / exact)) < 4e-16
    with np.errstate(all="ignore"):
        assert np.allclose(log(EDGES), np.log(EDGES), rtol=4e-16, atol=0, equal_nan=True)


def test_power_over_the_whole_range(power: Callable[..., Floats]) -> None:
    if not precise:  # without an extended float only the usual range can be judged
        x = np.linspace(0.1, 10, 1000)
        assert np.allclose(power(x, x), x**x, rtol=1e-14)
        return
    random = np.random.default_rng(3)
    draws = {
        "usual": (random.uniform(0.1, 10, 200_000), random.uniform(-3, 3, 200_000), 4e-16),
        "large": (random.uniform(0.1, 10, 200_000), random.uniform(-300, 300, 200_000), 1e-13),
        "wide": (np.exp(random.uniform(-300, 300, 200_000)), random.uniform(-2, 2, 200_000), 1e-13),
    }
    for name, (x, y, bound) in draws.items():
        exact = x.astype(np.longdouble) ** y.astype(np.longdouble)
        assert _error(power(x, y), exact) < bound, name


def test_powers_of_special_values_are_those_of_c(power: Callable[..., Floats]) -> None:
    x, y = (a.ravel() for a in np.meshgrid(EDGES, np.append(EDGES, -np.inf)))
    with np.errstate(all="ignore"):
        exact = np.power(x, y)
    exact[np.abs(exact) < 2.3e-308] = 0.0  # below the smallest normal float the kernel has zero
    found = power(x, y)
    found[np.abs(found) < 2.3e-308] = 0.0
    same = np.isclose(found, exact, rtol=1e-14, atol=0, equal_nan=True)
    assert same.all(), [(*pair, f, e) for *pair, f, e in zip(x, y, found, exact, strict=True)][:9]


def test_the_quick_forms_have_the_same_bits_for_normal_arguments(
    power: Callable[..., Floats],
) -> None:
    random = np.random.default_rng(5)
    x, y = np.exp(random.uniform(-700, 700, 50_000)), random.uniform(-3, 3, 50_000)
    quick = _lanes(powers.power_normal, 2)
    assert np.array_equal(quick(x, y), power(x, y))
    assert np.array_equal(_lanes(powers.log_normal, 1)(x), _lanes(powers.log, 1)(x))


def test_odd_arguments_are_told_from_normal_ones() -> None:
    @numba.njit(error_model="numpy")
    def found(x: Any, out: Any) -> None:
        for i in range(0, x.size, WIDTH):
            store(out, i, choose(powers.odd(load(x, i)), 1.0, 0.0))

    edges = [0.0, -0.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, 2.2250738585072011e-308]
    normal = [2.2250738585072014e-308, 1e-300, 1.0, 1.7976931348623157e308]
    x = _aligned(np.resize(np.array(edges + normal), 10 * WIDTH))
    out = _aligned(np.zeros(x.shape))
    found(x, out)
    assert out[:12].tolist() == [1.0] * 8 + [0.0] * 4


def test_a_quotient_by_a_reciprocal_is_the_division_to_the_last_bit() -> None:
    random = np.random.default_rng(4)
    a = np.exp(random.uniform(-200, 200, 300_000)) * random.choice([-1, 1], 300_000)
    b = np.exp(random.uniform(-200, 200, 300_000)) * random.choice([-1, 1], 300_000)

    @numba.njit(error_model="numpy")
    def divided(a: Any, b: Any, out: Any) -> None:
        for i in range(a.size):
            out[i] = lane_functions.quotient(a[i], b[i], 1.0 / b[i])

    out = np.empty(a.shape)
    divided(a, b, out)
    assert np.array_equal(out, a / b)
    assert not np.array_equal(a * (1 / b), a / b)  # the correction is needed
    a, b = (x.ravel() for x in np.meshgrid(EDGES[:11], EDGES[:11]))
    out = np.empty(a.shape)
    divided(a, b, out)
    with np.errstate(all="ignore"):
        assert np.array_equal(out, a / b, equal_nan=True)
