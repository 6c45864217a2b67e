"""Many draws of any model file: ranges, limits, designs, labels, files, pictures, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner, Result

from qiantang.charts.spread import spread
from qiantang.cli import program
from qiantang.faults import StudyError
from qiantang.simulate import simulate_model
from qiantang.spread.draws import simulate_draws
from qiantang.spread.ranges import Span, points, read_ranges

#: Closed form: by Euler the cup loses 1/T of its heat a minute, T limited to 1 to 100 minutes.
TEXT = """{UTF-8}
loss = (tea - room) / time constant ~ Degrees/Minute ~ Heat given off. |
time constant = 10 ~ Minute [1,100] ~ Time of cooling. |
room = 20 ~ Degrees [0,?] ~ Stays. |
rate[region] = 1, 2 ~ Dmnl [0,5] ~ Of two. |
region: North, South ~~|
tea = INTEG(-loss, 80) ~ Degrees ~ Temperature of the tea. [zh: 茶温] |
INITIAL TIME = 0 ~ Minute ~ Start. |
FINAL TIME = 4 ~ Minute ~ End. |
TIME STEP = 1 ~ Minute ~ Step. |
SAVEPER = 1 ~ Minute ~ Saved. |
"""


@pytest.fixture
def cup(tmp_path: Path) -> Path:
    file = tmp_path / "cup.mdl"
    file.write_text(TEXT, encoding="utf-8")
    return file


def call(*words: object) -> Result:
    return CliRunner().invoke(program, ["simulate", *map(str, words)], catch_exceptions=False)


def test_every_draw_is_the_run_of_its_own_constants(cup: Path) -> None:
    found = simulate_draws(cup, {"Time constant": (5, 20)}, draws=50, set_values={"room": 10})
    constants = found["input Time constant"].to_numpy()
    expected = 10 + 70 * (1 - 1 / constants) ** 4
    assert found["tea"].sel(Time=4).to_numpy() == pytest.approx(expected)
    assert sorted(found.data_vars) == ["loss", "tea"]
    assert found["tea"].dims == ("draw", "Time")
    assert found["tea"].attrs["long_name_zh"] == "茶温"
    assert found["tea"].attrs["units"] == "Degrees"
    assert found.attrs["ranges"] == ["Time constant=5..20"]


def test_a_range_moves_one_element_or_the_whole_array(cup: Path) -> None:
    one = simulate_draws(cup, {"rate[South]": (1, 3)}, draws=4, outputs=["rate"])
    assert (one["rate[North]"] == 1).all()
    assert np.ptp(one["rate[South]"].isel(Time=0).to_numpy()) > 0
    both = simulate_draws(cup, {"rate": (1, 3)}, draws=4, outputs=["rate"])
    assert (both["rate[North]"] == both["rate[South]"]).all()


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol", "random"])
def test_designs_fill_the_range_and_repeat(design: str) -> None:
    spans = [Span("a", -2, 6), Span("b", 0, 1)]
    drawn = points(spans, 1000, design, 3)  # type: ignore[arg-type]
    assert drawn.shape == (2, 1000)
    assert drawn[0].min() >= -2
    assert drawn[0].max() <= 6
    # Uniform on -2 to 6: mean 2, variance 64/12; four standard errors of independent draws.
    assert drawn[0].mean() == pytest.approx(2, abs=4 * (64 / 12 / 1000) ** 0.5)
    assert (drawn == points(spans, 1000, design, 3)).all()  # type: ignore[arg-type]
    assert (drawn != points(spans, 1000, design, 4)).any()  # type: ignore[arg-type]


def test_a_triangle_has_its_mean_and_median() -> None:
    values = Span("a", 0, 10, 4).at((np.arange(20000) + 0.5) / 20000)
    assert values.mean() == pytest.approx((0 + 4 + 10) / 3, abs=1e-3)
    assert np.median(values) == pytest.approx(10 - (0.5 * 10 * 6) ** 0.5, abs=1e-3)


def test_ranges_are_read_with_signs_points_and_blanks(cup: Path) -> None:
    read = read_ranges(["a b = -5 .. 2.5", "c=1..2..3e1", "d=0.5...7"], cup)
    assert read == [Span("a b", -5, 2.5), Span("c", 1, 30, 2), Span("d", 0.5, 0.7)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--range", "time constant"], "is no range, expected NAME=LOW..HIGH"),
        (["--range", "time constant=5"], "is no range, expected NAME=LOW..HIGH"),
        (["--range", "time constant=5..many"], "expected numbers: expected NAME=LOW..HIGH"),
        (["--range", "time constant=20..5"], "the range of time constant falls"),
        (["--range", "time constant=5..5"], "is one value, expected two; --set fixes"),
        (["--range", "time constant=5..inf"], "has no finite ends"),
        (["--range", "time constnat=5..9"], "no variable time constnat (did you mean"),
        (["--range", "tea=5..9"], "tea is a stock, expected a constant"),
        (["--range", "TIME STEP=1..2"], "part of the time grid, which all draws share"),
        (["--range", "room=1..2", "--range", "Room=1..3"], "Room is given two ranges"),
        (["--range", "room=1..2", "--set", "room=3"], "room is set and drawn"),
        (["--range", "room=1..2", "--draws", "0"], "0 draws asked for, expected 1 to"),
        (["--range", "room=1..2", "--engine", "pysd"], "PySD runs one draw at a time"),
        (["--range", "room=1..2", "--chart", "tea"], "no picture to draw, expected --out with"),
        (["--range", "time constant=0.5..9", "--strict"], "outside the limits of the model file"),
        (["--set", "time constant=200", "--strict"], "is 200, outside the limits of the model"),
        (["--set", "room=-3", "--strict"], "at least 0"),
    ],
)
def test_refusals_are_one_sentence_and_nothing_is_written(
    cup: Path, words: list[str], sentence: str
) -> None:
    out = cup.with_name("a.csv")
    result = call(cup, "--out", out, *words)
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert len(result.output.splitlines()) == 1
    assert not out.exists()


def test_a_value_outside_the_limits_is_said_once_and_run(cup: Path) -> None:
    said = "time constant is 200, outside the limits of the model file, 1 to 100"
    out = cup.with_name("a.csv")
    assert call(cup, "--out", out, "--set", "time constant=200").output.count(said) == 1
    many = call(cup, "--out", out, "--force", "--range", "time constant=5..200", "--draws", "9")
    assert many.output.count(said) == 1
    assert many.exit_code == 0
    assert simulate_model(cup, {"time constant": 200}).attrs["notes"] == [said]
    with pytest.raises(StudyError, match="outside the limits"):
        simulate_draws(cup, {"time constant": (5, 200)}, draws=9, strict=True)


@pytest.mark.parametrize("suffix", [".csv", ".tab", ".nc", ".parquet", ".xlsx"])
def test_every_format_holds_the_same_draws(cup: Path, suffix: str) -> None:
    out = cup.with_name(f"draws{suffix}")
    words = ["--range", "time constant=5..20", "--draws", "7", "--seed", "5"]
    result = call(cup, "--out", out, *words)
    assert "7 draws, 5 times, 2 variables" in result.output
    expected = simulate_draws(cup, {"time constant": (5, 20)}, draws=7, seed=5)["tea"].to_numpy()
    if suffix == ".nc":
        with xr.open_dataset(out, engine="h5netcdf") as held:
            values = held["tea"].to_numpy()
    elif suffix == ".parquet":
        values = pd.read_parquet(out)["tea"].to_numpy()
    elif suffix == ".xlsx":
        values = pd.read_excel(out, sheet_name="results", engine="openpyxl")["tea"].to_numpy()
        bands = pd.read_excel(out, sheet_name="bands", engine="openpyxl")
        bands = bands.set_index(["variable", "Time"])
        assert bands.loc[("tea", 4), "median"] == pytest.approx(np.median(expected[:, -1]))
    else:
        values = pd.read_csv(out, sep="\t" if suffix == ".tab" else ",")["tea"].to_numpy()
    assert values.ravel() == pytest.approx(expected.ravel())


def test_the_fan_says_what_the_numbers_say_in_both_languages(cup: Path) -> None:
    found = simulate_draws(cup, {"time constant": (5, 20)}, draws=100)
    chart = spread(found, "Tea")
    last = chart.data.iloc[-1]
    assert last["median"] == pytest.approx(np.median(found["tea"].sel(Time=4)))
    assert chart.finding.startswith(f"tea at time 4: {last['median']:.3g} Degrees (90 %: ")
    assert spread(found, "tea", lang="zh").finding.startswith("茶温：时间4时为")
    with pytest.raises(StudyError, match="was not saved by this run"):
        spread(found, "coffee")


def test_picture_and_table_come_from_one_run_and_nothing_is_replaced(cup: Path) -> None:
    picture, table = cup.with_name("a.svg"), cup.with_name("a.csv")
    words = [cup, "--range", "room=10..20", "--draws", "9", "--chart", "tea", "--lang", "zh"]
    result = call(*words, "--out", picture, "--out", table)
    assert "9组样本，5个时点，2个变量" in result.output
    before = picture.read_bytes()
    again = call(*words, "--out", picture, "--out", table)
    assert again.exit_code == 2
    assert len(again.output.splitlines()) == 2
    assert picture.read_bytes() == before
    assert call(*words, "--out", picture, "--force").exit_code == 0
    assert picture.read_bytes() == before


def test_draws_that_cease_to_be_finite_are_counted_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "root.mdl"
    file.write_text(
        "{UTF-8}\nlow = 1 ~~|\nroot = SQRT(low - Time) ~~|\nINITIAL TIME = 0 ~~|\n"
        "FINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n", encoding="utf-8"
    )  # fmt: skip
    found = simulate_draws(file, {"low": (0, 4)}, draws=8)
    assert int(found["diverged"].sum()) == 4
    assert "4 of 8 draws are not finite, the first in root from time" in found.attrs["notes"][-1]
    assert np.isfinite(spread(found, "root").data["median"]).all()
    lost = call(file, "--range", "low=0..1", "--draws", "4", "--out", tmp_path / "a.csv")
    assert lost.exit_code == 1
