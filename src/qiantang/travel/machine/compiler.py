"""C to WebAssembly by the compiler that the extra `travel` brings; what it made is kept."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from qiantang.faults import Fault, StudyError
from qiantang.files import cache, door, put

FLAGS = (
    "-O3", "-msimd128", "-mbulk-memory", "-ffp-contract=off", "-fno-builtin", "-fno-sanitize=all",
    "-s", "-Wl,--no-entry", "-Wl,--export=__heap_base",
)  # fmt: skip
"""Nothing fast about the maths: it may not reassociate, contract or leave infinities out."""

BARE = ("-target", "wasm32-freestanding", "-nostdlib")
WITH_LIBRARY = ("-target", "wasm32-wasi", "-mexec-model=reactor")
"""With the C library, which takes the compiler a minute to make the first time."""

SAID = 1500
"""Letters of what the compiler said that are passed on."""

INSTALL = "pip install 'qiantang[travel]'"


def compiled(
    source: str, on_compile: Callable[[str], None] | None = None, *, library: bool = False
) -> bytes:
    """Return C as a WebAssembly module, compiled once and kept.

    Parameters
    ----------
    source : str
    on_compile : callable, optional
        Told in one sentence before something is compiled.
    library : bool
        Whether it needs the C library.

    Raises
    ------
    StudyError
        If the compiler is not installed; with what it said, if it failed.
    """
    try:
        made_by = version("ziglang")
    except PackageNotFoundError:
        what = f"not installed, but a page needs this compiler, run: {INSTALL}"
        raise StudyError([Fault("ziglang", None, "", what)]) from None
    flags = (*(WITH_LIBRARY if library else BARE), *FLAGS)
    key = hashlib.sha256("\0".join([made_by, *flags, source]).encode()).hexdigest()
    kept = cache.read("pages", key)
    if kept is not None:
        return kept
    if on_compile is not None:
        on_compile("compiling the model for browsers, once; the result is kept")
    made = _run(source, flags)
    cache.write("pages", key, made)
    return made


def _run(source: str, flags: tuple[str, ...]) -> bytes:
    with put.scratch() as folder:
        put.text(folder / "step.c", source)
        command = [sys.executable, "-m", "ziglang", "cc", *flags, "-o", "step.wasm", "step.c"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
        if done.returncode != 0:
            what = " ".join(done.stderr[-SAID:].split())
            raise StudyError([Fault("ziglang", None, "", f"the compiler failed: {what}")])
        return door.content(folder / "step.wasm")
