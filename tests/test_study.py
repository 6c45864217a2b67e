"""The study folder: what it holds, read on demand, refused in one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.session import open_study
from qiantang.study import Study, bundled_folder


@pytest.fixture
def bare(study: Study, tmp_path: Path) -> Path:
    """Return a copy of the study without its fits."""
    shutil.copy(study.folder / "study.yaml", tmp_path)
    for part in ("model", "scenarios", "calibration"):
        shutil.copytree(study.folder / part, tmp_path / part, ignore=shutil.ignore_patterns("fits"))
    return tmp_path


def sentence(error: pytest.ExceptionInfo[StudyError]) -> str:
    assert len(error.value.faults) == 1
    return str(error.value)


def test_without_an_argument_the_bundled_study_is_opened() -> None:
    study = open_study()
    assert study.folder == bundled_folder()
    assert study.model_file.name == "hangzhou.mdl"
    assert "current_policy" in repr(study)


def test_a_study_is_opened_from_a_path_in_words(bare: Path) -> None:
    assert open_study(str(bare)).scenario_names() == open_study().scenario_names()


def test_the_vocabulary_is_that_of_the_model_the_drivers_and_the_plan(study: Study) -> None:
    words = study.vocabulary
    assert len(words.levers) == 19
    assert all(low == 0.0 and high == 1.0 for _, low, high in words.levers.values())
    assert words.drivers == set(study.drivers.names)
    assert words.vintages == {"2018", "actual"}
    assert words.articles == set(range(1, 34))
    assert words.time == (2000.0, 2026.0)


def test_every_driver_and_lever_is_in_the_model(study: Study) -> None:
    assert set(study.drivers.names) <= set(study.dictionary)
    assert set(study.vocabulary.levers) <= set(study.dictionary)


def test_every_shipped_scenario_can_be_read(study: Study) -> None:
    assert {"current_policy", "plan_in_full"} <= set(study.scenario_names())
    for name in study.scenario_names():
        assert study.scenario(name).name == name


def test_every_series_of_the_evidence_has_its_variable_and_unit(study: Study) -> None:
    for name, series in study.evidence.series.items():
        assert series.variable in study.dictionary, name
        assert study.dictionary[series.variable].unit == series.unit, name
        if series.kind in ("yearly_total", "yearly_mean"):
            assert f"{series.variable}_tally" in study.dictionary, name


@pytest.mark.parametrize("models", [0, 2])
def test_a_folder_without_exactly_one_model_is_refused(tmp_path: Path, models: int) -> None:
    (tmp_path / "model").mkdir()
    for number in range(models):
        (tmp_path / "model" / f"m{number}.mdl").write_text("", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        open_study(tmp_path)
    assert sentence(caught).endswith(f"expected one .mdl file in model/, found {models}")


def test_an_unknown_headline_is_refused_with_its_line(bare: Path) -> None:
    path = bare / "model" / "headlines.yaml"
    text = path.read_text(encoding="utf-8").replace("- cargo\n", "- cargoo\n")
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("  - cargoo") + 1
    with pytest.raises(StudyError) as caught:
        _ = open_study(bare).headlines
    told = sentence(caught)
    assert f"headlines.yaml:{line}: variables." in told
    assert told.endswith("no variable of the model (did you mean cargo?)")


def test_a_lever_has_no_prior(bare: Path) -> None:
    path = bare / "calibration" / "priors.yaml"
    text = path.read_text(encoding="utf-8") + (
        "market_access: {unit: Dmnl, distribution: normal, central: 0.5, p05: 0.1, p95: 0.9, "
        "grade: judgement, source: a test}\n"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        _ = open_study(bare).priors
    assert "market_access: no constant of the model file" in sentence(caught)


def test_a_study_without_a_fit_says_what_to_do(bare: Path) -> None:
    with pytest.raises(StudyError) as caught:
        open_study(bare).run("current_policy", members=1)
    assert sentence(caught).endswith("no fit found, run: qiantang calibrate")
