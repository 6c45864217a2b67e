"""XMILE files made for a test, and what is read from them."""

from __future__ import annotations

from pathlib import Path

from qiantang.modelfile.document import Document, Equation
from qiantang.modelfile.tree import Tree
from qiantang.modelfile.xmile import read

NAMESPACE = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
SPECS = "<sim_specs><start>0</start><stop>4</stop><dt>1</dt></sim_specs>"
DIMENSIONS = (
    '<dimensions><dim name="X"><elem name="p"/><elem name="q"/></dim>'
    '<dim name="Y" size="3"/></dimensions>'
)
OVER_X = '<dimensions><dim name="X"/></dimensions>'


def aux(name: str, equation: str, more: str = "") -> str:
    return f'<aux name="{name}">{more}<eqn>{equation}</eqn></aux>'


def text(variables: str, specs: str = SPECS, more: str = "", head: str = "") -> str:
    """Return a file whose variables begin in line 4."""
    return (
        f'<xmile version="1.0" xmlns="{NAMESPACE}">{head}\n{specs}{DIMENSIONS}\n<model><variables>'
        f"\n{variables}\n</variables></model>{more}</xmile>"
    )


def write(folder: Path, content: str) -> Path:
    path = folder / "model.xmile"
    path.write_text(content, encoding="utf-8")
    return path


def document(folder: Path, variables: str, **more: str) -> Document:
    found, faults = read(write(folder, text(variables, **more)))
    assert faults == []
    return found


def faults(folder: Path, variables: str, **more: str) -> list[str]:
    _, found = read(write(folder, text(variables, **more)))
    return [f"{fault.line}: {fault.where}: {fault.what}" for fault in found]


def equations(found: Document, name: str) -> list[Equation]:
    return [equation for equation in found.equations if equation.name == name]


def tree(folder: Path, equation: str, others: str = "", **more: str) -> Tree:
    """Return the tree of one auxiliary."""
    found = document(folder, aux("a", equation) + others, **more)
    (only,) = equations(found, "a")
    assert only.tree is not None
    return only.tree
