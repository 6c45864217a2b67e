"""Every equation has one unit on both sides, by this checker and by an independent one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistakes import mistakes
from qiantang.faults import Fault
from qiantang.model.dimensions import dimension_faults
from qiantang.model.syntax import parse

TOWN = Path(__file__).with_name("town.mdl")
HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"


def check_dimensions(file: Path) -> list[Fault]:
    syntax, _ = parse(file)
    return dimension_faults(syntax)


def simlin_unit_errors(file: Path) -> list[str]:
    """Ask Simlin, an independent engine, for its list of unit errors."""
    simlin = pytest.importorskip("simlin")
    model = simlin.load(file)
    told = [issue.message for issue in (*model.check_units(), *model.check())]
    return [" ".join(text.split()) for text in dict.fromkeys(told) if "unit" in text]


def complaints(folder: Path, equation: str, unit: str = "Dmnl") -> list[str]:
    """Return what is said of one variable added to the town."""
    text = TOWN.read_text(encoding="utf-8")
    entry = f"Probe=\n\t{equation}\n\t~\t{unit}\n\t~\tProbe.\n\t|\n\n"
    file = folder / "town.mdl"
    file.write_text(text.replace("Wear=\n", entry + "Wear=\n"), encoding="utf-8")
    return [fault.what for fault in check_dimensions(file)]


@pytest.mark.parametrize(
    ("equation", "unit"),
    [
        ("Benches / Most benches", "Dmnl"),
        ("Benches + 0", "bench"),
        ("MAX(0, Benches)", "bench"),
        ("Benches^2", "bench^2"),
        ("SQRT(Benches)^2", "bench"),
        ("(Benches / Most benches)^Gain", "Dmnl"),
        ("(Wear time * Wear time)^(1/2)", "Year"),
        ("EXP(-Gain)", "Dmnl"),
        ("LN(Benches / Most benches)", "Dmnl"),
        ("IF THEN ELSE(Time >= Wear time, Wear, 0)", "bench/Year"),
        ("STEP(Benches, 2005)", "bench"),
        ("RAMP(Wear, Wear time, 2006)", "bench"),
        ("PULSE(2005, TIME STEP) / TIME STEP", "1/Year"),
        ("ZIDZ(Benches, Wear time)", "bench/Year"),
        ("XIDZ(Benches, Wear, Wear time)", "Year"),
        ("DELAY3I(Wear, Wear time, 0.0)", "bench/Year"),
        ("SMOOTH(Benches, Wear time)", "bench"),
        ("DELAY FIXED(Benches, 2, Most benches)", "bench"),
        ("TREND(Benches, Wear time, 0)", "1/Year"),
        ("travel table(Time) * Wear time", "Mpax"),
        ("WITH LOOKUP(Time, ((2000,1),(2010,2)))", "bench"),
        ("-1/16", "bench"),
        ("INTEGER(Benches)", "bench"),
        ("Benches / Wear / Wear time", "Dmnl"),
    ],
)
def test_a_sound_equation_passes(tmp_path: Path, equation: str, unit: str) -> None:
    assert complaints(tmp_path, equation, unit) == []


@pytest.mark.parametrize(
    ("equation", "unit", "said"),
    [
        ("Benches", "Dmnl", "the left side has unit Dmnl, the right side has unit bench"),
        ("Benches + 1", "bench", "in +: the left side benches has unit bench, the right side 1"),
        ("Benches - Wear", "bench", "the right side wear has unit bench/Year"),
        ("EXP(Benches)", "Dmnl", "the argument of EXP, benches, has unit bench"),
        ("2^Wear time", "Dmnl", "an exponent, wear time, has unit Year, expected Dmnl"),
        ("Benches^Gain", "bench", "benches has unit bench, expected Dmnl as it is raised to gain"),
        ("IF THEN ELSE(Benches > Wear, 1, 2)", "Dmnl", "in >: the left side benches"),
        ("IF THEN ELSE(Gain, Benches, Wear)", "bench", "in IF THEN ELSE"),
        ("IF THEN ELSE(Benches, 1, 2)", "Dmnl", "the condition, benches, has unit bench"),
        ("INTEG(Benches, 0.0)", "bench", "the right side has unit Year*bench"),
        ("INTEG(Wear, Wear time)", "bench", "in INTEG: the flow wear gives unit bench"),
        ("SMOOTH(Benches, Wear)", "bench", "the time of SMOOTH, wear, has unit bench/Year"),
        ("DELAY3I(Wear, Wear time, Benches)", "bench/Year", "in DELAY"),
        ("STEP(Benches, Gain)", "bench", "the time of STEP, gain, has unit Dmnl, expected Year"),
        ("travel table(Benches)", "Mpax/Year", "the argument of travel_table, benches"),
        ("XIDZ(Benches, Wear, Gain)", "Year", "in XIDZ"),
        ("Wear(Time)", "bench/Year", "cannot judge wear(time): wear is not a table"),
        ("VECTOR RANK(Benches, 1)", "Dmnl", "cannot judge vector rank(benches, 1)"),
        ("ZIDZ(Benches)", "Dmnl", "wrong number of arguments in zidz(benches)"),
    ],
)
def test_an_unsound_equation_is_told(tmp_path: Path, equation: str, unit: str, said: str) -> None:
    found = complaints(tmp_path, equation, unit)
    assert any(said in what for what in found), found


def test_hangzhou_has_no_dimensional_error() -> None:
    assert [str(fault) for fault in check_dimensions(HANGZHOU)] == []


def test_simlin_finds_no_unit_error_in_hangzhou_either(tmp_path: Path) -> None:
    assert simlin_unit_errors(HANGZHOU) == []
    (mismatch,) = (found for found in mistakes("models") if found.name == "unit_mismatch")
    bad = mismatch.write(tmp_path)
    assert any("wear_time" in text.lower() for text in simlin_unit_errors(bad))
