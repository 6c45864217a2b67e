"""What a model file may not say: refused by name."""

from __future__ import annotations

from pathlib import Path as File

import pytest

from qiantang.engine import Unsupported, load_model
from qiantang.faults import StudyError

from .written import column, model


@pytest.mark.parametrize("name", ["SIMULTANEOUS", "FIND ZERO", "DELAY CONVEYOR", "A FUNCTION OF"])
def test_what_is_not_compiled_is_named(tmp_path: File, name: str) -> None:
    with pytest.raises(Unsupported, match=rf"{name} \(.*in the equation of x \(line 2\)") as found:
        load_model(model(tmp_path, f"x = {name}(1, 2, 3)"))
    assert not found.value.elsewhere


def test_parts_of_an_array_defined_twice_are_refused(tmp_path: File) -> None:
    file = model(tmp_path, "d: a, b, c\ns: b, c\nx[s] = 1\nx[d] = 2")
    with pytest.raises(StudyError, match=r":5: x: .*line 4"):
        load_model(file)


def test_a_list_of_another_length_is_refused(tmp_path: File) -> None:
    with pytest.raises(StudyError, match=r":3: x: has 2 numbers, expected 3"):
        load_model(model(tmp_path, "d: a, b, c\nx[d] = 1, 2"))


MISCOUNTED = {
    # vensim.com/documentation: fn_max, fn_min, fn_sum, fn_if_then_else, fn_sin
    "MAX(1, 2, 3)": "MAX with 3 arguments, expected 2,",
    "MIN(1)": "MIN with 1 argument, expected 2,",
    "SIN(1, 2)": "SIN with 2 arguments, expected 1,",
    "IF THEN ELSE(1, 2)": "IF THEN ELSE with 2 arguments, expected 3,",
    "RANDOM UNIFORM(0, 1, 2, 3)": "RANDOM UNIFORM with 4 arguments, expected 2 or 3,",
    "SUM(3)": "SUM over no subscript marked with !",
    "VMAX(y)": "VMAX over no subscript marked with !",
}


@pytest.mark.parametrize("expression", MISCOUNTED)
def test_a_function_with_other_arguments_than_its_own_is_refused(
    tmp_path: File, expression: str
) -> None:
    with pytest.raises(Unsupported) as refused:
        load_model(model(tmp_path, f"y = 1\nx = {expression}"))
    what = f"{MISCOUNTED[expression]} in the equation of x (line 3) is not compiled"
    assert str(refused.value) == what
    assert not refused.value.elsewhere


@pytest.mark.parametrize("text", ["1 = 2 = 3", "1 < 2 < 3", "IF THEN ELSE(1 < y <= 2, 1, 0)"])
def test_a_comparison_is_not_compared_without_parentheses(tmp_path: File, text: str) -> None:
    with pytest.raises(StudyError, match=r"m\.mdl:3: x: .* expected parentheses around one of two"):
        load_model(model(tmp_path, f"y = 1\nx = {text}"))
    assert column(model(tmp_path, "x = (3 > 2) = 1"), "x")[0] == 1


SUBSCRIPTS = {
    "x": "x with no subscripts, expected 1,",
    "x[a, b]": "x with 2 subscripts, expected 1,",
    "y[a]": "y with 1 subscript, expected none,",
    "part[a]": "part[a], for which part is not defined,",
    "x[d]": "the range d as a subscript, of which no one element is at hand,",
    "x[d!]": "the subscript d! outside a function of whole arrays",
}


@pytest.mark.parametrize("reference", SUBSCRIPTS)
def test_subscripts_that_do_not_fit_are_told(tmp_path: File, reference: str) -> None:
    equations = f"d: a, b\ns: b\nx[d] = 1\npart[s] = 1\ny = 1\nz = {reference}"
    with pytest.raises(Unsupported) as refused:
        load_model(model(tmp_path, equations))
    what = f"{SUBSCRIPTS[reference]} in the equation of z (line 7) is not compiled"
    assert str(refused.value) == what
    assert not refused.value.elsewhere


@pytest.mark.parametrize("order", [0, 101, 1000000])
def test_an_order_of_a_delay_that_is_none_is_told(tmp_path: File, order: int) -> None:
    file = model(tmp_path, f"x = DELAY N(Time, 5, 0, {order})")
    with pytest.raises(Unsupported, match=rf"order {order}, expected 1 to 100, in .* x \(line 2"):
        load_model(file)
