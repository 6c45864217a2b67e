"""Two results side by side: sides, their differences, and the sentence that refuses to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from qiantang.compare.comparing import compare
    from qiantang.compare.differences import Comparison, Difference

__all__ = ["Comparison", "Difference", "compare"]

# The command line's help must not wait for numpy: a name is loaded when it is first used.
__getattr__, __dir__, _ = attach(
    __name__,
    submod_attrs={"comparing": ["compare"], "differences": ["Comparison", "Difference"]},
)
