"""Machine code of a kernel that stands alone: written once, called without Numba afterwards.

What Numba makes of a kernel is a function without a trace of Python, between wrappers that are
full of it. The wrappers are cut off; if what is left calls nothing but instructions it is kept as
an object file, which llvmlite loads in milliseconds where Numba takes half a second to be there.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from qiantang.engine.compiled.parameters import AXES, ELEMENTS, PARAMETERS

_COUNTED = "NRT_MemInfo_call_dtor"
"""What Numba calls when nobody holds an array any longer; those of a kernel are its caller's."""

_NOTHING = f"define void @{_COUNTED}(ptr %block) {{\n  ret void\n}}\n"

_SIMPLE: dict[str, Any] = {"int": ctypes.c_int64, "float": ctypes.c_double}


def standing_alone(text: str, name: str, target: tuple[str, str, str]) -> bytes | None:
    """Return the object file of one function, or None if it needs what is not in it.

    Parameters
    ----------
    text : str
        LLVM's assembly, optimised.
    name : str
        Of the function.
    target : tuple of str
        Triple, name and features of the processor.
    """
    _begin()
    module = llvm.parse_assembly(text)
    if any(one.name == _COUNTED and one.is_declaration for one in module.functions):
        module.link_in(llvm.parse_assembly(_NOTHING))
    for one in (*module.functions, *module.global_variables):
        if not one.is_declaration:
            one.linkage = "external" if one.name == name else "internal"
    triple, processor, features = target
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=processor, features=features, opt=3, reloc=_reloc(triple), codemodel="jitdefault",
        jit=True,
    )  # fmt: skip
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    missing = [one.name for one in (*module.functions, *module.global_variables)
               if one.is_declaration and not one.name.startswith("llvm.")]  # fmt: skip
    return None if missing else machine.emit_object(module)


def _reloc(triple: str) -> str:
    """Return how places are told to the processor, as Numba does for code in memory."""
    return "static" if triple.startswith(("x86", "i386", "i686")) else "default"


def loaded(content: bytes, name: str) -> Callable[..., None]:
    """Return the function of an object file; its arguments are those of a kernel.

    Raises
    ------
    RuntimeError, ValueError
        If it does not hold the function.
    """
    _begin()
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(content))
    engine.finalize_object()
    address = engine.get_function_address(name)
    if not address:
        raise ValueError(f"the object file holds no function {name}")
    call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *_types())(address)

    def function(*arguments: Any) -> None:
        result, fault = ctypes.c_void_p(), ctypes.c_void_p()
        places: list[Any] = []
        for argument, kind in zip(arguments, PARAMETERS.values(), strict=True):
            if AXES[kind] == 0:
                places.append(argument)
            else:
                places += _laid_out(argument, ELEMENTS[kind], AXES[kind])
        if call(ctypes.addressof(result), ctypes.addressof(fault), *places):
            raise RuntimeError("a kernel failed")

    function.engine = engine  # type: ignore[attr-defined]  # the code lives as long as it
    return function


def _types() -> list[Any]:
    """Return the types of all arguments; an array is several."""
    found: list[Any] = []
    for kind in PARAMETERS.values():
        size, place = ctypes.c_int64, ctypes.c_void_p
        array = [place, place, size, size, place, *[size] * 2 * AXES[kind]]
        found += [_SIMPLE[kind]] if AXES[kind] == 0 else array
    return found


def _laid_out(array: Any, element: str, axes: int) -> tuple[Any, ...]:
    """Return an array as Numba passes it: no owner, sizes, place, shape and strides."""
    if array.dtype != element or array.ndim != axes or not array.flags.c_contiguous:
        raise TypeError(f"expected a contiguous array of {element} with {axes} axes")
    return (None, None, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)


def _begin() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def stamp() -> str:
    """Return the versions and the processor that machine code is for."""
    features = llvm.get_host_cpu_features().flatten()
    version = ".".join(map(str, llvm.llvm_version_info))
    return f"{version} {np.__version__} {llvm.get_host_cpu_name()} {features}"
