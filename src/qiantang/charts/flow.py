"""The stock-and-flow diagram of a sector, drawn as the model file draws it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch

from qiantang.charts import lettering, page, piping, provenance, style
from qiantang.charts.layout import lay_out
from qiantang.charts.structure import Sector, read_sector
from qiantang.model.syntax import syntax_of
from qiantang.modelfile.read import read_document
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.charts.layout import Layout
    from qiantang.model.loops import Loop
    from qiantang.study import Study

#: Width of a page with few names, and of one with many. [inch]
_WIDTHS = (7.2, 9.2)
#: Names from which a page is wide.
_MANY = 18
#: Width that a name may take, and the name of a flow. [inch]
_ROOM, _FLOW_ROOM = 1.12, 0.82
#: Room left beyond a link that bows out of the picture. [inch]
_CLEAR = 0.05
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
        Unknown sector or language; a sector the model file does not draw; a fault of the model
        file or of ``loops.yaml``.
    """
    words = Wording(study, lang)
    read = read_sector(study, sector)
    loops = _loops(study, read)
    title = sector_title(study, read.name, words)
    across = _WIDTHS[len(read.kinds) >= _MANY]
    document, _ = read_document(study.model_file)
    layout = lay_out(document, syntax_of(document), read, across - 2 * style.MARGIN)
    with style.drawing(words.lang):
        names = _names(layout, read, words)
        paper = page.blank(layout.height + 0.1, across)
        axes = paper.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, layout.width)
        axes.set_ylim(0, layout.height)
        axes.set_aspect("equal")
        _draw(axes, read, layout, names, loops)
        _make_room(paper, axes, layout.height)
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


def _make_room(paper: Figure, axes: Axes, height: float) -> None:
    """Let the page reach as far up and down as its links bow. [inch]"""
    paper.draw_without_rendering()  # a bow has its shape once the picture has its size
    bows = [patch.get_path().get_extents() for patch in axes.patches
            if isinstance(patch, FancyArrowPatch)]  # fmt: skip
    low = min([0.0, *(bow.ymin - _CLEAR for bow in bows)])
    high = max([height, *(bow.ymax + _CLEAR for bow in bows)])
    axes.set_ylim(low, high)
    paper.set_figheight(paper.get_figheight() + high - low - height)


def asked(given: Asked) -> Chart:
    """Draw the sector that the command line asks for."""
    return flow(given.study, given.name, lang=given.lang)


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


def _names(layout: Layout, sector: Sector, words: Wording) -> dict[str, str]:
    """Return every name broken to the room it has; a flow without one is a net change."""
    net = words.phrase("flow.net")
    names = {}
    for name, kind in sector.kinds.items():
        text = net if name.endswith(":net") else words.model_name(name)
        if name in sector.alike:
            text = words.phrase("flow.alike", name=text, count=sector.alike[name])
        if kind == "stock":
            room = 2 * layout.boxes[name].width - 0.1
            lines = lettering.wrap(text, room, piping.STOCK_SIZE, "bold", lines=3)
        else:
            room = _FLOW_ROOM if kind == "flow" else _ROOM
            lines = lettering.wrap(text, room, piping.SIZE, lines=3)
        names[name] = "\n".join(lines)
    return names


def _draw(
    axes: Axes, sector: Sector, layout: Layout, names: Mapping[str, str], loops: list[Loop]
) -> None:
    piping.draw_pipes(axes, layout, sector, names)
    for name, here in layout.boxes.items():
        piping.draw_box(axes, here, names[name])
    for link in layout.links:
        members = [loop for loop in loops if piping.carries(loop, link.source, link.target)]
        piping.draw_link(axes, link, sector, names, members)
    for name, here in layout.words:
        axes.text(
            here.x,
            here.y,
            names[name],
            ha="center",
            va="center",
            fontsize=piping.SIZE,
            color=INKS[sector.kinds[name]],
            linespacing=1.12,
            zorder=6,
            bbox={"fc": "white", "ec": "none", "pad": 0.6},
        )
    for loop in loops:
        piping.draw_badge(axes, loop, layout)


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
        ids = ", ".join(loop.id for loop in loops if piping.carries(loop, source, target))
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
