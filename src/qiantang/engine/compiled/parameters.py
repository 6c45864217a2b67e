"""What a kernel takes, in order: for its source, for Numba, and for calls of its machine code."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["int", "float", "floats", "ints", "bytes", "float rows", "int rows"]
"""A number, or a contiguous array of one or two axes."""

PARAMETERS: Final[dict[str, Kind]] = {
    "first": "int",
    "last": "int",
    "offset": "int",
    "steps": "int",
    "dt": "float",
    "const_shared": "floats",
    "const_lane": "floats",
    "const_of": "ints",
    "lane_constants": "int",
    "series": "float rows",
    "series_of": "ints",
    "knots": "floats",
    "knot_of": "ints",
    "knot_rows": "int",
    "left": "int rows",
    "share": "float rows",
    "saved": "ints",
    "place": "ints",
    "out": "floats",
    "members": "int",
    "bad": "bytes",
    "begin": "int",
    "stop": "int",
    "early": "floats",
    "late": "floats",
    "a": "floats",
    "past": "floats",
    "due": "floats",
    "common": "ints",
}
"""Name and kind of each; the last four are the room that a kernel works in."""

AXES: Final[dict[Kind, int]] = {
    "int": 0, "float": 0, "floats": 1, "ints": 1, "bytes": 1, "float rows": 2, "int rows": 2,
}  # fmt: skip
"""Axes of each kind."""

ELEMENTS: Final[dict[Kind, Literal["int64", "float64", "uint8"]]] = {
    "int": "int64", "float": "float64", "floats": "float64", "ints": "int64", "bytes": "uint8",
    "float rows": "float64", "int rows": "int64",
}  # fmt: skip
"""What each kind is made of, as both NumPy and Numba name it."""
