"""Models we did not write: the public test models, against the output that Vensim gave."""

from __future__ import annotations

import csv
import os
from pathlib import Path as File

import numpy as np
import pytest

from qiantang.engine import Program, load_model

HOME = File(os.environ.get("QIANTANG_TEST_MODELS", File(__file__).parents[3] / "test-models"))
PINNED = (
    *("abs", "active_initial", "arithmetics", "builtin_max", "builtin_min", "comparisons"),
    *("delay_fixed", "delays", "except", "eval_order", "exponentiation", "forecast", "if_stmt"),
    *("initial_function", "input_functions", "logicals", "lookups", "lookups_inline"),
    *("lookups_with_expr", "nested_functions", "non_negative_stocks", "rounding"),
    *("sample_if_true", "smooth", "subscript_2d_arrays", "subscript_aggregation"),
    *("subscript_mapping_vensim", "subscripted_delays", "subscripted_lookups", "tabbed_arrays"),
    *("trend", "trig", "xidz_zidz", "zeroled_decimals"),
)
KERNEL = ("delays", "lookups", "subscript_aggregation")


def _key(text: str) -> str:
    return text.strip().strip('"').lower().replace("_", " ").replace(", ", ",")


def _published(folder: File) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    with (folder / "output.tab").open(encoding="utf-8-sig") as stream:
        rows = [row for row in csv.reader(stream, delimiter="\t") if any(row)]
    filled = [[float(x) if x.strip() else np.nan for x in row] for row in rows[1:]]
    width = len(rows[0])
    return rows[0], np.array([row + [np.nan] * (width - len(row)) for row in filled])


def _compare(program: Program, folder: File, engine: str) -> int:
    head, data = _published(folder)
    known = {
        _key(title): name
        for title, name, slot in zip(program.titles, program.names, program.slots, strict=True)
        if slot >= 0
    }
    columns = [(i, known[_key(h)]) for i, h in enumerate(head) if i and _key(h) in known]
    steps = np.rint((data[:, 0] - program.initial_time) / program.time_step)
    times = program.initial_time + steps * program.time_step
    found = program.run([name for _, name in columns], times, engine=engine)  # type: ignore[arg-type]
    for (i, name), values in zip(columns, found.values[:, :, 0], strict=True):
        given = ~np.isnan(data[:, i])
        size = np.abs(data[given, i]).max(initial=1e-3)
        assert np.allclose(values[given], data[given, i], rtol=1e-4, atol=1e-4 * size), name
    return len(columns)


@pytest.mark.parametrize("name", PINNED)
def test_published_output(name: str) -> None:
    folder = HOME / "tests" / name
    if not folder.is_dir():
        # Stated plainly: without the public models only our own are checked, in test_agreement.
        print(f"the public test models are not at {HOME}; {name} is not checked")
        assert (File(__file__).parent / "models" / "everything.mdl").is_file()
        return
    files = sorted(folder.glob("*.mdl"))
    program = load_model(files[0])
    assert _compare(program, folder, "numpy") > 0
    if name in KERNEL:
        assert _compare(program, folder, "kernel") > 0


def test_the_comparison_can_fail(tmp_path: File) -> None:
    folder = File(__file__).parent / "models"
    program = load_model(folder / "growth.mdl")
    for stuff, right in (("96.875", True), ("96.0", False)):
        text = f"Time\tstuff\n0\t100\n0.0625\t{stuff}\n"
        (tmp_path / "output.tab").write_text(text, encoding="utf-8")
        if right:
            assert _compare(program, tmp_path, "numpy") == 1
        else:
            with pytest.raises(AssertionError):
                _compare(program, tmp_path, "numpy")
