"""The stock-and-flow diagram of a sector, drawn from the model file itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from qiantang.charts import lettering, page, piping, placing, plumbing, provenance, style
from qiantang.charts.structure import Sector, read_sector
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.chart import Chart
    from qiantang.model.loops import Loop
    from qiantang.study import Study

#: Width of a page with few names, and of one with many. [inch]
_WIDTHS = (7.2, 9.2)
#: Names from which a page is wide.
_MANY = 18
#: Cells of the picture for each name to be placed.
_SPACE = 2.6
#: Size of a name, and room it may take. [point, inch]
_SIZE, _ROOM, _FLOW_ROOM = 7.2, 1.12, 0.92
#: Orders of the plumbing that are tried, and moves for each name in a trial.
_ORDERS, _TRIAL = 5, 25
#: Kinds in the order of the legend, with their ink.
INKS = {
    "auxiliary": style.INK,
    "lever": "#A0277A",
    "driver": "#00694E",
    "outside": "#7A7A7A",
}


def flow(study: Study, sector: str, *, lang: str = "en") -> Chart:
    """Draw a sector: stocks as boxes, flows as valves on pipes, links curved, loops named.

    Parameters
    ----------
    study : Study
    sector : str
        A group of the model file, such as ``Air travel`` or ``air_travel``.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown sector or language; a fault of the model file or of ``loops.yaml``.
    """
    words = Wording(study, lang)
    read = read_sector(study, sector)
    loops = _loops(study, read)
    title = sector_title(study, read.name, words)
    free = [name for name, kind in read.kinds.items() if kind not in ("stock", "flow")]
    across = _WIDTHS[len(read.kinds) >= _MANY]
    with style.drawing(words.lang):
        names = {name: _name(name, read, words) for name in read.kinds}
        placed = arrange(read, names, free, across)
        paper = page.blank(placed.height + 0.1, across)
        axes = paper.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, placed.width)
        axes.set_ylim(0, placed.height)
        axes.set_aspect("equal")
        _draw(axes, read, placed, names, loops)
        counts = {
            "stocks": sum(kind == "stock" for kind in read.kinds.values()),
            "flows": len(read.pipes),
        }
        notes = [words.phrase("flow.footer"), _loop_names(loops, words)]
        return page.finish(
            paper,
            kind="flow",
            words=words,
            finding=words.phrase("flow.finding", sector=title, **counts)
            + _loop_finding(loops, words),
            caption=words.phrase("flow.caption", sector=title),
            data=_table(read, loops, words),
            source=provenance.source_of_study(study),
            legend=_legend(read, loops, words),
            notes=notes,
        )


def sector_title(study: Study, group: str, words: Wording) -> str:
    """Return the name of a group, in Chinese from the tail of the group's own comment."""
    return words.choose(group, study.dictionary.about.get(group, ("", ""))[1])


def _loops(study: Study, sector: Sector) -> list[Loop]:
    """Return the named loops that run through links or stocks of the sector."""
    from qiantang.model.loops import read_loops
    from qiantang.model.syntax import parse

    path = study.folder / "model" / "loops.yaml"
    if not path.is_file():
        return []
    loops = read_loops(path, parse(study.model_file)[0]).loops
    links = set(sector.links)
    return [loop for loop in loops if links & set(loop.links)]


def _name(name: str, sector: Sector, words: Wording) -> str:
    if name.endswith(":net"):
        return ""
    text = words.model_name(name)
    if name in sector.alike:
        text = words.phrase("flow.alike", name=text, count=sector.alike[name])
    room = {"stock": _ROOM + 0.25, "flow": _FLOW_ROOM}.get(sector.kinds[name], _ROOM)
    return "\n".join(lettering.wrap(text, room, _SIZE, lines=3))


def arrange(
    sector: Sector, names: Mapping[str, str], free: list[str], across: float
) -> piping.Placed:
    """Place the plumbing, then the names around it, on the smallest picture that holds them."""
    stocks = [name for name, kind in sector.kinds.items() if kind == "stock"]
    widths = {
        name: max(
            0.85,
            max(lettering.width(line, _SIZE + 0.4, "bold") for line in names[name].split("\n"))
            + 0.18,
        )
        for name in stocks
    }
    pieces = plumbing.bodies(sector.pipes, widths)
    width = across - 2 * style.MARGIN
    cells = len(free) * _SPACE * placing.CELL[0] * placing.CELL[1]
    taken = sum(piece.width * piece.height for piece in pieces)
    height = max((cells + taken) / width, 1.8)
    orders = _orders(pieces)
    while True:
        tried: list[tuple[float, int, placing.Problem, list[plumbing.Body]]] = []
        for order in orders:
            problem = _problem(sector, order, free, width, height)
            if problem is not None:
                moves = _TRIAL if len(orders) > 1 else 0
                tried.append((placing.place(problem, moves, 1)[1], len(tried), problem, order))
        if tried:
            _, _, problem, order = min(tried, key=lambda item: item[:2])
            points, _ = placing.place(problem)
            corners = piping.shelve(order, width, height) or []
            everything = piping.Placed(width, height, order, corners, {**points, **problem.fixed})
            return piping.cropped(everything)
        height += placing.CELL[1]


def _orders(pieces: list[plumbing.Body]) -> list[list[plumbing.Body]]:
    """Return orders in which the pieces may be laid on their shelves, each once."""
    chance = np.random.default_rng(0)
    places = [tuple(range(len(pieces)))]
    places += [tuple(map(int, chance.permutation(len(pieces)))) for _ in range(_ORDERS - 1)]
    return [[pieces[place] for place in order] for order in dict.fromkeys(places)]


def _problem(
    sector: Sector, pieces: list[plumbing.Body], free: list[str], width: float, height: float
) -> placing.Problem | None:
    """Return what is to be placed around pieces in that order, None if the picture is too small."""
    corners = piping.shelve(pieces, width, height)
    if corners is None:
        return None
    fixed = piping.fixed_points(pieces, corners)
    blocks = piping.blocks(pieces, corners)
    problem = placing.Problem(
        fixed, blocks, free, sector.links, width, height, piping.halves(pieces)
    )
    return problem if placing.room(problem) >= len(free) else None


def _draw(
    axes: Axes, sector: Sector, placed: piping.Placed, names: Mapping[str, str], loops: list[Loop]
) -> None:
    for piece, (left, low) in zip(placed.pieces, placed.corners, strict=True):
        piping.draw_piece(axes, piece, (left, low), sector, names, _SIZE)
    for source, target in sector.links:
        members = [loop for loop in loops if _carries(loop, source, target)]
        piping.draw_link(axes, placed, names, source, target, members)
    for name, kind in sector.kinds.items():
        if kind in INKS:
            x, y = placed.points[name]
            axes.text(
                x,
                y,
                names[name],
                ha="center",
                va="center",
                fontsize=_SIZE,
                color=INKS[kind],
                linespacing=1.12,
                zorder=6,
                bbox={"fc": "white", "ec": "none", "pad": 0.6},
            )
    for loop in loops:
        piping.draw_badge(axes, loop, placed, sector)


def _carries(loop: Loop, source: str, target: str) -> bool:
    return (source, target.removesuffix(":net")) in loop.links


def _loop_finding(loops: list[Loop], words: Wording) -> str:
    if not loops:
        return words.phrase("flow.finding.none")
    titles = [words.choose(loop.title, loop.title_zh).lower() for loop in loops]
    return words.phrase("flow.finding.loops", loops=words.phrase("and").join(titles))


def _loop_names(loops: list[Loop], words: Wording) -> str:
    if not loops:
        return ""
    named = [f"{loop.id} {words.choose(loop.title, loop.title_zh)}" for loop in loops]
    return words.phrase("flow.loops", loops=words.phrase("semicolon").join(named))


def _legend(sector: Sector, loops: list[Loop], words: Wording) -> list[tuple[Any, str]]:
    found = set(sector.kinds.values())
    legend: list[tuple[Any, str]] = [
        (Patch(fc="#EAF3FA", ec=style.INK, lw=1.0), words.phrase("flow.stock"))
    ]
    legend.append(
        (
            Line2D([], [], marker=piping.VALVE, ms=7, mfc="white", mec=style.INK, lw=0),
            words.phrase("flow.flow"),
        )
    )
    for kind, ink in INKS.items():
        if kind in found:
            mark = Line2D([], [], marker="s", ms=5, color=ink, lw=0)
            legend.append((mark, words.phrase(f"flow.{kind}")))
    polarities = {loop.polarity for loop in loops}
    for polarity, colour in piping.LOOPS.items():
        if polarity in polarities:
            legend.append((Line2D([], [], color=colour, lw=1.4), words.phrase(f"flow.{polarity}")))
    if len(polarities) > 1:
        legend.append((Line2D([], [], color=piping.BOTH, lw=1.4), words.phrase("flow.both")))
    return legend


def _table(sector: Sector, loops: list[Loop], words: Wording) -> pd.DataFrame:
    """Return every pipe and link as a row."""
    rows = [
        {
            "kind": "pipe",
            "from": pipe.source or "",
            "to": pipe.target or "",
            "name": pipe.valve.removesuffix(":net"),
            "loops": "",
        }
        for pipe in sector.pipes
    ]
    for source, target in sector.links:
        ids = ", ".join(loop.id for loop in loops if _carries(loop, source, target))
        rows.append(
            {
                "kind": "link",
                "from": source,
                "to": target.removesuffix(":net"),
                "name": words.model_name(source),
                "loops": ids,
            }
        )
    return pd.DataFrame(rows, columns=["kind", "from", "to", "name", "loops"])
