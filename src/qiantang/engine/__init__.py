"""The engine: a model file becomes a program, the program becomes a kernel.

>>> from qiantang.engine import load_model, Path
>>> program = load_model("model/city.mdl")                            # doctest: +SKIP
>>> program.run(["income"], [3.0], members=1000).values.shape    # doctest: +SKIP
(1, 1, 1000)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiantang.engine.history import History
    from qiantang.engine.ir import Program, Unsupported
    from qiantang.engine.load import load_model
    from qiantang.engine.path import Path
    from qiantang.engine.run import RunResult

__all__ = ["History", "Path", "Program", "RunResult", "Unsupported", "load_model"]

_HOME = {
    "History": "qiantang.engine.history",
    "Path": "qiantang.engine.path",
    "Program": "qiantang.engine.ir",
    "RunResult": "qiantang.engine.run",
    "Unsupported": "qiantang.engine.ir",
    "load_model": "qiantang.engine.load",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_HOME[name]), name)
