"""Every check passes on a sound study and fails on one that is broken where the check looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harbour import Broken, Change, add_fit, build

from qiantang.study import Study
from qiantang.validate import (
    boundary,
    checklist,
    extremes,
    integration,
    parameters,
    replication,
    reproduction,
    sensitivity,
    structure,
    surprise,
)
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding

Judge = Callable[[Ground], list[Finding]]
MODEL, CHECKS, LOOPS = "model/harbour.mdl", "model/checks.yaml", "model/loops.yaml"
PRIORS, OBSERVED = "calibration/priors.yaml", "calibration/evidence/observations.csv"
DRIVERS = "calibration/evidence/drivers.yaml"


def swap(*pairs: str) -> Change:
    """Return a change that replaces each odd text by the one after it, and insists it was there."""

    def change(text: str) -> str:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new)
        return text

    return change


def prior(name: str, old: float, new: float) -> Change:
    def rows(central: float) -> str:
        return f"central: {central}\n  p05: {0.8 * central:g}\n  p95: {1.25 * central:g}"

    def change(text: str) -> str:
        head, sep, tail = text.partition(f"{name}:\n")
        assert sep
        assert rows(old) in tail
        return head + sep + tail.replace(rows(old), rows(new), 1)

    return change


def scaled(text: str) -> str:
    """Return the observations, every figure 30 per cent higher."""
    head, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join([head, *(",".join([*c[:2], str(1.3 * float(c[2])), *c[3:]]) for c in cells)])


def without_quay(text: str) -> str:
    return "\n".join(row for row in text.splitlines() if not row.startswith("quay"))


def without_source(text: str) -> str:
    return text.replace("source: Yearbook, page 3", 'source: " "', 1)


IDLE = (
    "World trade=",
    "Idle=\n\tWITH LOOKUP (Time, ((2000,1),(2026,2)))\n\t~\tDmnl\n\t~\tX.\n\t|\n\n",
)
LONE = " + Promotion gain * Promotion", ""
RIVALS = {PRIORS: prior("promotion_gain", 0.1, 0.4)}

CASES: list[tuple[Judge, str, dict[str, Change]]] = [
    (boundary.boundary, "outside_series", {MODEL: swap(IDLE[0], IDLE[1] + IDLE[0])}),
    (boundary.boundary, "levers_reach_targets", {MODEL: swap(*LONE)}),
    (boundary.boundary, "no_decoration", {PRIORS: prior("name_power", 0.3, 0.0001)}),
    (boundary.anomaly, "loops_matter", {PRIORS: prior("building_rate", 0.08, 1e-07)}),
    (structure.structure, "loop_polarity", {LOOPS: swap("reinforcing", "balancing")}),
    (structure.structure, "no_dead_inputs", {MODEL: swap(*LONE)}),
    (structure.structure, "reality_checks", {CHECKS: swap("must: at_most", "must: at_least")}),
    (structure.dimensions, "units", {MODEL: swap("Quay * Ships a km", "Quay")}),
    (structure.conservation, "conservation_checks", {CHECKS: swap(", outflows: [decay]", "")}),
    (structure.conservation, "stocks_covered",
     {CHECKS: swap("      - {variable: name, must: conserve, inflows: [name_change]}\n", "")}),
    (parameters.parameters, "table_complete",
     {PRIORS: lambda text: text[: text.index("reference_ships")]}),
    (parameters.parameters, "priors_sourced", {PRIORS: without_source}),
    (parameters.evidence, "targets_observed", {OBSERVED: without_quay}),
    (extremes.extremes, "extreme_checks", {CHECKS: swap("than: 0}", "than: 1}")}),
    (reproduction.reproduction, "ships", {OBSERVED: scaled}),
    (reproduction.reproduction, "most_series", {OBSERVED: scaled}),
    (sensitivity.sensitivity, "numerical", {PRIORS: swap("grade: data", "grade: judgement")}),
    (sensitivity.sensitivity, "behaviour",
     {DRIVERS: swap("growth: 0.03, sd: 0.02", "growth: 0.0, sd: 0.5")}),
    (sensitivity.sensitivity, "levers", RIVALS),
    (sensitivity.sensitivity, "scenarios", RIVALS | {
        "scenarios/dredge.yaml": swap("dredging", "promotion", ": 0.5}", ": 1}"),
        "scenarios/full.yaml": lambda text: text[: text.index("\n  promotion")]}),
]  # fmt: skip
#: Tests that a sound study passes whole.
JUDGES: tuple[Judge, ...] = (
    boundary.boundary, boundary.anomaly, structure.structure, structure.dimensions,
    structure.conservation, parameters.parameters, parameters.evidence, extremes.extremes,
    integration.integration, reproduction.reproduction, sensitivity.sensitivity,
    replication.files, replication.replication, checklist.reporting, surprise.surprise,
)  # fmt: skip


@pytest.fixture(scope="module")
def ground(sound: Study) -> Ground:
    return Ground(sound)


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.__name__)
def test_a_sound_study_fails_nothing(judge: Judge, ground: Ground) -> None:
    findings = judge(ground)
    assert {f.id: f.reason for f in findings if f.verdict == "fail"} == {}
    assert any(finding.verdict == "pass" for finding in findings)


@pytest.mark.parametrize(("judge", "id", "changes"), CASES, ids=[case[1] for case in CASES])
def test_a_broken_study_fails_where_it_is_broken(
    judge: Judge, id: str, changes: dict[str, Change], broken: Broken
) -> None:
    (found,) = [finding for finding in judge(broken(changes)) if finding.id == id]
    assert found.verdict == "fail"
    assert found.reason
    assert found.figure


def test_a_tight_limit_fails_every_group_of_extremes(broken: Broken, ground: Ground) -> None:
    batch = ground.batch(ground.full, ground.median)
    most = float(ground.yearly(batch, engine="numpy").quay.max())
    tight = broken({MODEL: swap("~\tkm [0,?]\n", f"~\tkm [0,{most + 0.2:.3f}]\n")})
    verdicts = {finding.id: finding.verdict for finding in extremes.extremes(tight)}
    groups = ("levers", "drivers", "starts", "parameters")
    assert [verdicts[group] for group in groups] == ["fail"] * len(groups)


def test_what_is_not_finite_fails(broken: Broken) -> None:
    lever = "Dredging=\n\t0.0\n\t~\tDmnl [0,{}]"
    log = "1 + LN(1 - Dredging * Quay / 1000) + Depth gain"
    change = swap("1 + Depth gain", log, lever.format(1), lever.format(500))
    ground = broken({MODEL: change})
    (found,) = [f for f in extremes.extremes(ground) if f.id == "levers"]
    assert found.verdict == "fail"
    assert "not finite" in found.reason


def test_a_coarse_step_fails_every_test_of_integration(broken: Broken) -> None:
    findings = integration.integration(broken({MODEL: swap("0.015625", "0.5")}))
    assert [finding.verdict for finding in findings] == ["fail"] * 4


def test_half_a_step_too_much_is_not_counted_against_runge_kutta(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    (*_, right, _) = integration.integration(ground)
    monkeypatch.setattr(Ground, "_sum", lambda self, tally: tally)
    (*_, wrong, _) = integration.integration(Ground(ground.study))
    assert right.table is not None
    assert wrong.table is not None
    ships = [dict(t.record()["rows"][0]) for t in (right.table, wrong.table)]
    assert ships[0]["change %"] < ships[1]["change %"]


def test_few_figures_are_not_judged(broken: Broken) -> None:
    ground = broken({OBSERVED: lambda text: "\n".join(text.splitlines()[:4])})
    found = [finding for finding in reproduction.reproduction(ground) if finding.id == "ships"]
    assert [finding.verdict for finding in found] == ["not judged"]
    assert "3 stated figures" in found[0].reason


def test_draws_far_from_the_prior_fail(tmp_path: Path) -> None:
    study = build(tmp_path)
    add_fit(study, "two", shift=3.0)
    found = parameters.parameters(Ground(study))[-1]
    assert (found.id, found.verdict) == ("posterior_in_bounds", "fail")
    assert "outside the prior" in found.reason


def test_figures_without_a_source_fail(tmp_path: Path) -> None:
    study = build(tmp_path)
    evidence, drivers = study.evidence, study.drivers
    ships = evidence.series["ships"]
    rows = (replace(ships.observations[0], source=""), *ships.observations[1:])
    series = {**evidence.series, "ships": replace(ships, observations=rows)}
    study.__dict__["evidence"] = replace(evidence, series=series)
    figures = (replace(drivers.figures[0], source=""), *drivers.figures[1:])
    study.__dict__["drivers"] = replace(drivers, figures=figures)
    verdicts = {f.id: f.verdict for f in parameters.evidence(Ground(study))}
    assert verdicts["figures_sourced"] == verdicts["outside_figures_sourced"] == "fail"


def test_a_changed_file_fails(tmp_path: Path) -> None:
    study = build(tmp_path)
    path = tmp_path / PRIORS
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "# later\n", encoding="utf-8")
    assert replication.files(Ground(study))[0].verdict == "pass"
    path.write_text(text.replace("central: 0.05", "central: 0.051"), encoding="utf-8")
    (found,) = replication.files(Ground(study))
    assert found.verdict == "fail"
    assert "has changed since the fit was made" in found.reason


@pytest.mark.parametrize(("engine", "id"), [("numpy", "two_engines"), ("pysd", "oracle")])
def test_an_engine_that_differs_fails(
    engine: str, id: str, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Ground.yearly

    def bent(self: Ground, batch: Any, **options: Any) -> Any:
        other = options.get("engine") == engine
        return whole(self, batch, **options | {"engine": "numpy"}) * (1.001 if other else 1.0)

    monkeypatch.setattr(Ground, "yearly", bent)
    (found,) = [f for f in replication.replication(ground) if f.id == id]
    assert found.verdict == "fail"


def test_a_run_that_is_not_repeated_fails(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = Ground.yearly, iter(range(100))

    def drifting(self: Ground, batch: Any, **options: Any) -> Any:
        return whole(self, batch, **options | {"engine": "numpy"}) + 1e-12 * next(calls)

    monkeypatch.setattr(Ground, "yearly", drifting)
    assert replication.replication(ground)[0].verdict == "fail"


def test_a_fit_that_hides_its_inputs_fails_the_minimum(tmp_path: Path) -> None:
    study = build(tmp_path)
    add_fit(study, "two", inputs=False)
    found = checklist.reporting(Ground(study))[0]
    assert (found.id, found.verdict) == ("minimum", "fail")
    assert "inputs of the search" in found.reason


def test_what_is_preferred_can_fail(ground: Ground) -> None:
    items = [replace(item, state="missing") for item in checklist.items(ground)]
    assert checklist.level_of(items, "preferred", 0.5).verdict == "fail"


def test_correlation_by_chance_is_not_taken_for_more() -> None:
    rng = np.random.default_rng(5)
    draws, values = rng.standard_normal((185, 50)), rng.standard_normal(50)
    shares = sensitivity.rank_shares(draws, values)
    assert sensitivity.CARRIES < shares.max() < sensitivity.by_chance(185, 50)
    assert sensitivity.by_chance(185, 1000) < sensitivity.CARRIES


def test_ranking_that_holds_and_one_that_does_not() -> None:
    middle = np.array([3.0, 2.0, 1.0])
    steady = np.repeat(middle[:, None], 4, axis=1)
    assert sensitivity.ranking_holds(steady, middle, 2) == (1.0, 1.0, 1.0)
    same, first, tau = sensitivity.ranking_holds(steady[::-1], middle, 2)
    assert (same, first, tau) == (0.0, 0.0, -1.0)
