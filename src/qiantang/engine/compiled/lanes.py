"""Several members as one value: a Numba type that LLVM keeps in vector registers.

``Lanes`` are :data:`WIDTH` floats side by side, ``Flags`` as many truth values, ``Words`` as many
unsigned integers. Code written for one float works on lanes unchanged; a float beside lanes
counts for every lane.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir as llvm
from numba import extending, types
from numba.core import cgutils
from numba.core.typing import templates
from numba.core.typing.templates import ConcreteTemplate
from numba.extending import models, register_model

from qiantang.engine.compiled.widths import ALIGNMENT, WIDTH

# Numba types its decorators by what they take, not by what calls them from compiled code.
Decorator = Callable[[Callable[..., Any]], Any]
intrinsic: Decorator = extending.intrinsic
lower_builtin: Callable[..., Decorator] = extending.lower_builtin
lower_cast: Callable[..., Decorator] = extending.lower_cast
insert_function: Callable[..., Any] = cgutils.get_or_insert_function
infer_global: Callable[..., Decorator] = templates.infer_global
signature: Callable[..., Any] = templates.signature

Generator = Callable[[Any, Any], Any]
"""Given LLVM's builder and the arguments, writes instructions and returns the value."""


class _Wide(types.Type):
    """A row of equal elements."""


lanes, flags, words = _Wide("lanes"), _Wide("flags"), _Wide("words")
_ELEMENT = {lanes: llvm.DoubleType(), flags: llvm.IntType(1), words: llvm.IntType(64)}
_SINGLE = {lanes: types.float64, flags: types.boolean, words: types.uint64}


@register_model(_Wide)
class _WideModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, llvm.VectorType(_ELEMENT[kind], WIDTH))  # type: ignore[no-untyped-call]


def splat(builder: Any, value: Any) -> Any:
    """Return a value in every lane; a truth value is kept as a byte outside of lanes."""
    if value.type == llvm.IntType(8):
        value = builder.trunc(value, llvm.IntType(1))
    kind = llvm.VectorType(value.type, WIDTH)
    if isinstance(value, llvm.Constant):
        return llvm.Constant(kind, [value.constant] * WIDTH)
    zero = llvm.Constant(llvm.IntType(32), 0)
    one = builder.insert_element(llvm.Constant(kind, llvm.Undefined), value, zero)
    mask = llvm.Constant(llvm.VectorType(llvm.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(one, llvm.Constant(kind, llvm.Undefined), mask)


def same_width(builder: Any, values: Any) -> list[Any]:
    """Return values, each in every lane if any of them has lanes."""
    wide = any(isinstance(value.type, llvm.VectorType) for value in values)
    return [
        splat(builder, value) if wide and not isinstance(value.type, llvm.VectorType) else value
        for value in values
    ]


def _operator(function: Any, generate: Generator, result: Any, operand: Any, count: int) -> None:
    """Teach Numba an operator on lanes, beside a single value too."""
    single = _SINGLE[operand]
    pairs = [(operand, operand), (operand, single), (single, operand)]
    chosen = pairs if count == 2 else [(operand,)]

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return generate(builder, same_width(builder, values))

    for kinds in chosen:
        lower_builtin(function, *kinds)(lower)

    class Template(ConcreteTemplate):
        key = function
        cases = [signature(result, *kinds) for kinds in chosen]  # noqa: RUF012

    infer_global(function)(Template)


def _compared(sign: str) -> Generator:
    if sign == "!=":
        return lambda builder, values: builder.fcmp_unordered(sign, *values)
    return lambda builder, values: builder.fcmp_ordered(sign, *values)


for _function, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operator(_function, lambda b, v, n=_name: getattr(b, n)(*v), lanes, lanes, 2)  # type: ignore[misc]
for _function, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
    (operator.ne, "!="),
):
    _operator(_function, _compared(_sign), flags, lanes, 2)
for _function, _name in ((operator.and_, "and_"), (operator.or_, "or_")):
    _operator(_function, lambda b, v, n=_name: getattr(b, n)(*v), flags, flags, 2)  # type: ignore[misc]
_operator(operator.neg, lambda b, v: b.fneg(v[0]), lanes, lanes, 1)
for _function, _name in (
    (operator.add, "add"),
    (operator.sub, "sub"),
    (operator.mul, "mul"),
    (operator.and_, "and_"),
    (operator.or_, "or_"),
    (operator.xor, "xor"),
    (operator.lshift, "shl"),
    (operator.rshift, "lshr"),
):
    _operator(_function, lambda b, v, n=_name: getattr(b, n)(*v), words, words, 2)  # type: ignore[misc]


@lower_cast(types.float64, lanes)
@lower_cast(types.boolean, flags)
def _widened(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    return splat(builder, value)


def instruction(generate: Generator, takes: str, gives: str) -> Any:
    """Return an instruction as a function of one, two or three arguments.

    ``takes`` and ``gives`` name elements by a letter: ``f`` float, ``t`` truth value, ``w`` word.
    The function takes single values or lanes.
    """
    wide = {"f": lanes, "t": flags, "w": words}
    single = {letter: _SINGLE[kind] for letter, kind in wide.items()}

    def typed(*arguments: Any) -> Any:
        many = any(isinstance(argument, _Wide) for argument in arguments)
        kinds = [
            argument if isinstance(argument, _Wide) else single[letter]
            for argument, letter in zip(arguments, takes, strict=True)
        ]
        result = (wide if many else single)[gives]

        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return generate(builder, same_width(builder, _bare(builder, values)))

        return result(*kinds), code

    if len(takes) == 1:
        return intrinsic(lambda typing_context, a: typed(a))
    if len(takes) == 2:
        return intrinsic(lambda typing_context, a, b: typed(a, b))
    return intrinsic(lambda typing_context, a, b, c: typed(a, b, c))


def _bare(builder: Any, values: Any) -> list[Any]:
    """Return values, single truth values as bits."""
    bit = llvm.IntType(1)
    return [builder.trunc(v, bit) if v.type == llvm.IntType(8) else v for v in values]


def named(name: str) -> Generator:
    """Return a generator of a call to one of LLVM's functions on floats."""

    def generate(builder: Any, values: Any) -> Any:
        kind = values[0].type
        suffix = f"v{WIDTH}f64" if isinstance(kind, llvm.VectorType) else "f64"
        function = insert_function(
            builder.module, llvm.FunctionType(kind, [v.type for v in values]), f"{name}.{suffix}"
        )
        return builder.call(function, values)

    return generate


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Return a pointer to a row of lanes that begins at an index of a flat array."""
    data = context.make_array(kind)(context, builder, value=array).data
    element = builder.gep(data, [index], inbounds=True)
    return builder.bitcast(element, llvm.VectorType(llvm.DoubleType(), WIDTH).as_pointer())


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """Return the row of lanes that begins at an index."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], *values)
        return builder.load(place, align=ALIGNMENT)

    return lanes(array, types.int64), code


@intrinsic
def store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Put a row of lanes, or one value for all, at an index."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, index, value = values
        place = _place(context, builder, signature.args[0], array, index)
        wide = isinstance(value.type, llvm.VectorType)
        builder.store(value if wide else splat(builder, value), place, align=ALIGNMENT)
        return context.get_dummy_value()

    kind = value if isinstance(value, _Wide) else types.float64
    return types.void(array, types.int64, kind), code


@intrinsic
def wide(typing_context: Any, value: Any) -> Any:
    """Return lanes as they are, one value as lanes."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        (value,) = values
        return value if isinstance(value.type, llvm.VectorType) else splat(builder, value)

    return lanes(lanes if isinstance(value, _Wide) else types.float64), code


@intrinsic
def lane_of(typing_context: Any, value: Any, lane: Any) -> Any:
    """Return the float of one lane."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.extract_element(*values)

    return types.float64(lanes, types.int64), code


@intrinsic
def with_lane(typing_context: Any, value: Any, lane: Any, single: Any) -> Any:
    """Return lanes with the float of one of them replaced."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        value, lane, single = values
        return builder.insert_element(value, single, lane)

    return lanes(lanes, types.int64, types.float64), code
