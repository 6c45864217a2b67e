"""The engine: a model file becomes a program, the program becomes a kernel.

>>> from qiantang.engine import load_model, Path
>>> program = load_model("model/city.mdl")                            # doctest: +SKIP
>>> program.run(["income"], [3.0], members=1000).values.shape    # doctest: +SKIP
(1, 1, 1000)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from qiantang.engine.history import History
    from qiantang.engine.ir import Program, Unsupported
    from qiantang.engine.load import load_model
    from qiantang.engine.path import Path
    from qiantang.engine.program import LoadedProgram
    from qiantang.engine.run import RunResult

__all__ = ["History", "LoadedProgram", "Path", "Program", "RunResult", "Unsupported", "load_model"]

# A reader of programs needs no backend: a name is loaded when it is first used.
__getattr__, __dir__, _ = attach(
    __name__,
    submod_attrs={
        "history": ["History"],
        "ir": ["Program", "Unsupported"],
        "load": ["load_model"],
        "path": ["Path"],
        "program": ["LoadedProgram"],
        "run": ["RunResult"],
    },
)
