"""Scores and diagnostics that other commands saved: good ones pass, bad ones fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harbour import build

from qiantang.meaning import meaning_digest
from qiantang.study import Study
from qiantang.validate import saved
from qiantang.validate.ground import Ground


def score(series: str, setting: str, model: float | None, **more: Any) -> dict[str, Any]:
    row = {"series": series, "setting": setting, "horizon": "all", "n": 10, "crps_model": model,
           "crps_best_baseline": 1.0, "best_baseline": "drift", "mape_model": 5.0,
           "coverage90": 0.9}  # fmt: skip
    return row | more


def verdicts(study: Study, rows: object, headline: str = "") -> dict[str, str]:
    folder = study.folder / "calibration" / "skill" / "one"
    folder.mkdir(parents=True)
    (folder / "skill.json").write_text(json.dumps(rows), encoding="utf-8")
    if headline:
        text = "".join(f"{name}: {{headline: true}}\n" for name in headline.split())
        (folder.parent / "series.yaml").write_text(text + "quay: {}\n", encoding="utf-8")
    return {finding.id: finding.verdict for finding in saved.skill(Ground(study))}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return build(tmp_path)


GOOD = [score(name, setting, 0.8) for name in "abcde" for setting in ("conditional", "ex_ante")]


def test_good_scores_pass(study: Study) -> None:
    found = verdicts(study, GOOD)
    assert (found["conditional"], found["ex_ante"], found["coverage"]) == ("pass",) * 3


def test_one_loss_fails_with_true_drivers_and_not_ex_ante(study: Study) -> None:
    lost = [score("a", setting, 1.2) for setting in ("conditional", "ex_ante")]
    found = verdicts(study, [*lost, *GOOD[2:]])
    assert (found["conditional"], found["ex_ante"]) == ("fail", "pass")


def test_two_losses_fail_ex_ante(study: Study) -> None:
    lost = [score(name, "ex ante", value) for name, value in (("a", 1.2), ("b", None))]
    found = verdicts(study, [*lost, *GOOD[4:]])
    assert found["ex_ante"] == "fail"


def test_only_headline_series_count(study: Study) -> None:
    found = verdicts(study, [*GOOD, score("quay", "conditional", 3.0)], headline="a b c d e")
    assert found["conditional"] == "pass"


def test_narrow_intervals_fail(study: Study) -> None:
    assert verdicts(study, [row | {"coverage90": 0.5} for row in GOOD])["coverage"] == "fail"


def test_scores_of_changed_files_fail(study: Study) -> None:
    folder = study.folder / "calibration" / "skill" / "one"
    assert verdicts(study, GOOD)["current"] == "not judged"
    for digest, expected in ((meaning_digest(study.model_file), "pass"), ("0" * 64, "fail")):
        text = f'inputs: {{model/harbour.mdl: "{digest}"}}\n'
        (folder / "skill.yaml").write_text(text, encoding="utf-8")
        assert saved.skill(Ground(study))[-1].verdict == expected


@pytest.mark.parametrize("rows", [[], {"a": 1}, [{"series": "a"}], "x"])
def test_scores_that_are_none_are_not_judged(study: Study, rows: object) -> None:
    assert set(verdicts(study, rows).values()) == {"not judged"}


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("name_power,1.002,900,800", "pass"),
        ("name_power,1.05,900,800", "fail"),
        ("name_power,1.002,900,300", "fail"),
        ("name_power,,,", "not judged"),
    ],
)
def test_diagnostics_of_the_sampler(study: Study, line: str, verdict: str) -> None:
    path = study.fit.folder / "diagnostics.csv"
    path.write_text(f"parameter,r_hat,ess_bulk,ess_tail\n{line}\n", encoding="utf-8")
    (found,) = saved.posterior(Ground(study))
    assert found.verdict == verdict


def test_without_diagnostics_the_reason_names_the_fit(study: Study) -> None:
    (found,) = saved.posterior(Ground(study))
    assert found.verdict == "not judged"
    assert "drawn about the centre" in found.reason
