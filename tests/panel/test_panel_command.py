from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.panel import estimate as making
from qiantang.panel.checks import panel_faults
from qiantang.panel.estimatefile import read_estimates
from qiantang.session import open_study

ROOT = Path(__file__).parents[2]


def test_the_saved_estimates_stand_beside_the_priors_without_a_sampler() -> None:
    told = CliRunner().invoke(program, ["panel", "--show"])
    assert told.exit_code == 0, told.output
    line = next(line for line in told.output.splitlines() if "passengers_share.yearly_sd" in line)
    low, high = open_study(ROOT).discrepancy["passengers"].yearly_sd
    assert f"{low:.3g}" in line
    assert f"{high:.3g}" in line


def test_the_saved_estimates_meet_their_bars_and_see_nothing_after_the_base_year() -> None:
    study = open_study(ROOT)
    found = read_estimates(ROOT)
    assert found.missed() == []
    assert found.information_to == study.about.plan.base_year
    assert all(one.years[1] <= found.information_to for one in found.quantities.values())


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(making, "find_spec", lambda name: None)
    told = CliRunner().invoke(program, ["panel", "--force"])
    assert told.exit_code == 2
    assert (
        "NumPyro is not installed; install the extra: pip install 'qiantang[panel]'" in told.output
    )


def test_a_panel_that_is_not_what_its_twin_says_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    for part in ("calibration", "model", "scenarios"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "study.yaml", folder)
    panel = folder / "calibration" / "panel" / "panel.csv"
    panel.write_text(panel.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    told = CliRunner().invoke(program, ["panel", "--show", "--study", str(folder)])
    assert told.exit_code == 2
    assert "sha256: is not the digest of panel.csv" in told.output


def test_a_prior_that_cites_the_panel_must_say_what_it_says(tmp_path: Path) -> None:
    assert list(panel_faults(open_study(ROOT))) == []
    folder = tmp_path / "city"
    for part in ("calibration", "model", "scenarios"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "study.yaml", folder)
    estimate = read_estimates(ROOT).quantities["passengers_share"].estimates["yearly_sd"]
    spread = estimate.part("new_city")
    assert spread is not None
    sound = f"yearly_sd: [{spread.p05:.2g}, {spread.p95:.2g}]"
    place = folder / "calibration" / "discrepancy.yaml"
    text = place.read_text(encoding="utf-8")
    assert sound in text
    assert list(panel_faults(open_study(folder))) == []
    place.write_text(text.replace(sound, f"yearly_sd: [0.01, {spread.p95:.2g}]"), encoding="utf-8")
    (fault,) = panel_faults(open_study(folder))
    assert fault.where == "passengers.panel"
    assert fault.what.startswith("0.01 is not p05 of passengers_share.yearly_sd.new_city")
