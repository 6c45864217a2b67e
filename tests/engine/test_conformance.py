"""Models we did not write: the public test models, against PySD and the output that Vensim gave."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pandas as pd
import pytest

from qiantang.conformance import Row, check, compare, home, models, read_published, simulate_model
from qiantang.conformance_reasons import DEPARTURES, REASONS
from qiantang.conformance_table import document, reason, unexplained, verdict

PAGE = File(__file__).parents[2] / "docs" / "conformance.md"
MODELS = File(__file__).parent / "models"
PINNED = (
    *("abs", "active_initial", "arguments", "arithmetics", "builtin_max"),
    *("delay_fixed", "delays", "exponentiation", "forecast"),
    *("get_constants_subranges", "get_lookups_subset", "get_xls_cellrange", "if_stmt"),
    *("initial_function", "input_functions", "invert_matrix", "logicals", "lookups"),
    *("lookups_inline", "lookups_with_expr", "macro_cross_reference", "macro_stock"),
    *("nested_functions", "rounding", "sample_if_true", "smooth"),
    *("subscript_2d_arrays", "subscript_mapping_vensim", "subscripted_lookups", "tabbed_arrays"),
    *("trend", "trig", "with_lookup", "xidz_zidz", "zeroled_decimals"),
)
KERNEL = ("delays", "input_functions", "macro_stock")


def folder(name: str) -> File:
    found = home() / "tests" / name
    if not found.is_dir():
        pytest.skip(f"the public test models are not at {home()}; see docs/conformance.md")
    return found


@pytest.mark.parametrize("name", PINNED)
def test_pinned_models_agree(name: str) -> None:
    file = models(folder(name))[0]
    row = check(file, home(), "kernel" if name in KERNEL else "numpy")
    assert row.agrees or (row.corrects and reason(row)), row
    assert row.columns[0] > 0
    assert row.engine == ("kernel" if name in KERNEL else "numpy")


@pytest.mark.slow
def test_every_model_does_as_the_page_says() -> None:
    folder("abs")
    said = dict(re.findall(r"^\| `(.+?)` \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.M))
    found = {file.relative_to(home()).as_posix(): file for file in models(home())}
    assert set(found) <= set(said)
    rows = [check(file, home()) for file in found.values()]
    assert {row.name: verdict(row) for row in rows} == {name: said[name] for name in found}
    assert unexplained(rows) == []
    run = [row for row in rows if not row.oracle]
    assert sum(row.compiled for row in run) >= 0.9 * len(run)


def written(path: File, text: str) -> File:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("stuff", "right"), [("96.875", True), ("96.0", False)])
def test_the_comparison_can_fail(tmp_path: File, stuff: str, right: bool) -> None:
    (tmp_path / "growth.mdl").write_bytes((MODELS / "growth.mdl").read_bytes())
    written(tmp_path / "output.tab", f"Time\tstuff\n0\t100\n0.0625\t{stuff}\n1\t77.5\n")
    row = check(tmp_path / "growth.mdl", tmp_path)
    assert row.columns[1] == 1
    first = simulate_model(tmp_path / "growth.mdl", {"SAVEPER": 0.0625})
    gap, _, name = compare(first, read_published(tmp_path / "output.tab").iloc[:2])
    assert (gap < 1e-12) == right
    assert name == "stuff"


def test_a_number_on_one_side_only_is_a_difference() -> None:
    known = pd.DataFrame({"a": [1.0, 2.0]}, index=[0.0, 1.0])
    missing = pd.DataFrame({"a": [1.0, np.nan]}, index=[0.0, 1.0])
    assert compare(missing, known)[0] == np.inf
    assert compare(known, missing)[0] == 0.0
    assert compare(known, known.rename(columns={"a": '"A"'})) == (0.0, 1, '"A"')


def test_published_formats(tmp_path: File) -> None:
    na = -(2.0**109)
    tab = written(tmp_path / "output.tab", f"Time\ta[x,y]\tb\n0\t1\t{na}\n1\t2\n")
    dat = written(tmp_path / "m.dat", f"a[x,y]\n0\t1\n1\t2\nb\n0\t{na}\n")
    for frame in (read_published(tab), read_published(dat)):
        assert frame["a[x,y]"].tolist() == [1, 2]
        assert np.isnan(frame["b"]).all()


def test_a_row_that_differs_must_have_a_reason() -> None:
    right = Row("x.mdl", apart=0.0, columns=(3, 0))
    wrong = replace(right, apart=0.5)
    assert unexplained([right]) == []
    assert unexplained([wrong]) == [wrong]
    assert unexplained([replace(wrong, name=next(iter(REASONS)))]) == []
    assert unexplained([replace(wrong, decimals=0.0)]) == []
    assert verdict(wrong) == "compiled, differs"
    assert verdict(replace(wrong, decimals=0.0)) == "compiled, follows Vensim"
    assert verdict(replace(right, refused="no")) == "left to PySD"
    assert "**not explained**" in document({"here": [wrong]}, "numpy")


def test_the_page_has_no_difference_without_a_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "not explained" not in text
    share = re.search(r"of these compiled: \d+ \((?P<share>[\d.]+) %\)", text)
    assert share is not None
    assert float(share["share"]) >= 90


def test_the_page_has_every_departure_with_its_place_and_every_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in DEPARTURES:
        assert all(cell.strip() for cell in row)
        assert f"| {' | '.join(row)} |" in text
    for name, why in REASONS.items():
        assert re.search(rf"^\| `{re.escape(name)}` .*{re.escape(why)} \|$", text, re.M), name
