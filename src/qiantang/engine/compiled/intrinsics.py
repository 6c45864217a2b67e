"""Single LLVM instructions as functions, of one float or of lanes."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir as llvm
from numba import types

from qiantang.engine.compiled.lanes import instruction, intrinsic, named, splat
from qiantang.engine.compiled.widths import ALIGNMENT

inline = numba.njit(forceinline=True, error_model="numpy", nogil=True)
"""Decorator of functions that become part of the step."""

outline = numba.njit(forceinline=False, error_model="numpy", nogil=True)
"""Decorator of functions that stay apart, as they are rarely called."""

sqrt = instruction(named("llvm.sqrt"), "f", "f")
absolute = instruction(named("llvm.fabs"), "f", "f")
floor = instruction(named("llvm.floor"), "f", "f")
trunc = instruction(named("llvm.trunc"), "f", "f")
rint = instruction(named("llvm.rint"), "f", "f")

fused = instruction(named("llvm.fma"), "fff", "f")
"""Return a * b + c, rounded once."""

choose = instruction(lambda builder, values: builder.select(*values), "tff", "f")
"""Return one of two floats without a branch."""

negate = instruction(lambda builder, values: builder.not_(values[0]), "t", "t")
"""Return whether a condition is false."""


def _like(kind: Any, element: Any) -> Any:
    return llvm.VectorType(element, kind.count) if isinstance(kind, llvm.VectorType) else element


bits = instruction(
    lambda builder, values: builder.bitcast(values[0], _like(values[0].type, llvm.IntType(64))),
    "f",
    "w",
)
"""Return the 64 bits of a float."""

from_bits = instruction(
    lambda builder, values: builder.bitcast(values[0], _like(values[0].type, llvm.DoubleType())),
    "w",
    "f",
)
"""Return the float that has these 64 bits."""


def _upper(builder: Any, values: Any) -> Any:
    kind = values[0].type
    count = llvm.Constant(llvm.IntType(64), 52)
    shift = splat(builder, count) if isinstance(kind, llvm.VectorType) else count
    return builder.sitofp(builder.ashr(values[0], shift), _like(kind, llvm.DoubleType()))


exponent = instruction(_upper, "w", "f")
"""Return the signed number in the upper twelve bits of a word as a float."""

number = instruction(
    lambda builder, values: builder.uitofp(values[0], _like(values[0].type, llvm.DoubleType())),
    "w",
    "f",
)
"""Return the float next to a word."""

not_below = instruction(lambda builder, values: builder.icmp_unsigned(">=", *values), "ww", "t")
"""Return whether a word is at least another."""

larger = instruction(
    lambda builder, values: builder.select(builder.icmp_unsigned(">", *values), *values), "ww", "w"
)
"""Return the larger of two words."""


@intrinsic
def some(typing_context: Any, condition: Any) -> Any:
    """Return whether a condition holds in any lane."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (value,) = values
        if not isinstance(value.type, llvm.VectorType):
            return value
        mask = llvm.IntType(value.type.count)
        return builder.icmp_unsigned("!=", builder.bitcast(value, mask), llvm.Constant(mask, 0))

    return types.boolean(condition), code


@intrinsic
def pause(typing_context: Any) -> Any:
    """Keep LLVM from moving loads ahead of here, where it would run out of registers for them."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        nothing = llvm.FunctionType(llvm.VoidType(), [])
        builder.asm(nothing, "", "~{memory}", [], side_effect=True)
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def upright(typing_context: Any) -> Any:
    """Align the stack of this function, so that no register saved on it straddles two lines."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.add("nounwind")  # an empty set would not be written at all
        builder.function.attributes.alignstack = ALIGNMENT
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def apart(typing_context: Any) -> Any:
    """Keep this function out of its callers, so that their code fits the processor's cache."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), code
