"""Tables as functions of lanes: by selections, or by halving where there are many knots."""

from __future__ import annotations

from collections.abc import Sequence

from qiantang.engine.compiled.emit import literal
from qiantang.engine.ir import Table

LONG_TABLE = 24
"""Knots from which a table is read by index rather than by selections."""


def pieces(
    table: Table,
) -> tuple[Sequence[float], list[tuple[float, float]], tuple[float, float, float]]:
    """Return the knots of a table, value and slope from each on, and the piece below the first."""
    if table.mode == "hold_backward":
        parts = [(y, 0.0) for y in table.y]
    elif table.mode == "look_forward":
        parts = [(y, 0.0) for y in (*table.y[1:], table.y[-1])]
    else:
        parts = [(table.y[i], _slope(table, i)) for i in range(len(table.x) - 1)]
        parts.append((table.y[-1], 0.0))
    below = (table.x[0], table.y[0], 0.0)
    if table.mode == "extrapolate" and len(table.x) > 1:
        below = (table.x[0], table.y[0], parts[0][1])
        parts[-1] = (table.y[-1], parts[-2][1])
    return table.x, parts, below


def _slope(table: Table, place: int) -> float:
    """Return the slope from a knot to the next; a vertical step is no longer than its knots."""
    (x, after), (y, y_after) = table.x[place : place + 2], table.y[place : place + 2]
    return (y_after - y) / (after - x) if after > x else 0.0


def table_source(number: int, table: Table) -> list[str]:
    """Return a table as a function of lanes."""
    _, parts, below = pieces(table)
    if len(table.x) > LONG_TABLE:
        return _long_table(number, table, parts, below)
    lines = ["@inline", f"def table_{number}(x):"]
    lines += [f"    {n} = {literal(v)}" for n, v in zip("pys", below, strict=True)]
    for x, (y, slope) in zip(table.x, parts, strict=True):
        lines.append(f"    c = x {_reached(table)} {literal(x)}")
        lines.append(f"    p = choose(c, {literal(x)}, p)")
        lines.append(f"    y = choose(c, {literal(y)}, y)")
        lines.append(f"    s = choose(c, {literal(slope)}, s)")
    return [*lines, *_reading(table)]


def _reached(table: Table) -> str:
    """Return the comparison of x with a knot from which the piece behind the knot holds."""
    return ">" if table.mode == "look_forward" else ">="


def _reading(table: Table) -> list[str]:
    """Return the last lines of a table function: the straight piece, and NaN for NaN."""
    if table.mode in ("hold_backward", "look_forward"):
        return ["    return choose(x == x, y, NAN)"]
    if table.mode == "extrapolate":
        return ["    return s * (x - p) + y"]
    low, high = literal(table.x[0]), literal(table.x[-1])
    return [
        f"    x = choose(x < {low}, {low}, choose(x > {high}, {high}, x))",
        "    return s * (x - p) + y",
    ]


def _long_table(
    number: int,
    table: Table,
    parts: Sequence[tuple[float, float]],
    below: tuple[float, float, float],
) -> list[str]:
    """Return a table with many knots: the piece is found by halving."""
    xs = table.x
    side = "left" if table.mode == "look_forward" else "right"
    names = {
        f"X{number}": [literal(x) for x in xs],
        f"P{number}": [literal(below[0]), *(literal(x) for x in xs)],
        f"Y{number}": [literal(below[1]), *(literal(y) for y, _ in parts)],
        f"S{number}": [literal(below[2]), *(literal(slope) for _, slope in parts)],
    }
    lines = [f"{name} = np.array([{', '.join(values)}])" for name, values in names.items()]
    return [
        *(line.replace("NAN", "np.nan").replace("INF", "np.inf") for line in lines),
        "@inline",
        f"def single_{number}(x):",
        f"    i = np.searchsorted(X{number}, x, side='{side}')",
        f"    s = S{number}[i]",
        f"    rise = choose(s == 0.0, 0.0, s * (x - P{number}[i]))",
        f"    return choose(x == x, Y{number}[i] + rise, x)",
        "@inline",
        f"def table_{number}(x):",
        f"    return each(single_{number}, x)",
    ]
