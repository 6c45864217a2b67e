"""Results read back: labels, laziness, tables for others, summaries, indices."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import qiantang as qt
from qiantang.ensemble.provenance import digests_of, titles_of, vintages_of, worlds_of
from qiantang.faults import StudyError
from qiantang.session import OpenStudy, OpenSweep, open_sweep
from qiantang.sweep import indices, local, reading, sampling, store
from qiantang.sweep.export import export
from qiantang.sweep.reading import Sweep
from qiantang.sweep.summary import PERCENT
from qiantang.sweep.sweeping import run_sweep
from qiantang.sweep.world import World

from .parts import SMALL, Plan


@pytest.fixture
def swept(plan: Plan, tmp_path: Path) -> OpenSweep:
    run_sweep(plan(), tmp_path / "out", local.executor(1))
    return open_sweep(tmp_path / "out")


def test_a_grid_has_labelled_axes_and_every_value_in_its_place(
    swept: OpenSweep, plan: Plan
) -> None:
    data = swept.to_xarray()
    assert data["passengers"].dims == ("scenario", "airport", "late", "member")
    assert data["passengers"].attrs["units"] == "Mpax/Year"
    grid = plan()
    place = [target["name"] for target in swept.manifest["columns"]].index("passengers")
    found = {case: values[place] for case, values, _ in grid.world.run(grid.cases)}
    for row, case in zip(swept.points.itertuples(), grid.case_of, strict=True):
        picked = data["passengers"].sel(scenario=row.scenario, airport=row.airport, late=row.late)
        assert np.array_equal(picked.to_numpy(), found[case])
    one = data["passengers"].isel(scenario=1, airport=[2, 0], late=1, member=3)
    assert np.array_equal(one.to_numpy(), [found[10][3], found[6][3]])
    assert data.attrs["seed"] == "1"


def test_the_facts_of_its_scenarios_travel_with_a_sweep(
    swept: OpenSweep, small_study: OpenStudy, tmp_path: Path
) -> None:
    data = swept.to_xarray().isel(scenario=[1])
    (name,) = swept.manifest["scenarios"][1:]
    scenario = small_study.scenario(name)
    assert titles_of(data) == {name: (scenario.title, scenario.title_zh)}
    assert vintages_of(data) == {name: scenario.vintage}
    assert worlds_of(data) == {name: "known"}
    assert digests_of(data) == {name: scenario.sha256}
    export(swept, tmp_path / "out.xlsx")
    told = pd.read_excel(tmp_path / "out.xlsx", sheet_name="scenarios", engine="openpyxl")
    assert told["title"][1] == scenario.title


def test_nothing_is_read_before_it_is_looked_at(
    swept: OpenSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[int] = []
    read = Sweep.part
    monkeypatch.setattr(Sweep, "part", lambda self, n: (parts.append(n), read(self, n))[1])
    data = swept.to_xarray()
    assert parts == []
    data["cargo"].isel(scenario=0, airport=0, late=0).to_numpy()
    assert parts == [0]


def test_a_sample_is_by_point_with_its_axes_beside(plan: Plan, tmp_path: Path) -> None:
    text = SMALL.replace("kind: grid", "kind: latin_hypercube\nsize: 6")
    text = text.replace("values: [0, 0.5, 1]", "range: [0, 1]").replace("[0, 1]}", "[0, 1]}")
    run_sweep(plan(text), tmp_path / "out", local.executor(1))
    sweep = qt.open_sweep(tmp_path / "out")
    data = sweep.to_xarray()
    assert data["cargo"].dims == ("scenario", "point", "member")
    assert data["airport"].dims == ("point",)
    high = data["cargo"].where(data["airport"] > 0.5, drop=True)
    assert 0 < high.sizes["point"] < 6


def test_pandas_duckdb_and_dask_see_the_same_numbers(swept: OpenSweep) -> None:
    frame = swept.to_pandas()
    assert len(frame) == 12 * 5
    parts, points = swept.folder / store.PARTS / "*.parquet", swept.folder / store.POINTS
    ((mean,),) = duckdb.sql(
        f"select avg(cargo) from '{parts}' join '{points}' using (case_id)"
    ).fetchall()
    assert mean == pytest.approx(frame["cargo"].mean())
    assert len(swept.to_dask()) == swept.manifest["runs"] == swept.dataset().count_rows()
    some = swept.to_pandas(["cargo"], where={"scenario": "plan_in_full", "late": 1.0})
    assert len(some) == 15
    assert list(some) == ["scenario", "point", "airport", "late", "member", "cargo"]


def test_names_that_are_not_there_are_refused(swept: OpenSweep) -> None:
    with pytest.raises(StudyError, match="did you mean cargo"):
        swept.to_pandas(["cargoo"])
    with pytest.raises(StudyError, match="did you mean airport"):
        swept.to_pandas(where={"airprt": 1})


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_an_export_holds_every_run(form: str, swept: OpenSweep, tmp_path: Path) -> None:
    out = tmp_path / f"table.{form}"
    assert export(swept, out) == 60
    read = {
        "csv": pd.read_csv,
        "xlsx": partial(pd.read_excel, engine="openpyxl"),
        "parquet": pd.read_parquet,
    }[form]
    frame = swept.to_pandas()
    pd.testing.assert_frame_equal(read(out), frame, check_dtype=False, rtol=1e-12)
    assert [path.name for path in tmp_path.iterdir()].count(out.name) == 1


def test_an_export_that_cannot_be_is_refused_and_leaves_nothing(
    swept: OpenSweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for out, what in ((tmp_path / "a.txt", "suffix"), (tmp_path / "no" / "a.csv", "does not exist"),
                      (tmp_path, "suffix")):  # fmt: skip
        with pytest.raises(StudyError, match=what):
            export(swept, out)
    monkeypatch.setattr("qiantang.sweep.export.SHEET_ROWS", 59)
    with pytest.raises(StudyError, match="a sheet holds 59"):
        export(swept, tmp_path / "a.xlsx")
    assert export(swept, tmp_path / "s.csv", summary=True) == 12 * len(swept.measures)
    assert not list(tmp_path.glob(".*"))


def test_summaries_kept_are_those_of_the_runs(plan: Plan, tmp_path: Path, swept: OpenSweep) -> None:
    run_sweep(plan(SMALL + "keep: summaries\n"), tmp_path / "short", local.executor(1))
    short = open_sweep(tmp_path / "short")
    pd.testing.assert_frame_equal(short.summary(), swept.summary())
    assert short.to_xarray()["cargo"].dims == ("scenario", "airport", "late", "statistic")
    with pytest.raises(StudyError, match="summaries only"):
        short.to_pandas()
    frame = swept.to_pandas(["passengers"], where={"scenario": "plan_in_full", "point": 3})
    row = swept.summary().query(
        "scenario == 'plan_in_full' and point == 3 and measure == 'passengers'"
    )
    for percent in PERCENT:
        expected = np.quantile(frame["passengers"], percent / 100)
        assert row[f"p{percent:02d}"].item() == pytest.approx(expected)
    assert row["p_reached"].item() == pytest.approx((frame["passengers"] >= 46).mean())


def test_runs_that_diverge_are_flagged_counted_and_left_out(plan: Plan, tmp_path: Path) -> None:
    broken = plan()
    values = broken.world.members.parameters["execution_base"]
    broken.world.members.parameters["execution_base"] = values.copy()
    broken.world.members.parameters["execution_base"][2] = np.inf
    outcome = run_sweep(broken, tmp_path / "out", local.executor(1))
    assert outcome.diverged == len(broken.cases)
    frame = open_sweep(tmp_path / "out").to_pandas()
    assert frame.loc[frame["member"] == 2, "diverged"].all()
    assert frame.loc[frame["member"] == 2, "cargo"].isna().all()
    assert not frame.loc[frame["member"] != 2, "diverged"].any()
    assert np.isfinite(open_sweep(tmp_path / "out").summary()["p50"]).all()


def test_the_years_that_cases_share_are_run_once_and_change_no_bit(plan: Plan) -> None:
    grid = plan(SMALL.replace("members: 5", "members: 12"))
    world = grid.world
    assert world.ensemble.trunk == 2018.5
    plain = World(replace(world.ensemble, trunk=None), world.columns)
    for case in grid.cases:
        ((_, ours, _),), ((_, theirs, _),) = world.run([case]), plain.run([case])
        assert np.array_equal(ours, theirs)


def test_an_unfinished_or_missing_sweep_is_refused(swept: OpenSweep, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no sweep stands"):
        open_sweep(tmp_path)
    part = sorted((swept.folder / store.PARTS).iterdir())[0]
    content = part.read_bytes()
    part.unlink()
    with pytest.raises(StudyError, match="of 6 chunks are there"):
        open_sweep(swept.folder)
    half = open_sweep(swept.folder, unfinished=True)
    with pytest.raises(StudyError, match="part 0 is missing"):
        half.to_pandas()
    part.write_bytes(content[:-1] + b"x")
    with pytest.raises(StudyError, match="is damaged"):
        open_sweep(swept.folder).to_pandas()


def test_indices_find_what_a_known_function_rests_on() -> None:
    cube = sampling.saltelli(1024, 3, 1)
    values = 2 * cube[:, 0] + cube[:, 1]  # shares 4/5, 1/5 and none
    first, total = indices._indices(values.reshape(5, -1))
    np.testing.assert_allclose(first, [0.8, 0.2, 0], atol=0.02)
    np.testing.assert_allclose(total, [0.8, 0.2, 0], atol=0.02)
    product = (cube[:, 0] - 0.5) * (cube[:, 1] - 0.5)  # no share alone, all of it together
    first, total = indices._indices(product.reshape(5, -1))
    np.testing.assert_allclose(first, [0, 0, 0], atol=0.05)
    np.testing.assert_allclose(total, [1, 1, 0], atol=0.05)


def test_a_large_mean_drowns_no_index() -> None:
    cube = sampling.saltelli(1024, 3, 1)
    values = 1e4 + cube @ np.array([2.0, 1.0, 0.0])  # variances 4/12 and 1/12: shares 4/5 and 1/5
    first, total = indices._indices(values.reshape(5, -1))
    np.testing.assert_allclose(first, [0.8, 0.2, 0], atol=0.02)
    np.testing.assert_allclose(total, [0.8, 0.2, 0], atol=0.02)


def test_points_are_scenarios_of_the_same_numbers(
    small_study: OpenStudy, plan: Plan, tmp_path: Path
) -> None:
    text = (
        "kind: grid\nscenarios: [current_policy, plan_in_full]\nmembers: 3\nseed: 1\naxes:\n"
        "  late: {delay: all, unit: Year, values: [0, 1]}\n"
        "  world: {vintage: all, values: [2018, actual]}\n"
        "  rule: {uncertainty: slot_ceiling, unit: 1/Year, values: [0.02, 0.04]}\n"
    )
    run_sweep(plan(text), tmp_path / "s", local.executor(1))
    sweep = open_sweep(tmp_path / "s")
    with pytest.raises(StudyError, match="16 points, at most 12 are run again"):
        sweep.scenarios(small_study)
    points = sweep.scenarios(small_study, late=1)
    assert {point.vintage for point in points} == {"2018", "actual"}
    assert points[-1].title == "The plan in full: late 1, world actual, rule 0.04"
    table = sweep.summary().query("measure == 'passengers' and late == 1")
    found = small_study.run(points, members=3).reach().to_pandas()
    found = found[found["target"] == "passengers"]
    np.testing.assert_array_equal(found["median"].to_numpy(), table["p50"].to_numpy())
    with pytest.raises(StudyError, match="no point has late 7, expected one of 0, 1"):
        sweep.scenarios(small_study, late=7)


def test_a_chart_along_the_axes(small_study: OpenStudy, swept: OpenSweep) -> None:
    chart = swept.chart.when("cargo", small_study)
    assert set(chart.data["axis"]) == {"Airport capacity", "late"}
    share = swept.summary().query("measure == 'cargo' and scenario == 'plan_in_full' and late == 1")
    drawn = chart.data[(chart.data["axis"] == "late") & (chart.data["value"] == 1)]
    assert drawn["probability"].iloc[-1] == pytest.approx(share["p_reached"].mean())
    with pytest.raises(StudyError, match="no target of the plan"):
        swept.chart.when("cargoes", small_study)


def test_indices_of_a_sweep(plan: Plan, tmp_path: Path, swept: OpenSweep) -> None:
    text = (
        "kind: saltelli\nsize: 4\nscenarios: [plan_in_full]\nmembers: 4\nseed: 1\naxes:\n"
        "  airport: {intensity: airport_capacity, unit: Dmnl, range: [0, 1]}\n"
        "  talent: {intensity: talent_programme, unit: Dmnl, range: [0, 1]}\n"
    )
    run_sweep(plan(text), tmp_path / "s", local.executor(1))
    found = open_sweep(tmp_path / "s").sobol_indices("passengers").set_index("axis")
    assert found.loc["airport", "total"] > found.loc["talent", "total"]
    with pytest.raises(StudyError, match="kind saltelli"):
        swept.sobol_indices("passengers")


def test_pieces_of_a_table_join_without_a_seam(
    swept: OpenSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = swept.to_pandas()
    monkeypatch.setattr(reading, "PIECE", 7)
    pd.testing.assert_frame_equal(swept.to_pandas(), whole)
