"""Small models, each with what the manuals say comes of it: numbers, a refusal, or a note.

They stand outside the repository; see docs/conformance.md. The cases of the tests beside this one
need no folder.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path as File

import numpy as np
import pandas as pd
import pytest

from qiantang.faults import StudyError
from qiantang.modelfile.names import spelled
from qiantang.simulate import simulate_model

REFUSED = {
    "direct_const_text_cell": "model.mdl:2: a: reads cell A1 of c.csv, which holds 'x'",
    "duplicate": "model.mdl:4: a: defined twice, first on line 2",
    "x_bad_amp": "a bare & stands in the text",
    "x_cut_equation": "the file ends inside <eqn>",
    "x_empty_eqn": "has no equation",
    "x_empty_variables": "the file has no variables",
    "x_no_sim_specs": "the file has no <sim_specs>",
    "x_truncated_half": "the file ends inside <eqn>",
}
"""Cases that are no model, with what is said of each."""

NOTED = {
    "gbk": "read as GBK",
    "latin1_collision": "read as Windows-1252",
    "mdl_rk4_setting": "Runge-Kutta",
    "saveper_no_multiple": "SAVEPER 1.5 is no multiple of TIME STEP 1",
    "x_rk2_note": "RK2",
    "x_rk4_note": "Runge-Kutta",
}

PUBLISHED_OTHERWISE = {"delay_fixed_fraction": {"a"}}
"""Columns that Vensim's own output for the public model ``delay_fixed`` contradicts: there a delay
of 1.2 steps is one of one step, where SDEverywhere has the next whole number."""


def home() -> File:
    """Return the folder of the cases: the environment's, or beside the repository."""
    given = os.environ.get("QIANTANG_ENGINE_CASES")
    beside = File(__file__).parents[3] / "shared" / "acceptance" / "engine-cases"
    return File(given) if given else beside


def cases() -> list[str]:
    index = home() / "index.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        return [row["case"] for row in csv.DictReader(file)]


def settings(folder: File) -> tuple[dict[str, float], str]:
    """Return the values to set and the integrator of a case, as its note says."""
    note = (folder / "note.txt").read_text(encoding="utf-8")
    found = re.search(r"settings: \{(?P<set>[^}]*)\} integrator (?P<method>\w+)", note)
    assert found is not None
    pairs = re.findall(r"'([^']+)': ([-+.\deE]+)", found["set"])
    return {name: float(value) for name, value in pairs}, found["method"]


def wrong(ours: pd.DataFrame, wanted: pd.DataFrame, left_out: set[str]) -> Iterator[str]:
    columns = {spelled(str(name)): name for name in ours.columns}
    for name in wanted.columns.drop("Time"):
        for time, value in zip(wanted["Time"], wanted[name], strict=True):
            if value != value or name in left_out:
                continue
            row = int(np.argmin(np.abs(ours.index.to_numpy() - time)))
            assert ours.index[row] == pytest.approx(time, abs=1e-6)
            here = float(ours[columns[spelled(name)]].iloc[row])
            if not abs(here - value) <= 1e-9 * max(1.0, abs(value)):
                yield f"{name} at {time:g} is {here:g}, expected {value:g}"


@pytest.mark.parametrize("case", cases())
def test_case(case: str) -> None:
    folder = home() / case
    (model,) = folder.glob("model.*")
    given, method = settings(folder)
    data = [f for f in folder.glob("*.csv") if f.name != "expected.csv"]
    if case in REFUSED:
        with pytest.raises(StudyError, match=re.escape(REFUSED[case])):
            simulate_model(model, given)
        return
    frame = simulate_model(
        model,
        given,
        integrator="rk4" if method == "rk4" else None,
        data_files=data if case.startswith("data_") else (),
    )
    assert NOTED.get(case, "") in " ".join(frame.attrs["notes"])
    expected = folder / "expected.csv"
    if expected.is_file():
        left_out = PUBLISHED_OTHERWISE.get(case, set())
        assert list(wrong(frame, pd.read_csv(expected), left_out)) == []
    else:
        assert case in NOTED
