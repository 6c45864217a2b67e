"""What a subscript means: ranges in quotes, repeated elements, mappings, axes by number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as File

import pytest
from tests.modelfile.xmile_files import aux, text, write

from qiantang.engine import Unsupported, load_model
from qiantang.engine.ir import Program
from qiantang.faults import StudyError

Written = Callable[[str], File]
XX = '<dimensions><dim name="X"/><dim name="X"/></dimensions>'
PLANTS = (
    "fuel: coal, gas, sun, oil\n"
    "plant: old coal, gas turbine, photovoltaic, thermal sun -> fuel of plant\n"
    "fuel of plant: coal, gas, sun, sun -> plant\n"
    "cost[fuel] = 10, 20, 30, 40\nload[plant] = 1, 2, 3, 4\n"
)
"""A plant names its fuel by position, and two plants have one fuel."""


def values(program: Program, names: list[str]) -> list[float]:
    found = program.run(names, [program.initial_time], engine="scalar").values
    return [float(value) for value in found[:, 0, 0]]


def test_a_range_in_quotes_is_run_over(written: Written) -> None:
    """Vensim's help, page "Names": a name with other signs stands in quotes, wherever it stands."""
    program = load_model(
        written(
            '"20 to 39": a20, a30\nage: young, "20 to 39"\nx[age] = 1, 2, 4\n'
            'y = SUM(x["20 to 39"!])\nz = VMAX(x["20 to 39" !]*2)'
        )
    )
    assert values(program, ["y", "z"]) == [6, 8]


def test_a_repeated_element_is_mapped_by_its_places(written: Written) -> None:
    """Vensim's help, page "Subscript Mapping": a mapping without a list goes by position."""
    program = load_model(written(PLANTS + "price[plant] = cost[fuel of plant]*load[plant]"))
    plants = ["old coal", "gas turbine", "photovoltaic", "thermal sun"]
    assert values(program, [f"price[{name}]" for name in plants]) == [10, 40, 90, 120]


def test_a_repeated_element_left_out_is_mapped_back(written: Written) -> None:
    equations = "use[fuel of plant] :EXCEPT: [sun] = load[plant]\nuse[sun] = 7\nuse[oil] = 0"
    program = load_model(written(PLANTS + equations))
    assert values(program, ["use[coal]", "use[gas]", "use[sun]"]) == [1, 2, 7]


def test_a_repeated_element_that_means_two_is_refused(written: Written) -> None:
    with pytest.raises(
        Unsupported, match=r"range plant as a subscript, .* in the equation of use\[sun\]"
    ):
        load_model(written(PLANTS + "use[fuel of plant] = load[plant]\nuse[oil] = 0"))


def test_a_list_of_numbers_over_repeated_elements_is_refused(written: Written) -> None:
    with pytest.raises(StudyError, match="use: fuel of plant names sun more than once"):
        load_model(written(PLANTS + "use[fuel of plant] = 1, 2, 3, 4\nuse[oil] = 0"))


def test_axes_of_xmile_by_their_number(tmp_path: File) -> None:
    """Stella's reference, on array equations: @n is the subscript of dimension n."""
    elements = "".join(
        f'<element subscript="{row},{column}"><eqn>{value}</eqn></element>'
        for value, (row, column) in enumerate(("pp", "pq", "qp", "qq"))
    )
    m = f'<aux name="m">{XX}{elements}</aux>'
    variables = m + aux("turned", "m[@2, @1]", XX) + aux("below", "SUM(m[*, @2])", XX)
    program = load_model(write(tmp_path, text(variables)))
    assert values(program, ["turned[p,q]", "turned[q,p]"]) == [2, 1]
    assert values(program, ["below[p,p]", "below[p,q]"]) == [2, 4]


def test_an_axis_that_the_left_side_lacks_is_refused(tmp_path: File) -> None:
    file = write(tmp_path, text(aux("m", "1", XX) + aux("n", "m[@1, @3]", XX)))
    with pytest.raises(StudyError, match="n: @3 means a subscript of the left side, which has 2"):
        load_model(file)


def test_names_of_xmile_with_an_apostrophe_or_a_backslash(tmp_path: File) -> None:
    variables = (
        aux("farms' size", "3") + aux("BTU\\gal gasoline", "4") + aux("mine's", "2 * farms'_size")
    )
    variables += aux("all", "mine's + BTU\\gal_gasoline")
    assert values(load_model(write(tmp_path, text(variables))), ["all"]) == [10]
