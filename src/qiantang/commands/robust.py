"""`qiantang robust`: packages of levers, strong or weak, early or late, good whatever comes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.commands.sweep import STOPPED
from qiantang.wording.figures import brief, percent
from qiantang.wording.tabled import asked_chance, keeps_ids

if TYPE_CHECKING:
    from rich.console import Console

    from qiantang.robust.robust import Robust
    from qiantang.study import Study
    from qiantang.wording import Wording

#: Share of the merged front's hypervolume below which a search is said to have stopped early.
SETTLED = 0.9


@click.command()
@click.argument("design")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the results: new, or one that this search began.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the front as parallel coordinates: .svg .png .pdf",
)
@click.option(
    "--regrets",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw what each picked package gives up, by target: .svg .png .pdf",
)
@options.force_option
@options.lang_option
@options.fit_option
@options.study_option
@options.json_option
def robust(
    design: str,
    out: Path,
    picture: Path | None,
    regrets: Path | None,
    force: bool,
    lang: str,
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Search for packages that no other beats in everything a DESIGN asks for.

    DESIGN is a name under scenarios/robust or the path of a file. Stopped at any moment, the same
    command goes on. The winners are scored anew on members that the search has not seen and written
    as scenario files. Needs the extra: pip install 'qiantang[search]'.
    """
    from qiantang.robust.writing import write_scenarios
    from qiantang.session import open_study

    options.check_pictures(("--picture", picture), ("--regrets", regrets), force=force)
    study = open_study(folder, fit=fit)
    try:
        with options.telling() as told:
            found = study.robust(design, out, progress=told)
    except KeyboardInterrupt:
        options.say("robust.stopped", err=True)
        sys.exit(STOPPED)
    written = write_scenarios(found, study, out)
    if as_json:
        options.print_json(found.record())
    else:
        _print(options.console(wide=True), found, study, lang)
        options.say("robust.written", out=out, packages=len(found.packages), scenarios=len(written))
    for path, kind in ((picture, study.chart.robust), (regrets, study.chart.regrets)):
        if path is not None:
            options.save_picture(kind(found, lang=lang), path, None)


def _print(screen: Console, found: Robust, study: Study, lang: str) -> None:
    from qiantang.robust.writing import objective_name, pick_name
    from qiantang.wording import Wording

    words, say = Wording(study, lang), options.sentence
    picked = found.picked
    heads = [pick_name(found, pick, study, words.lang) for pick in picked["pick"]]
    table = options.plain_table("", *heads, title=say("robust.title"), right=heads)
    for name in found.design.objectives:
        called = objective_name(found, name, study, words.lang)
        table.add_row(called, *(_figure(found, name, x, words) for x in picked[f"fresh_{name}"]))
    for lever in found.design.levers:
        pulls = zip(picked[lever], picked[f"late_{lever}"], strict=True)
        cells = ["" if not x else f"{x:.1f}" + _late(late) for x, late in pulls]
        if any(cells):
            table.add_row(words.lever(lever), *cells)
    screen.print(table)
    holds = int(found.packages["holds"].sum())
    counted = {"candidates": options.count(found.candidates), "packages": len(found.packages)}
    screen.print(say("robust.counts", holds=holds, **counted))
    shares = say("and").join(map(percent, found.volumes))
    line = say("robust.volumes", shares=shares)
    if found.volumes.min() < SETTLED:
        line += say("robust.unsettled")
    screen.print(line)


def _figure(found: Robust, name: str, value: float, words: Wording) -> str:
    """Write what a package is worth: Chinese in the units of an office, English in the model's."""
    objective = next(one for one in found.design.file.objectives if one.name == name)
    targets = {target.id: target for target in words.study.plan.targets.targets}
    target = targets.get(objective.target or "")
    if keeps_ids(words.lang) or target is None:
        return f"{value:.3g}"
    if objective.measure in ("probability", "radius"):
        return asked_chance(value, words.lang)
    return words.figure(value, words.target_unit(target))


def _late(late: float) -> str:
    return options.sentence("robust.late.by", late=brief(late)) if late else ""
