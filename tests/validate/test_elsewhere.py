"""A second study: another plan date, drivers to 2035, other names, one language, end to end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from elsewhere import build_elsewhere

from qiantang.cli import program
from qiantang.study import Study

CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Facts of the bundled study that must not be said of another.
BUNDLED = re.compile(
    r"June 2018|2018年|Hangzhou|杭州|current_policy|plan_in_full|pandemic|tariff|疫情"
)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return build_elsewhere(tmp_path_factory.mktemp("elsewhere"))


def run(second: Study, *words: str) -> str:
    done = CliRunner().invoke(program, [*words, "--study", str(second.folder)])
    assert done.exit_code == 0, done.output
    assert not BUNDLED.search(done.stdout)
    return done.stdout


def test_no_chinese_stands_in_its_files(second: Study) -> None:
    for path in second.folder.rglob("*.*"):
        if path.suffix in (".yaml", ".mdl"):
            assert not CHINESE.search(path.read_text(encoding="utf-8")), path


def test_its_drivers_run_to_their_own_last_year(second: Study) -> None:
    knots = second.drivers.knots("world_trade", "2027")
    assert (knots.times[0], knots.times[-1]) == (2009.0, 2035.5)
    assert second.drivers.history("world_trade", "2027")[-1].year == 2026


def test_it_checks_clean(second: Study) -> None:
    assert run(second, "check").strip().endswith("0 faults, 0 checks failed")


def test_reach_runs_its_own_two_scenarios_in_the_world_of_its_plan(second: Study) -> None:
    told = run(second, "reach", "--members", "20")
    assert "As today, the world as known in July 2027" in told
    assert "All, the world as known in July 2027" in told
    rows = json.loads(run(second, "reach", "--members", "20", "--vintage", "real", "--json"))
    assert {(row["scenario"], row["vintage"]) for row in rows} == {
        ("as_is", "real"), ("whole", "real")
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_board_and_a_fan_are_drawn_from_its_years(
    second: Study, lang: str, tmp_path: Path
) -> None:
    for words in (("board",), ("fan", "ships"), ("compare", "quay")):
        out, data = tmp_path / f"{words[0]}.svg", tmp_path / f"{words[0]}.csv"
        files = ("--out", str(out), "--numbers", str(data))
        run(second, "chart", *words, *files, "--lang", lang, "--members", "20")
        assert not BUNDLED.search(out.read_text(encoding="utf-8"))
        assert "As today" in data.read_text(encoding="utf-8-sig")
    years = re.findall(r",(20\d\d),", (tmp_path / "fan.csv").read_text(encoding="utf-8-sig"))
    assert (min(years), max(years)) == ("2014", "2031")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_memo_tells_its_own_plan(second: Study, lang: str, tmp_path: Path) -> None:
    out = tmp_path / "memo.html"
    run(second, "memo", "as_is", "whole", "--out", str(out), "--lang", lang, "--members", "20")
    text = out.read_text(encoding="utf-8")
    assert not BUNDLED.search(text)
    assert "July 2027" in text
    assert "whole plan" in text or "沙普利值" in text


def test_a_sweep_runs_over_its_vintages(second: Study, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    run(second, "sweep", "strength", "--out", str(out))
    manifest = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert manifest["scenarios"] == ["as_is", "whole"]
    rows = pd.concat(map(pd.read_parquet, sorted(out.rglob("*.parquet"))))
    assert set(rows["world"].dropna()) == {"2027", "real"}


def test_the_deck_opens_between_its_own_scenarios(second: Study, tmp_path: Path) -> None:
    pytest.importorskip("anywidget")
    deck = second.deck(members=20, language="en", folder=tmp_path)
    assert (deck.base.name, deck.plan.name) == ("as_is", "whole")
    assert deck.frames.years == tuple(range(2017, 2032))
    source = deck._plan["source"]
    assert source["base_year"] == 2026
    assert source["vintage"]["title"] == "as known in July 2027"
    deck.set(dredging=0.5)
    assert not CHINESE.search(deck.save(tmp_path / "half.yaml").read_text(encoding="utf-8"))


def test_a_new_scenario_starts_at_its_plan(second: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    run(second, "new", "scenario", str(path))
    text = path.read_text(encoding="utf-8")
    assert "base: as_is" in text
    assert "path: {2027.5: 0, 2028.0: 1}" in text
    assert not CHINESE.search(text)


def test_its_simulator_is_a_page_without_a_fact_of_another_study(
    second: Study, tmp_path: Path
) -> None:
    pytest.importorskip("ziglang", reason="ziglang compiles pages and is not installed")
    out = tmp_path / "harbour.html"
    run(second, "export", "simulator", "--out", str(out), "--members", "20", "--lang", "en")
    text = out.read_text(encoding="utf-8")
    assert '"title":"A harbour"' in text
    assert not BUNDLED.search(text)
