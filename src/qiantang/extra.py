"""Libraries of the extra ``search``, loaded when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from qiantang.faults import Fault, StudyError

#: What each is called where it is installed from.
_NAMES = {"SALib": "SALib", "pymoo": "pymoo", "moocore": "moocore", "sklearn": "scikit-learn"}


def needed(module: str) -> Any:
    """Return a module of the extra.

    Raises
    ------
    StudyError
        If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        name = _NAMES[module.partition(".")[0]]
        what = "is not installed; install the extra: pip install 'qiantang[search]'"
        raise StudyError([Fault(name, None, "", what)]) from None
