"""The frame of XMILE files: XML, time grid, modules, macros; what is refused, and bounds."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.modelfile.xmile_files import (
    SPECS,
    aux,
    document,
    equations,
    faults,
    text,
    tree,
    write,
)

from qiantang.modelfile.read import read_document
from qiantang.modelfile.tree import Binary, Call, Literal, Reference
from qiantang.modelfile.xmile import document as reader
from qiantang.modelfile.xmile import read, xml

VENSIM = "<header><vendor>Ventana Systems, Inc.</vendor><product>Vensim</product></header>"


def specs(inner: str, attributes: str = "") -> str:
    return f"<sim_specs {attributes}>{inner}</sim_specs>"


def grid(folder: Path, sim_specs: str, variables: str = "") -> dict[str, object]:
    found = document(folder, variables or aux("a", "1"), specs=sim_specs)
    return {e.name: e.tree for e in found.equations if e.name != "a"}


def test_the_time_grid_is_four_equations(tmp_path: Path) -> None:
    assert grid(tmp_path, specs("<start> 1 </start><stop>5</stop><dt>0.5</dt>")) == {
        "INITIAL TIME": Literal(1.0),
        "FINAL TIME": Literal(5.0),
        "TIME STEP": Literal(0.5),
        "SAVEPER": Reference("TIME STEP"),
    }


@pytest.mark.parametrize(
    ("inner", "step"),
    [
        ("", 1.0),  # 2.3: dt is OPTIONAL, default 1
        ('<dt reciprocal="true">4</dt>', 0.25),  # 2.3
        ('<dt reciprocal="false">4</dt>', 4.0),
        ("<dt> TIME_STEP=0.125</dt>", 0.125),  # as Vensim exports it
    ],
)
def test_the_step(inner: str, step: float, tmp_path: Path) -> None:
    found = grid(tmp_path, specs(f"<start>0</start><stop>8</stop>{inner}"))
    assert found["TIME STEP"] == Literal(step)


@pytest.mark.parametrize(
    ("sim_specs", "note", "integrator"),
    [
        ("", "", "euler"),
        ('method="Euler"', "", "euler"),
        ("method='RK4'", "", "rk4"),
        ('method="rk4, euler"', "", "rk4"),
        ('method="gear, euler"', "GEAR; EULER", "euler"),  # 3.4.1: the fallback given
        ('method="RK2"', "RK2; RK4", "rk4"),  # 3.4.1: RK2 implies "rk2, rk4"
        ('method="rk45"', "RK45; RK4", "rk4"),
    ],
)
def test_methods(sim_specs: str, note: str, integrator: str, tmp_path: Path) -> None:
    inner = specs("<start>0</start><stop>4</stop>", sim_specs)
    found = document(tmp_path, aux("a", "1"), specs=inner)
    assert found.integrator == integrator
    words = note.split("; ")
    assert all(word in found.integrator_note for word in words)
    assert bool(found.integrator_note) == bool(note)


def test_the_save_interval(tmp_path: Path) -> None:
    inner = "<start>0</start><stop>4</stop><dt>0.25</dt>"
    found = grid(tmp_path, specs(inner, 'isee:save_interval="1"'))
    assert found["SAVEPER"] == Literal(1.0)
    assert grid(tmp_path, specs(inner + "<savestep>2</savestep>"))["SAVEPER"] == Literal(2.0)


@pytest.mark.parametrize(
    ("sim_specs", "expected"),
    [
        ("", "the file has no <sim_specs>, expected one with <start> and <stop>"),
        ("<sim_specs><start>0</start></sim_specs>", "<sim_specs> has no <stop>, expected a time"),
        (SPECS.replace("<dt>1", "<dt>0"), "<dt> is 0, expected more than 0"),
        (SPECS.replace("<dt>1", "<dt>x"), "<dt> is 'x', expected a finite number"),
        (SPECS.replace("<stop>4", "<stop>-4"), "<stop> is -4, expected at least the start, 0"),
    ],
)
def test_faults_of_the_time_grid(sim_specs: str, expected: str, tmp_path: Path) -> None:
    (found,) = faults(tmp_path, aux("a", "1"), specs=sim_specs)
    assert found.endswith(expected)


def test_a_variable_called_time_step_is_the_users(tmp_path: Path) -> None:
    found = document(tmp_path, aux("Time_Step", "7") + aux("a", "DT + time_step"))
    assert equations(found, "Time_Step")[0].tree == Literal(7.0)
    assert equations(found, "a")[0].tree == Binary("+", Reference("DT"), Reference("Time_Step"))
    assert equations(found, "DT")[0].tree == Literal(1.0)
    assert found.controls == {"TIME STEP": "DT"}


def test_vensims_own_controls_are_the_time_grid(tmp_path: Path) -> None:
    variables = aux("TIME STEP", "1") + aux("SAVEPER", "TIME_STEP") + aux("FINAL TIME", "9")
    found = document(tmp_path, variables, head=VENSIM)
    assert [e.name for e in found.equations] == [
        *("TIME STEP", "SAVEPER", "FINAL TIME", "INITIAL TIME", "STOPTIME"),
    ]
    assert found.controls == {"FINAL TIME": "STOPTIME"}


def test_vensims_export_keeps_vensims_functions(tmp_path: Path) -> None:
    one, two = Literal(1.0), Literal(2.0)
    assert tree(tmp_path, "PULSE(1, 2)", head=VENSIM) == Call("pulse", (one, two))
    assert tree(tmp_path, "INT(2)", head=VENSIM) == Call("integer", (two,))
    assert tree(tmp_path, "1 mod 2", head=VENSIM) == Call("modulo", (one, two))
    assert tree(tmp_path, "SMTH1(1, 2)", head=VENSIM) == Call("smooth", (one, two))
    assert tree(tmp_path, "if_then_else(1, 2, 1)", head=VENSIM) == Call(
        "if_then_else", (one, two, one)
    )


def test_no_namespace_and_a_prefix(tmp_path: Path) -> None:
    bare = text(aux("a", "1")).replace(
        f' xmlns="{"http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"}"', ""
    )
    found, wrong = read(write(tmp_path, bare))
    assert not wrong
    assert equations(found, "a")
    prefixed = bare.replace(
        "<xmile", '<x:xmile xmlns:x="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"'
    )
    found, wrong = read(write(tmp_path, prefixed.replace("</xmile", "</x:xmile")))
    assert not wrong
    assert equations(found, "a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb2312", "iso-8859-1"])
def test_the_declared_encoding(encoding: str, tmp_path: Path) -> None:
    name = "Größe" if encoding == "iso-8859-1" else "人口"
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n'
    path = tmp_path / "model.stmx"
    path.write_bytes((declared + text(aux(name, "1"))).encode(encoding))
    found, wrong = read_document(path)
    assert not wrong
    assert equations(found, name)


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (text(aux("a", "10 & 3")), 4, "a bare & stands in the text, expected &amp;"),
        (text(aux("a", "IF 1 <b THEN 1 ELSE 2")), 4, "a bare < stands in the text, expected &lt;"),
        (text(aux("a", "1") + "\n" + aux("b", "a+1"))[:-60], 5, "the file ends"),
        (text(aux("a", "1"))[:-5], 5, "the file ends"),
        (
            text('<flow name="f"><eqn>1</eqn>\n<stock name="s"/>'),
            6,
            "<flow> of line 4 is not closed",
        ),
        ("", 1, "the file ends"),
        ("<html/>", 1, "the file begins with <html>, expected <xmile>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + text(aux("a", "1")), 1, "it has a DOCTYPE or ENTITY"),
        (text(aux("a", "&nbsp;1")), 4, "an entity that XML does not define"),
        ('<?xml version="1.0" encoding="hex"?>' + text(""), 1, "the encoding hex"),
        (text(""), 3, "the file has no variables"),
    ],
)
def test_what_is_not_xmile_is_refused_whole(
    content: str, line: int, expected: str, tmp_path: Path
) -> None:
    """Nothing is mended: a file cut short would lose variables without a word."""
    _, (found,) = read(write(tmp_path, content))
    assert found.line == line
    assert expected in found.what


def test_bytes_of_another_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    declared = '<?xml version="1.0" encoding="utf-8"?>'
    path.write_bytes((declared + text(aux("Größe", "1"))).encode("latin-1"))
    _, (found,) = read(path)
    assert found.line == 4


MODULE = (
    '<model name="M"><variables>'
    '<stock name="level"><eqn>base</eqn><inflow>in</inflow></stock>'
    '<flow name="in"><eqn>given * 2</eqn></flow><aux name="base"><eqn>1</eqn></aux>'
    '<aux name="given" access="input"><eqn>{not connected}</eqn></aux></variables></model>'
)
PLACED = '<module name="M"><connect to="{to}" from=".a"/></module>'


@pytest.mark.parametrize("to", ["M.given", "given"])
def test_a_module_is_flattened(to: str, tmp_path: Path) -> None:
    """4.7.1."""
    variables = aux("a", "3") + PLACED.format(to=to) + aux("out", "M.level + m.Base")
    found = document(tmp_path, variables, more=MODULE)
    assert equations(found, "M.level")[0].inflows == ("M.in",)
    assert equations(found, "M.in")[0].tree == Binary("*", Reference("a"), Literal(2.0))
    total = Binary("+", Reference("M.level"), Reference("M.base"))
    assert equations(found, "out")[0].tree == total
    assert equations(found, "M.given") == []


@pytest.mark.parametrize(
    "variables",
    [
        '<module name="M"><connect to="given" from="N.level"/></module>'
        '<module name="N"><connect to="given" from="M.level"/></module>',
        '<module name="M"><connect to="M.given" from="N.level"/>'
        '<connect to="N.given" from="M.level"/></module>'
        '<module name="N"><connect to="N.given" from="M.level"/>'
        '<connect to="M.given" from="N.level"/></module>',
    ],
)
def test_modules_may_feed_each_other(variables: str, tmp_path: Path) -> None:
    """A module lists what leaves it as well, in files of Stella."""
    more = MODULE + MODULE.replace('name="M"', 'name="N"')
    found = document(tmp_path, variables, more=more)
    assert equations(found, "M.in")[0].tree == Binary("*", Reference("N.level"), Literal(2.0))
    assert equations(found, "N.in")[0].tree == Binary("*", Reference("M.level"), Literal(2.0))


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ('<module name="M" resource="other.stmx"/>', "stands in another file, other.stmx"),
        ('<module name="K"/>', 'the module has no <model name="K"> in the file'),
        (
            '<module name="M"><connect to="M.given" from=".zz"/></module>',
            "4: M.given: it is connected to .zz, which is not in the file",
        ),
        (
            '<module name="M"><connect to="M.nosuch" from="b"/></module>' + aux("b", "1"),
            "4: M: it connects M.nosuch, which is no variable of a module",
        ),
        (
            '<module name="M"><connect to="N.given" from="b"/></module>' + aux("b", "1"),
            "4: M: it connects N.given, which is no variable of a module",
        ),
        (
            '<module name="M"><connect to="M.given" from="b"/>\n<connect to="given" from=".c"/>'
            "</module>" + aux("b", "1") + aux("c", "2"),
            "5: M.given: it is connected to b on line 4 and to .c, expected one source",
        ),
    ],
)
def test_a_module_that_cannot_be_placed_is_refused(
    module: str, expected: str, tmp_path: Path
) -> None:
    found = faults(tmp_path, module, more=MODULE.replace("{not connected}", "1"))
    assert len(found) == 1
    assert expected in found[0]


def test_a_module_in_a_view_is_layout(tmp_path: Path) -> None:
    content = text(aux("a", "1")).replace(
        "</variables>", '</variables><views><view><module name="m"/></view></views>'
    )
    _, wrong = read(write(tmp_path, content))
    assert wrong == []


def test_macros(tmp_path: Path) -> None:
    """4.8.1 and 4.8.2, the examples of a smooth."""
    macro = (
        '<macro name="SMOOTH9"><parm>input</parm><parm>averaging_time</parm>'
        '<parm default="input">initial</parm><eqn>Smooth_of_Input</eqn><variables>'
        '<stock name="Smooth_of_Input"><eqn>initial</eqn><inflow>change</inflow></stock>'
        '<flow name="change"><eqn>(input-Smooth_of_Input)/averaging_time</eqn></flow>'
        "</variables></macro>"
    )
    found = document(tmp_path, aux("a", "Smooth9(TIME, 5)"), more=macro)
    assert equations(found, "a")[0].tree == Call(
        "smooth9", (Reference("Time"), Literal(5.0), Reference("Time"))
    )
    (only,) = found.macros
    assert only.parameters == ("input", "averaging_time", "initial")
    assert [e.name for e in only.equations] == ["Smooth_of_Input", "change", "SMOOTH9"]
    assert only.equations[-1].tree == Reference("Smooth_of_Input")
    assert faults(tmp_path, aux("a", "SMOOTH9(1)"), more=macro) == [
        "4: a: the macro SMOOTH9 has 1 arguments, expected 3"
    ]


def test_a_file_of_the_time_before_the_standard(tmp_path: Path) -> None:
    """Stella 10 wrote variables directly into the model."""
    content = text(aux("a", "1")).replace("<variables>", "").replace("</variables>", "")
    found, wrong = read(write(tmp_path, content))
    assert not wrong
    assert equations(found, "a")


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (deep,) = read(write(tmp_path, "<xmile>" + "<a>" * 100))
    assert "nested more than 64 deep" in deep.what
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 10)
    _, (many,) = read(write(tmp_path, text(aux("a", "1") * 9)))
    assert "more than 10 elements" in many.what
    monkeypatch.undo()
    monkeypatch.setattr(reader, "MOST_TOKENS", 10)
    _, (long,) = read(write(tmp_path, text(aux("a", "1+" * 9 + "1"))))
    assert "more than 10 words" in long.what


def test_a_name_of_a_million_letters_makes_no_sentence_of_a_million(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, aux("a", "b" * 1_000_000))
    assert len(found) < 1_000
    assert math.isfinite(len(found))


def test_a_bare_comparison_that_begins_no_tag_is_read_and_said(tmp_path: Path) -> None:
    written = text(aux("a", "IF TIME < 3 AND TIME <> 1 THEN 1 ELSE 2"))
    escaped = text(aux("a", "IF TIME &lt; 3 AND TIME &lt;&gt; 1 THEN 1 ELSE 2"))
    (found, wrong), (same, _) = read(write(tmp_path, written)), read(write(tmp_path, escaped))
    assert not wrong
    assert found.equations[0].tree == same.equations[0].tree
    assert found.notes == ("a bare < is read as less than, first on line 4",)


def test_a_reference_brings_in_nothing_that_cannot_be_seen(tmp_path: Path) -> None:
    found, faults = read(write(tmp_path, text(aux("a&#x202E;b", "1&#x200B;2"))))
    assert faults == []
    assert {"ab": "12"}.items() <= {e.name: e.text for e in found.equations}.items()
    assert "characters that cannot be seen are left out, first by line 4" in found.notes


def test_a_variable_with_the_name_of_a_dimension_is_refused_with_both_lines(
    tmp_path: Path,
) -> None:
    (found,) = faults(tmp_path, aux("x", "1"))
    assert found == "4: x: the name is that of the dimension X on line 2, expected another"


def test_a_second_model_without_a_name_is_refused(tmp_path: Path) -> None:
    whole = text(aux("a", "1")).replace("</model>", "</model><model><variables/></model>")
    _, found = read(write(tmp_path, whole))
    assert [f.what for f in found] == ["a second <model> has no name, expected one root"]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("</xmile>", "</xmile><xmile/>", "something stands behind the last end tag"),
        ("<xmile", '\n<?xml version="1.0"?><xmile', "expected it as the first characters"),
        ("<eqn>1", "<eqn>1&#1;", "a reference names a character that XML does not have"),
        ('name="a"', 'name="a" name="b"', "a tag has an attribute twice"),
    ],
)
def test_what_is_wrong_with_the_xml_is_told(
    before: str, after: str, what: str, tmp_path: Path
) -> None:
    _, found = read(write(tmp_path, text(aux("a", "1")).replace(before, after, 1)))
    assert [what in fault.what for fault in found] == [True]
