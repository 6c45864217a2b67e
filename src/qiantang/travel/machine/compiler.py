"""C to WebAssembly by the compiler that the extra `travel` brings; what it made is kept."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from qiantang.engine import cache

FLAGS = (
    "-target", "wasm32-wasi", "-O3", "-msimd128", "-mbulk-memory", "-ffp-contract=off", "-fno-builtin",
    "-fno-sanitize=all", "-mexec-model=reactor", "-s", "-Wl,--no-entry", "-Wl,--export=__heap_base",
)  # fmt: skip
"""Nothing fast about the maths: it may not reassociate, contract or leave infinities out."""

SAID = 1500
"""Letters of what the compiler said that are passed on."""

INSTALL = "pip install 'qiantang[travel]'"


def compiled(source: str, on_compile: Callable[[str], None] | None = None) -> bytes:
    """Return C as a WebAssembly module, compiled once and kept.

    Raises
    ------
    ModuleNotFoundError
        If the compiler is not installed.
    RuntimeError
        With what the compiler said.
    """
    try:
        made_by = version("ziglang")
    except PackageNotFoundError:
        what = f"a page needs the compiler of the package ziglang, run: {INSTALL}"
        raise ModuleNotFoundError(what, name="ziglang") from None
    key = hashlib.sha256("\0".join([made_by, *FLAGS, source]).encode()).hexdigest()
    kept = cache.read("pages", key)
    if kept is not None:
        return kept
    if on_compile is not None:
        on_compile("compiling the model for browsers, once; the result is kept")
    made = _run(source)
    cache.write("pages", key, made)
    return made


def _run(source: str) -> bytes:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "step.c").write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-o", "step.wasm", "step.c"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the compiler failed:\n{done.stderr[-SAID:]}")
        return (folder / "step.wasm").read_bytes()
