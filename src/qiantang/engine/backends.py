"""The engines by name, and where those that go step by step in Python keep their runs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiantang.engine.stepping import Run

ENGINES = ("auto", "kernel", "scalar", "numpy", "pysd")
RUNS = {"scalar": ("scalar_backend", "FloatRun"), "numpy": ("numpy_backend", "ArrayRun")}
"""Engines that go step by step in Python, with the home and the name of their runs."""


def refuse_unknown(engine: str, integrator: str) -> None:
    """Refuse an engine or integrator that does not exist."""
    if engine not in ENGINES:
        expected = f"{', '.join(ENGINES[:-1])} or {ENGINES[-1]}"
        raise ValueError(f"engine is {engine}, expected {expected}")
    if integrator not in ("euler", "rk4"):
        raise ValueError(f"integrator is {integrator}, expected euler or rk4")


def run_of(engine: str) -> type[Run]:
    """Return the kind of run of an engine that goes step by step in Python."""
    home, name = RUNS[engine]
    kind: type[Run] = getattr(import_module(f"qiantang.engine.{home}"), name)
    return kind
