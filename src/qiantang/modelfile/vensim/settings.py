"""The settings that Vensim writes behind the sketch."""

from __future__ import annotations

import re
from typing import Literal as OneOf

_BLOCK = re.compile(r":L\x7f?<%\^E!@")
_INTEGRATION = re.compile(r"^[ \t]*15:[^,\n]*,[^,\n]*,[^,\n]*,[ \t]*(\d+)", re.MULTILINE)
_AS_RK4 = {
    1: "",
    3: "the file asks for Runge-Kutta of second order with a step of its own choice, which is"
    " served by Runge-Kutta of fourth order",
    4: "the file asks for Runge-Kutta of second order, which is served by that of fourth order",
    5: "",
}
_DIFFERENCE = "the file asks for difference equations, which Euler's method at TIME STEP serves"


def integration(tail: str) -> tuple[OneOf["euler", "rk4"], str]:
    """Return the method of integration that a file asks for, and one sentence if it is not served.

    The fourth number of setting 15: 0 Euler, 1 and 5 Runge-Kutta of fourth order (automatic or
    fixed step), 3 and 4 of second order, 2 difference (the reading of xmutil and Simlin).

    Parameters
    ----------
    tail : str
        The file from the sketch on.

    Returns
    -------
    tuple of (str, str)
    """
    block = _BLOCK.search(tail)
    line = _INTEGRATION.search(tail, block.end()) if block else None
    code = int(line[1]) if line else 0
    if code in _AS_RK4:
        return "rk4", _AS_RK4[code]
    return "euler", _DIFFERENCE if code == 2 else ""
