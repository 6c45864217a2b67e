"""What a process for one verb need not load."""

from __future__ import annotations

import sys


def no_dask() -> None:
    """Tell xarray that no array is one of Dask's, as long as Dask is not loaded.

    Before it makes a first array xarray imports Dask, only to ask whether it is one: half a second
    of processor time. For a process that runs one verb and reads no sweep with lazy arrays.
    """
    if "dask.array" in sys.modules:
        return
    from xarray.namedarray import pycompat, utils

    found = getattr(utils, "module_available", None)
    if found is not None:

        def available(module: str, minversion: str | None = None) -> bool:
            there = module != "dask" or "dask" in sys.modules
            return there and bool(found(module, minversion))

        setattr(utils, "module_available", available)  # noqa: B010  # looked up at each question
    known = getattr(pycompat, "_cached_duck_array_modules", None)
    if known is not None and "dask" not in known:
        absent = object.__new__(pycompat.DuckArrayModule)
        absent.module, absent.available, absent.type = None, False, ()
        known["dask"] = absent
