"""A map of pathways: until when what is done can still be left for each package, by target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from qiantang.charts import page, provenance, style
from qiantang.charts.lettering import width, wrap
from qiantang.known import end_of
from qiantang.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qiantang.charts.asking import Asked
    from qiantang.charts.chart import Chart
    from qiantang.plan.targets import Target
    from qiantang.review.review import Review
    from qiantang.review.transfers import Pathway
    from qiantang.study import Study

#: Maps side by side, and the height of a line. [inch]
_COLUMNS, _LINE = 3, 0.17
#: Room above and below the lines of a map, and beside the maps for the names of packages. [inch]
_ROOM, _NAMES = 0.8, 1.9
#: Probability that is to be kept where nobody says.
BAR = 0.5


def pathways(
    study: Study, found: Review, paths: Sequence[Pathway], *, lang: str = "en"
) -> Chart:  # fmt: skip
    """Draw until when each package may still begin, one map a target.

    What is done runs along the top. A package is a line below it with a station at each quarter in
    which one may still change to it and keep the probability; at the last of them a transfer drops
    from the line above. The bar behind a line is the spread of the last start over the members that
    the package decides for. A package that is short by itself but leaves time for another is a
    broken line up to the last day on which one may change to the other, where it joins that line.

    Parameters
    ----------
    study : Study
    found : Review
    paths : sequence of Pathway
        Of the review, chains among them.
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        Unknown language.
    """
    words = Wording(study, lang)
    targets = _shown(found, paths)
    then, paths = [p for p in paths if p.after], [p for p in paths if not p.after]
    packages = _ordered(paths)
    rows = -(-len(targets) // _COLUMNS)
    with style.drawing(words.lang):
        paper = page.blank(rows * (_ROOM + _LINE * (len(packages) + 1)))
        columns = min(_COLUMNS, len(targets))
        maps = paper.subplots(rows, columns, squeeze=False)
        for place, axes in enumerate(maps.ravel()):
            if place >= len(targets):
                axes.set_axis_off()
                continue
            mine = {one.package: one for one in paths if one.target == targets[place].id}
            later = [one for one in then if one.target == targets[place].id]
            _draw(axes, [mine[name] for name in packages], later, targets[place], words)
            _named(axes, packages, words, found, is_first=place % columns == 0)
        page.layout(paper, hspace=0.06, wspace=0.03)
        return page.finish(
            paper,
            kind="pathways",
            words=words,
            finding=_finding(targets, paths, then, words),
            caption=words.phrase("pathways.caption", day=found.as_of, bar=_bar(paths, words)),
            data=_table([*paths, *then], words),
            source=provenance.source_of_members(study, found.members, found.seed),
            subtitle=words.phrase("pathways.subtitle", bar=_bar(paths, words), day=found.as_of),
            legend=_legend(words, is_chained=bool(then)),
            notes=[provenance.joined(_notes(found, paths, targets, words), words)],
        )  # fmt: skip


def asked(given: Asked) -> Chart:
    """Review the study at the date that is asked for, and draw the map."""
    from qiantang.review.pathways import pathways as find
    from qiantang.review.review import review

    scenario = given.scenarios[0] if given.scenarios else None
    with given.watch(1) as progress:
        found = review(given.study, given.name, scenario=scenario, members=given.members,
                       seed=given.seed, progress=progress)  # fmt: skip
        paths = find(found, BAR, progress)
    return pathways(given.study, found, paths, lang=given.lang)


def _shown(found: Review, paths: Sequence[Pathway]) -> list[Target]:
    """Return the targets that a package still helps, else those that need one, else all."""
    every = list(found.belief.targets)
    for wanted in (_is_open, lambda one: one.is_needed):
        ids = {one.target for one in paths if wanted(one)}
        if ids:
            return [target for target in every if target.id in ids]
    return every


def _is_open(one: Pathway) -> bool:
    """Tell whether a package is needed and may still keep the probability, in some world."""
    in_worlds = any(world.last and world.is_needed(one.bar) for world in one.worlds)
    return one.is_needed and (bool(one.last) or in_worlds)


def _ordered(paths: Sequence[Pathway]) -> list[str]:
    """Return the packages, those that keep the most targets the longest first."""
    score: dict[str, int] = {}
    for one in paths:
        kept = one.starts.index(one.last) + 1 if one.is_needed and one.last else 0
        score[one.package] = score.get(one.package, 0) + kept
    return sorted(score, key=lambda name: -score[name])


def _draw(
    axes: Axes, paths: Sequence[Pathway], then: Sequence[Pathway], target: Target, words: Wording
) -> None:
    first = paths[0]
    starts = np.array([end_of(day) for day in first.starts])
    close = starts[-1] + 0.25
    kept = not first.is_needed
    axes.plot([starts[0], close], [0, 0], color=style.SHARED, lw=2.0 if kept else 1.0,
              ls="-" if kept else (0, (2, 1.5)), zorder=1, solid_capstyle="butt")  # fmt: skip
    for row, one in enumerate(paths, start=1):
        if one.is_needed:
            is_followed = any(other.after == one.package for other in then)
            _line(axes, one, row, starts, style.colour(row - 1), is_followed=is_followed)
    for one in then:
        _chain(axes, one, [other.package for other in paths])
    axes.set_ylim(len(paths) + 0.6, -0.6)
    axes.set_xlim(starts[0] - 0.12, close)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    now = words.bare_probability(first.without)
    axes.set_title(now, size=style.SMALL, loc="right", pad=3)
    room = (style.WIDTH - _NAMES) / _COLUMNS - width(now, style.SMALL) - 0.1
    heading = "\n".join(wrap(words.target(target), room, style.SMALL, lines=2))
    axes.set_title(heading, size=style.SMALL, loc="left", pad=3)


def _line(
    axes: Axes, one: Pathway, row: int, starts: Any, colour: str, *, is_followed: bool
) -> None:
    """Draw the stations of a package, its transfer, and how sure the last of them is."""
    if one.quantiles:
        low, _, high = (end_of(day) for day in one.quantiles)
        axes.plot([low, high], [row, row], color=colour, alpha=0.22, lw=6.0, zorder=1,
                  solid_capstyle="butt")  # fmt: skip
    for world in one.worlds:
        if world.last and world.is_needed(one.bar):
            mark = 4 if world.kind == "adverse" else 5  # carets to the left and to the right
            axes.plot([end_of(world.last)], [row], ls="", marker=mark, ms=4.2, color=colour,
                      zorder=5)  # fmt: skip
    if not one.last:
        if not is_followed:
            axes.plot([starts[0]], [row], ls="", marker="x", ms=3.4, color=style.SHARED, zorder=3)
        return
    kept = starts[: one.starts.index(one.last) + 1]
    axes.plot([kept[-1]] * 2, [0, row], color=colour, lw=0.7, zorder=1)
    axes.plot(kept, [row] * len(kept), color=colour, lw=1.4, marker="o", ms=3.0, mfc="white",
              mew=0.9, zorder=3)  # fmt: skip
    axes.plot([kept[-1]], [row], ls="", marker="|", ms=7.5, mew=1.8, color=colour, zorder=4)
    axes.plot([kept[-1]], [0], ls="", marker="o", ms=2.4, color=colour, zorder=4)


def _chain(axes: Axes, one: Pathway, packages: Sequence[str]) -> None:
    """Draw a package that another follows: its stations, then the change to the other's line."""
    row, other = packages.index(one.after) + 1, packages.index(one.package) + 1
    colour = style.colour(row - 1)
    kept = [end_of(day) for day in one.starts[: one.starts.index(one.last) + 1]]
    axes.plot(kept, [row] * len(kept), color=colour, lw=1.1, ls=(0, (2.5, 1.2)), marker="o", ms=3.0,
              mfc="white", mew=0.9, zorder=3)  # fmt: skip
    axes.plot([kept[0]] * 2, [0, row], color=colour, lw=0.7, ls=(0, (2.5, 1.2)), zorder=1)
    axes.plot([kept[-1]] * 2, [row, other], color=colour, lw=0.9, zorder=2)
    axes.plot([kept[-1]], [other], ls="", marker="D", ms=3.4, color=colour, zorder=5)


def _named(
    axes: Axes, packages: Sequence[str], words: Wording, found: Review, *, is_first: bool
) -> None:
    axes.set_yticks(range(len(packages) + 1))
    names = [found.tracker.scenario, *(found.study.scenario(name) for name in packages)]
    said = [wrap(words.scenario(one), _NAMES - 0.25, style.SMALL, lines=1)[0] for one in names]
    axes.set_yticklabels(said if is_first else [""] * len(said), size=style.SMALL)


def _bar(paths: Sequence[Pathway], words: Wording) -> str:
    return words.bare_probability(paths[0].bar) if paths else ""


def _table(paths: Sequence[Pathway], words: Wording) -> pd.DataFrame:
    titles = {t.id: words.target(t) for t in words.study.plan.targets.targets}
    return pd.DataFrame(
        [
            {
                "target": one.target, "title": titles[one.target], "package": one.package,
                "after": one.after, "start": day, "probability": p, "without": one.without,
                "adverse": one.worlds[0].chances[place] if one.worlds else float("nan"),
                "favourable": one.worlds[1].chances[place] if one.worlds else float("nan"),
            }
            for one in paths
            for place, (day, p) in enumerate(zip(one.starts, one.chances, strict=True))
        ]
    )  # fmt: skip


def _finding(
    targets: Sequence[Target], paths: Sequence[Pathway], then: Sequence[Pathway], words: Wording
) -> str:
    """Say for which target the last transfer comes soonest, or that none is needed or helps."""
    if not any(one.is_needed for one in paths):
        return words.phrase("pathways.none_needed", bar=_bar(paths, words))
    latest: list[tuple[str, Target, Pathway]] = []
    for target in targets:
        mine = [one for one in paths
                if one.target == target.id and one.is_needed and one.last]  # fmt: skip
        if mine:
            best = max(mine, key=lambda one: (one.last, one.chances[0]))
            latest.append((best.last, target, best))
    if not latest and then:
        return _second(targets, then, words)
    if not latest:
        return words.phrase("pathways.too_late", bar=_bar(paths, words))
    day, target, best = min(latest, key=lambda one: one[0])
    return words.phrase(
        "pathways.finding", target=words.target(target), day=day, bar=_bar(paths, words),
        package=words.scenario(words.study.scenario(best.package)),
    )  # fmt: skip


def _second(targets: Sequence[Target], then: Sequence[Pathway], words: Wording) -> str:
    """Say which two packages together still keep a target that none keeps alone."""
    one = max(then, key=lambda one: (one.last, one.chances[0]))
    titles = {target.id: words.target(target) for target in targets}
    first, second = (
        words.scenario(words.study.scenario(name)) for name in (one.after, one.package)
    )
    return words.phrase(
        "pathways.second", target=titles[one.target], day=one.last, bar=_bar(then, words),
        first=first, second=second,
    )  # fmt: skip


def _legend(words: Wording, *, is_chained: bool) -> list[tuple[Any, str]]:
    blue, grey = style.COLOURS[0], style.SHARED
    marks = {
        "station": Line2D([], [], color=blue, lw=1.4, marker="o", ms=3.0, mfc="white", mew=0.9),
        "last": Line2D([], [], color=blue, ls="", marker="|", ms=7.5, mew=1.8),
        "spread": Patch(color=blue, alpha=0.22, lw=0),
        "worlds": Line2D([], [], color=blue, ls="", marker=5, ms=4.2),
        "late": Line2D([], [], color=grey, ls="", marker="x", ms=3.4),
    }
    if is_chained:
        marks["chain"] = Line2D([], [], color=blue, lw=1.1, ls=(0, (2.5, 1.2)), marker="D", ms=3.4)
    return [(mark, words.phrase(f"pathways.{key}")) for key, mark in marks.items()]


def _notes(
    found: Review, paths: Sequence[Pathway], targets: Sequence[Target], words: Wording
) -> list[str]:
    notes = [words.phrase("pathways.note", members=found.members)]
    rest = [t for t in found.belief.targets if t not in targets]
    needed = {one.target for one in paths if one.is_needed}
    for key, wanted in (("kept", False), ("lost", True)):
        mine = [words.target(t) for t in rest if (t.id in needed) == wanted]
        if mine:
            named = words.phrase("and").join(mine)
            notes.append(words.phrase(f"pathways.{key}", targets=named))
    return notes
