"""Single LLVM instructions as functions, for code that LLVM is to vectorise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir as llvm
from numba import types
from numba.extending import intrinsic

inline = numba.njit(forceinline=True, error_model="numpy", nogil=True)
"""Decorator of functions that become part of the lane loop."""

Generator = Callable[[Any, Any], Any]
"""Given LLVM's builder and the arguments, writes the instruction."""


def _instruction(generate: Generator, result: Any, *arguments: Any) -> Any:
    """Return an instruction as a function of one, two or three arguments."""
    signature = result(*arguments)

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return generate(builder, values)

    if len(arguments) == 1:

        def one(typing_context: Any, a: Any) -> Any:
            return signature, code

        return intrinsic(one)

    def three(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
        return signature, code

    return intrinsic(three)


def _unary(name: str) -> Any:
    def generate(builder: Any, values: Any) -> Any:
        return builder.call(builder.module.declare_intrinsic(name, [llvm.DoubleType()]), values)

    return _instruction(generate, types.float64, types.float64)


sqrt = _unary("llvm.sqrt")
absolute = _unary("llvm.fabs")
floor = _unary("llvm.floor")
trunc = _unary("llvm.trunc")
rint = _unary("llvm.rint")

choose = _instruction(
    lambda builder, values: builder.select(*values),
    types.float64,
    types.boolean,
    types.float64,
    types.float64,
)
"""Return one of two floats without a branch."""

fused = _instruction(
    lambda builder, values: builder.fma(*values),
    types.float64,
    types.float64,
    types.float64,
    types.float64,
)
"""Return a * b + c, rounded once."""

bits = _instruction(
    lambda builder, values: builder.bitcast(values[0], llvm.IntType(64)),
    types.uint64,
    types.float64,
)
"""Return the 64 bits of a float."""

from_bits = _instruction(
    lambda builder, values: builder.bitcast(values[0], llvm.DoubleType()),
    types.float64,
    types.uint64,
)
"""Return the float that has these 64 bits."""
