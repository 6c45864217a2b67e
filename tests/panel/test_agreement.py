from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.panel.agreement import disagreement, stale
from qiantang.panel.estimatefile import (
    Estimate,
    EstimateFile,
    QuantityEstimates,
    Spread,
    read_estimates,
    write_estimates,
)


def made(**changed: float) -> EstimateFile:
    panel = Spread(mean=0.5, sd=0.1, p05=0.3341, p50=0.4999, p95=0.6712)
    rate = Estimate(
        unit="pair/Year", panel=panel, rhat=1.001, ess_bulk=900, ess_tail=800,
        own={"Town": panel.model_copy(update={"p50": 0.25})},
        new_city=panel.model_copy(update={"p05": 0.02448}),
    )  # fmt: skip
    quantity = QuantityEstimates(
        title="made", kind="signing", figures=9, cities=3, years=(1, 3), draws=100, divergences=0,
        estimates={"rate": rate.model_copy(update=changed)},
    )  # fmt: skip
    return EstimateFile(information_to=3, seed=1, sampler={}, inputs={"a.csv": "0"},
                        quantities={"signing": quantity})  # fmt: skip


@pytest.mark.parametrize(
    ("cited", "told"),
    [
        ("signing.rate", {"p05": 0.024, "p50": 0.5, "p95": 0.67}),
        ("signing.rate", {"p05": 0.02448}),
        ("signing.rate.panel", {"p05": 0.33}),
        ("signing.rate.Town", {"p50": 0.25}),
    ],
)
def test_a_prior_agrees_to_the_digits_it_shows(cited: str, told: dict[str, float]) -> None:
    assert disagreement(made(), cited, told) == ""


@pytest.mark.parametrize(
    ("cited", "told", "said"),
    [
        ("signing.rate", {"p05": 0.025}, "0.025 is not p05 of signing.rate, expected 0.02448"),
        ("signing.rate", {"p50": 0.51}, "0.51 is not p50 of signing.rate, expected 0.4999"),
        ("signing.rates", {}, "no estimate signing.rates in estimates.yaml (did you mean"),
        ("signing.rate.Village", {}, "no estimate signing.rate.Village"),
    ],
)
def test_a_prior_that_says_otherwise_is_told(cited: str, told: dict[str, float], said: str) -> None:
    assert disagreement(made(), cited, told).startswith(said)


def test_estimates_are_written_and_read_and_old_inputs_are_told(tmp_path: Path) -> None:
    (tmp_path / "calibration" / "panel").mkdir(parents=True)
    (tmp_path / "calibration" / "a.csv").write_text("changed", encoding="utf-8")
    path = write_estimates(tmp_path, made())
    found = read_estimates(tmp_path)
    assert found == made()
    faults = stale(found, tmp_path / "calibration", path)
    assert [fault.where for fault in faults] == ["inputs.a.csv"]
    assert "has changed since the estimates were made" in faults[0].what


def test_estimates_that_miss_the_bars_are_named() -> None:
    assert made().missed() == []
    assert made(rhat=1.02).missed() == ["signing.rate"]
    assert made(ess_tail=300).missed() == ["signing.rate"]


def test_a_quantity_that_diverges_often_is_named() -> None:
    found = made()
    often = found.quantities["signing"].model_copy(update={"divergences": 1})  # of 100 draws
    assert found.model_copy(update={"quantities": {"signing": often}}).missed() == ["signing"]
