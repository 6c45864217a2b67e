"""Kernels compiled once and kept on disk.

The source of a kernel, the code that it builds on, the versions and the processor are its
identity. What is kept stands in a folder of its own in the cache, with a digest of each file:
what is damaged or stale is compiled anew. A folder is built aside and moved into place at once, so
that processes do not meet half-written files.

Machine code that stands alone is kept as such, and loaded without Numba; where a kernel calls
what Numba alone provides, its source and Numba's own files are kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from qiantang.engine.compiled import machinecode
from qiantang.engine.compiled.parameters import AXES, ELEMENTS, PARAMETERS
from qiantang.files import cache, door, put

OBJECT, NAME = "kernel.o", "kernel.name"
"""Files of machine code that stands alone, and of the name of its function."""

_loaded: dict[str, Any] = {}
_lock = threading.Lock()


def kernel(text: str, on_compile: Callable[[str], None] | None = None) -> Any:
    """Return the compiled function of a kernel's source, from memory, from disk, or anew."""
    key = key_of(text)
    with _lock:
        if key not in _loaded:
            _loaded[key] = _from_disk_or_new(text, key, on_compile)
        return _loaded[key]


def key_of(text: str) -> str:
    """Return the identity of a kernel's source, here."""
    return hashlib.sha256((text + _stamp()).encode()).hexdigest()


def _from_disk_or_new(text: str, key: str, on_compile: Callable[[str], None] | None) -> Any:
    """Return a kernel from its folder, if that is whole, or compile it into one."""
    home = cache.folder() / "kernels" / key[:32]
    name = f"k_{key[:32]}.py"
    if cache.whole(home):
        try:
            cache.used(home)
            return _from_disk(home, name, key)
        except Exception:  # whatever is made of another machine's files: they are rebuilt
            put.remove(home)
    if on_compile is not None:
        on_compile("compiling the model, once; the result is kept")

    def make(private: Path) -> Any:
        _write(private / name, text, key)
        return _made(private, _compiled(_imported(private / name, key), cached=True))

    try:
        return cache.build(home, make)
    except (OSError, RuntimeError):
        return _compiled(_executed(text, key), cached=False)


def _from_disk(home: Path, name: str, key: str) -> Any:
    if (home / OBJECT).exists():
        return _alone(home)
    return _compiled(_imported(home / name, key), cached=True)


def _alone(home: Path) -> Any:
    return machinecode.loaded(
        door.content(home / OBJECT, door.RESULT_LIMIT), door.text(home / NAME)
    )


def _made(home: Path, function: Any) -> Any:
    """Keep the machine code if it stands alone, in place of Numba's files."""
    (signature,) = function.signatures
    name = function.overloads[signature].fndesc.llvm_func_name
    target = function.targetctx.codegen().magic_tuple()
    content = machinecode.standing_alone(function.inspect_llvm(signature), name, target)
    if content is None:
        return function
    put.remove(home / "__pycache__")  # where Numba has its files
    put.put(home / OBJECT, content, lasting=False)
    put.text(home / NAME, name)
    return _alone(home)


def _write(file: Path, text: str, key: str) -> None:
    """Write the source with a time stamp that follows from the key, as Numba looks at it."""
    put.text(file, text)
    moment = 1_000_000_000 + int(key[:7], 16)
    os.utime(file, (moment, moment))


def _imported(file: Path, key: str) -> Any:
    """Run a source file as a module, without the byte code that Python would leave beside it."""
    module = ModuleType(f"qiantang_kernel_{key[:32]}")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    exec(compile(door.text(file), str(file), "exec"), module.__dict__)
    return module.kernel


def _executed(text: str, key: str) -> Any:
    scope: dict[str, Any] = {"__name__": f"qiantang_kernel_{key[:32]}"}
    exec(compile(text, "<kernel>", "exec"), scope)
    return scope["kernel"]


def _compiled(function: Any, *, cached: bool) -> Any:
    import numba

    return numba.njit(
        _signature(), nogil=True, error_model="numpy", cache=cached, boundscheck=False
    )(function)


def _signature() -> Any:
    from numba import types

    arguments = []
    for kind in PARAMETERS.values():
        element = getattr(types, ELEMENTS[kind])
        axes = AXES[kind]
        arguments.append(element if axes == 0 else types.Array(element, axes, "C", aligned=True))
    return types.void(*arguments)


def _stamp() -> str:
    """Return versions, Numba's settings and the code that kernels are built on."""
    here = Path(__file__).parent
    settings = sorted(one for one in os.environ.items() if one[0].startswith("NUMBA_"))
    digest = hashlib.sha256(
        f"{version('numba')} {sys.version} {machinecode.stamp()} {settings}".encode()
    )
    for name in (
        *("distributions", "intrinsics", "lanes", "powers", "lane_functions", "kernel_loop"),
        *("kept", "machinecode", "parameters", "wide", "widths"),
    ):
        digest.update(door.content(here / f"{name}.py"))
    return digest.hexdigest()
