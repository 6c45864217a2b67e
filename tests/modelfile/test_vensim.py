"""Files of Vensim: entries, ranges, groups, macros, settings, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qiantang.modelfile.document import Document, Range, RangeMapping
from qiantang.modelfile.tree import Binary, Call, Knots, Literal, Reference
from qiantang.modelfile.vensim import read

HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"
TIME = """
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 6 ~ Month ~ |
TIME STEP = 1 ~ Month ~ |
SAVEPER = TIME STEP ~ Month ~ |
"""
SKETCH = "\\\\\\---/// Sketch information\nV300\n*View 1\n10,1,a|b ~ c,1\n///---\\\\\\\n"
ONE, TWO = Literal(1.0), Literal(2.0)

Reading = Callable[[str], tuple[Document, list[str]]]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Return what a text reads as, with its faults as ``line: where: what``."""

    def run(text: str) -> tuple[Document, list[str]]:
        path = tmp_path / "model.mdl"
        path.write_bytes(text.encode())
        document, faults = read(path)
        return document, [f"{fault.line}: {fault.where}: {fault.what}" for fault in faults]

    return run


@pytest.fixture
def good(reading: Reading) -> Callable[[str], Document]:
    def run(text: str) -> Document:
        document, faults = reading(text)
        assert faults == []
        return document

    return run


Good = Callable[[str], Document]


def test_the_model_of_the_study_reads_without_a_fault() -> None:
    document, faults = read(HANGZHOU)
    assert faults == []
    assert document.notes == ()
    names = [equation.name for equation in document.equations]
    assert names[:4] == ["INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"]
    assert len(names) == len(set(names))
    assert "Levers" in {group.name for group in document.groups}


def test_an_entry_is_read_whole(good: Good) -> None:
    text = (
        "{UTF-8}\n\nlong  name=\n\ta + \\\n\t\tb\n"
        "\t~\tMonth [0,?]\n\t~\tIt's 5\" \\\n\t\tlong.\n\t|\n"
    )
    item = good(text).equations[0]
    assert (item.name, item.line, item.operator) == ("long name", 3, "=")
    assert (item.text, item.unit, item.comment) == ("a + b", "Month [0,?]", "It's 5\" long.")
    assert item.tree == Binary("+", Reference("a"), Reference("b"))


# Vensim help, operators and variable types: the first operator says what a variable is.
def test_each_way_to_define_a_name(good: Good) -> None:
    text = """
a = 1 ~~|
b == 2 ~~|
c := a ~~|
d ~ $ ~ |
e[r] :RAW: ~~|
f :INTERPOLATE: := GET XLS DATA('f.xlsx','s','A','B2') ~~|
g[r] :LOOK FORWARD: := c ~~|
h :hold backward: ~~|
i((0,1),(5,2)) ~~|
j[r]([(0,0)-(10,10)],(0,1),(5,2)) ~~|
k(0,5, 1,2) ~~|
l( GET DIRECT LOOKUPS('f.csv', ',', '1', 'B2') ) ~~|
m = a = 1 ~~:SUPPLEMENTARY|
n=a ~~ ~ :SUP |
"""
    items = {item.name: item for item in good(text).equations}
    assert "".join(items) == "abcdefghijklmn"
    operators = [item.operator for item in items.values()]
    assert operators == ["=", "==", ":=", "", "", ":=", ":=", "", *"((((", "=", "="]
    assert [items[name].keyword for name in "defgh"] == [
        "", "raw", "interpolate", "look_forward", "hold_backward",
    ]  # fmt: skip
    assert items["d"].tree is None
    assert items["e"].subscripts == ("r",)
    assert items["i"].tree == items["j"].tree == items["k"].tree == Knots((0.0, 5.0), (1.0, 2.0))
    assert isinstance(items["l"].tree, Call)
    assert items["m"].tree == Binary("=", Reference("a"), ONE)
    assert items["n"].comment == ""


def test_a_range_of_a_table_may_be_broken_over_lines(good: Good) -> None:
    text = "t( [(0,0)-(10,\\\n\t\t10),(1,1)],(0,0),\\\n\t\t(- 1,+ 2),(-1,3)) ~~|"
    assert good(text).equations[0].tree == Knots((0.0, -1.0, -1.0), (0.0, 2.0, 3.0))


# Vensim help, rules for variable names: any symbol may stand in quotes, a quote as \".
@pytest.mark.parametrize(
    "name",
    [
        '"a|b"',
        '"a~b"',
        '"{k} share"',
        '"a [b] (c)"',
        '"x = y, :z"',
        r'"the \"big\" one"',
        "人口",
        "año",
    ],
)
def test_any_symbol_stands_in_a_quoted_name(good: Good, name: str) -> None:
    document = good(f"{name} = 1 ~~|\nb = {name} * 2 ~~|")
    assert [item.name for item in document.equations] == [name, "b"]
    assert document.equations[1].tree == Binary("*", Reference(name), TWO)


def test_quotes_in_comments_and_units_do_not_pair(good: Good) -> None:
    document = good('a = 4 ~ 1/"unit ~ a 5" pipe, it\'s "half |\nb = 1 ~ {x ~ "no |\nc = 1 ~~|')
    assert [item.name for item in document.equations] == ["a", "b", "c"]
    assert document.equations[0].comment == 'a 5" pipe, it\'s "half'


def test_remarks_in_braces_nest_and_hide_what_they_hold(good: Good) -> None:
    document = good("a = 1 {one | b = 2 ~~| {two\n}} + 2 ~~|\n{c = 3 ~~|}\nd = {x}4 ~~|")
    assert [(item.name, item.line) for item in document.equations] == [("a", 1), ("d", 4)]
    assert document.equations[0].tree == Binary("+", ONE, TWO)


def test_a_comment_may_hold_a_tilde(good: Good) -> None:
    item = good("a = 1 ~ u ~ about ~5 of them |").equations[0]
    assert item.comment == "about ~ 5 of them"


def test_an_entry_without_a_part_for_its_meaning_is_told(good: Good) -> None:
    document = good("a = 1 ~ Month |")  # xmutil's grammar, by an author of Vensim, allows it
    assert document.equations[0].unit == "Month"
    assert document.notes == ("the entry of a (line 1) has no part for its meaning",)


def test_exceptions(good: Good) -> None:
    item = good('x[r, "s"] :EXCEPT: [a, "s"],\n [b,c] = 1 ~~|').equations[0]
    assert item.subscripts == ("r", '"s"')
    assert item.exceptions == (("a", '"s"'), ("b", "c"))
    data = good("x[r] :EXCEPT: [a] :RAW: := y ~~|").equations[0]
    assert (data.exceptions, data.keyword, data.operator) == ((("a",),), "raw", ":=")


# Vensim help, subscript ranges and mapping.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r: a, b b,\n\"c, d\"", Range("r", 1, ("a", "b b", '"c, d"'))),
        ("r: (L8-L11), x", Range("r", 1, ("L8", "L9", "L10", "L11", "x"))),
        ("r: (1-3)", Range("r", 1, ("1", "2", "3"))),
        ("r: a, b -> s", Range("r", 1, ("a", "b"), (RangeMapping("s"),))),
        ("r : a -> (s : c , d)", Range("r", 1, ("a",), (RangeMapping("s", ("c", "d")),))),
        (
            "r: a -> s, (t: u, v)",
            Range("r", 1, ("a",), (RangeMapping("s"), RangeMapping("t", ("u", "v")))),
        ),
        ("r <-> s t", Range("r", 1, alias_of="s t")),
    ],
)  # fmt: skip
def test_ranges(good: Good, text: str, expected: Range) -> None:
    assert good(text + " ~~|\na = 1 ~~|").ranges == (expected,)


def test_a_range_may_come_from_a_file(good: Good) -> None:
    source = good("r: GET XLS SUBSCRIPT('f.xlsx','s','A1','A9','') -> s ~~|a = 1 ~~|").ranges[0]
    assert source.source is not None
    assert source.source.function == "get_xls_subscript"
    assert source.mappings == (RangeMapping("s"),)


def test_groups_of_both_forms(good: Good) -> None:
    text = (
        "a = 1 ~~|\n****\n\t.Control\n****~\n\t\tSettings.\n|\nb = 1 ~~|\n{**Policy**}\nc = 1 ~~|\n"
    )
    document = good(text)
    assert [item.group for item in document.equations] == ["", "Control", "Policy"]
    assert [(g.name, g.line, g.comment) for g in document.groups] == [
        ("Control", 2, "Settings."), ("Policy", 8, ""),
    ]  # fmt: skip


def test_macros_stand_anywhere(good: Good) -> None:
    text = """{UTF-8}
{licence: as is}
a = 1 ~~|
A remark in plain words
:MACRO: ADD ONE(x)
ADD ONE = x + 1 ~~|
:END OF MACRO:
:MACRO: SPLIT(x, Final Time : rest, more)
SPLIT = x * Final Time ~~|
rest = 1 ~~|
more$ = 1 ~~|
:END OF MACRO:
b = ADD ONE(a) ~~|
"""
    document = good(text)
    assert [item.name for item in document.equations] == ["a", "b"]
    one, split = document.macros
    assert (one.name, one.line, one.parameters, one.outputs) == ("ADD ONE", 5, ("x",), ())
    assert (split.parameters, split.outputs) == (("x", "Final Time"), ("rest", "more"))
    assert [item.name for item in split.equations] == ["SPLIT", "rest", "more$"]
    assert document.notes == ("the text on line 4 is passed over",)


def test_reality_checks_are_passed_over_with_a_note(good: Good) -> None:
    text = "a = 1 ~~|\nrc :THE CONDITION: a > 3 :IMPLIES: a > 2 ~~|\nti :TEST INPUT: a = 5 ~~|"
    document = good(text)
    assert [item.name for item in document.equations] == ["a"]
    assert document.notes == (
        "the reality check rc (line 2) is passed over",
        "the reality check ti (line 3) is passed over",
    )


def test_texts_are_no_variables(good: Good) -> None:
    document = good("file :IS: 'inputs.xlsx' ~~|\na = 1 ~~|")
    assert document.texts == {"file": "inputs.xlsx"}
    assert len(document.equations) == 1


# Setting 15, fourth number, as xmutil and Simlin read it.
@pytest.mark.parametrize(
    ("code", "integrator", "note"),
    [
        (0, "euler", ""),
        (1, "rk4", ""),
        (2, "euler", "difference"),
        (3, "rk4", "second"),
        (5, "rk4", ""),
    ],
)
def test_the_settings_name_the_integration(
    good: Good, code: int, integrator: str, note: str
) -> None:
    settings = f":L\x7f<%^E!@\n1:Current.vdf\n9:15:0,0,0,9\n15:0,0,0,{code},0,0\n19:100,0\n"
    document = good("a = 1 ~~|\n" + SKETCH + settings)
    assert document.integrator == integrator
    assert note in document.integrator_note
    assert bool(note) == bool(document.integrator_note)
    assert document.sketch.startswith("\\\\\\---///")
    assert good("a = 1 ~~|\n" + settings).integrator == integrator


@pytest.mark.parametrize("mark", ["\r\n", "\r"])
def test_line_ends_of_every_system(good: Good, mark: str) -> None:
    item = good(f"a = 1 ~~|{mark}b =\\{mark}\t2 ~~|{mark}c = 1 ~~|").equations
    assert [(part.name, part.line) for part in item] == [("a", 1), ("b", 2), ("c", 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1 ~ u ~ c\nb = 2 ~ u ~ c |", "1: a: the entry has more than three parts, is the |"),
        ("a = 1 ~ u\nb = 2 ~ u ~ c |", "1: a: the entry has more than three parts, is the |"),
        ("c = 1 ~~|\n\na = 1 |", "3: a: the entry has fewer than three parts, expected"),
        ("c = 1 ~~|\na = 1 ~ u ~ word", "2: a: the entry is not closed, expected | at its end"),
        ("c = 1 ~~|\nSAVE", "2: SAVE: the entry is not closed, expected | at its end"),
        ("a = ~~|", "1: a: no equation, expected name = ..."),
        (" = 1 ~~|", "1: = 1: no equation, expected name = ..."),
        ("a = (1 + 2 ~~|", "1: a: the equation cannot be read to its end, a closing"),
        ("a[b] = 1 + ) ~~|", "1: a: the equation cannot be read from ')' on"),
        ("a/b = 1 ~~|", "1: a/b: a name that holds / must stand in double quotes"),
        ("a :WORD: = 1 ~~|", "1: a: the range cannot be read"),
        ("t((0,1),(2)) ~~|", "1: t: the table cannot be read from '(2)' on, expected (x,y)"),
        ("t(1,2,3) ~~|", "1: t: the table has 3 numbers, expected as many values of x as of y"),
        ("t([(exit())-(1,1)],(0,1)) ~~|", "1: t: the range of the table must be written as"),
        ("t((0,1),(2,3) ~~|", "1: t: the table is cut off, expected ) at its end"),
        ("r: a,,b ~~|", "1: r: the range has an empty place"),
        ("r: (A9-A3) ~~|", "1: r: the range '(A9-A3)' must rise"),
        ("r: (A1-B3) ~~|", "1: r: the range '(A1-B3)' cannot be read, expected for example"),
        ("a = 1 {open ~~|", "1: : the remark is not closed, expected }"),
        (":MACRO: M\nM = 1 ~~|\n:END OF MACRO:\n", "1: M: the head of the macro cannot be read"),
        (":MACRO: M(x,,y)\nM = 1 ~~|\n:END OF MACRO:\n", "1: M: the head of the macro cannot be"),
        ("a = 1 ~~|\n:END OF MACRO:\n", "2: : :END OF MACRO: without a macro before it"),
        ("a = 1 ~~|\n:MACRO: M(x)\nM = x ~~|", "2: M: the macro is not closed"),
        (
            ":MACRO: M(x)\nM = x ~~|\n:MACRO: N(x)\nN = x ~~|\n:END OF MACRO:\n",
            "3: N: a macro begins inside another",
        ),
        (
            ":MACRO: M(x)\nM = x ~~|\n:END OF MACRO:\n:MACRO: m(y)\nm = y ~~|\n:END OF MACRO:\n",
            "4: m: the macro is defined twice, first on line 1",
        ),
        ("s :IS: 'a' ~~|\ns :IS: 'b' ~~|", "2: s: the text is defined twice"),
        ("", "1: : no variable found, expected a Vensim model"),
    ],
)
def test_a_fault_names_variable_and_line(reading: Reading, text: str, expected: str) -> None:
    _, faults = reading(text)
    assert [fault[: len(expected)] for fault in faults][:1] == [expected]


def test_all_faults_come_at_once_and_the_rest_is_read(reading: Reading) -> None:
    document, faults = reading("a = ) ~~|\nb = 1 ~~|\nc = ( ~~|\nd = 2 ~~|" + TIME)
    assert [item.name for item in document.equations[:2]] == ["b", "d"]
    assert [fault.split(":")[0] for fault in faults] == ["1", "3"]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    _, faults = read(tmp_path / "none.mdl")
    assert [fault.what for fault in faults] == ["file not found"]
    _, faults = read(tmp_path)
    assert faults[0].what.startswith("cannot be read")


# Bounds of what is read; each of these once was slow, deep, or too large somewhere.
@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000 + " = 1 ~~|",
        'a = 1 ~~ ' + "word " * 1_000_000 + "|",
        "a = 1 {" + "word " * 1_000_000 + "} ~~|",
        "a = 1 " + "{" * 100_000 + "}" * 100_000 + " ~~|",
        "t(" + ",".join(f"({i},1)" for i in range(100_000)) + ") ~~|",
        'a = ' + '"' * 100_001 + " ~~|",
        "r: (A" + "1" * 10_000 + "-A" + "1" * 10_000 + ") ~~|a = 1 ~~|",
        "".join(f":MACRO: m{i}(x)\n" for i in range(1000)) + ":END OF MACRO:\n" * 1000,
        "|" * 100_000 + "a = 1 ~~|",
    ],
)  # fmt: skip
def test_large_files_are_read_or_refused_in_one_sentence(reading: Reading, text: str) -> None:
    document, faults = reading(text)
    assert bool(document.equations) or bool(faults)
    assert all(len(fault) < 400 and "Error" not in fault for fault in faults)


def test_what_stands_for_an_equation_gives_way_to_the_equation(good: Good) -> None:
    """Vensim keeps ``A FUNCTION OF``, made from the arrows of the sketch, beside the equation."""
    found = good("R = A FUNCTION OF( ) ~~|\nR = 2 ~~|\nQ = A FUNCTION OF(R) ~~|\n" + TIME)
    kept = [(e.name, e.line) for e in found.equations if e.name in "QR"]
    assert kept == [("R", 2), ("Q", 3)]


def test_marks_of_views_end_the_equations(good: Good) -> None:
    found = good("a = 1 ~~|\n" + TIME + "\n<[VIEWS START]>\n<[VIEW START]>\n" + SKETCH)
    assert next(e.name for e in found.equations) == "a"
