"""The packages that were picked, as scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qiantang.files import outfile, put
from qiantang.robust.robust import BALANCED
from qiantang.template import scenario_text
from qiantang.wording.language import Sentences, phrase

if TYPE_CHECKING:
    from qiantang.robust.front import Front
    from qiantang.robust.robust import Robust
    from qiantang.study import Study
    from qiantang.wording import Language

SCENARIOS = "scenarios"


def pick_name(found: Front, pick: str, study: Study, lang: Language) -> str:
    """Return what a picked package is called."""
    if pick == BALANCED:
        return phrase("robust.balanced", lang)
    return phrase("robust.best", lang, objective=objective_name(found, pick[5:], study, lang))


def objective_name(found: Front, name: str, study: Study, lang: Language) -> str:
    """Return what an objective is called."""
    objective = next(one for one in found.design.file.objectives if one.name == name)
    targets = {target.id: target for target in study.plan.targets.targets}
    target = targets.get(objective.target or "")
    called = "" if target is None else Sentences(lang).choose(target.title, target.title_zh)
    return phrase(f"robust.{objective.measure}", lang, target=called)


def write_scenarios(found: Robust, study: Study, folder: Path) -> list[Path]:
    """Write each picked package as a scenario file and return the paths; none is written over.

    Raises
    ------
    StudyError
    """
    place = put.folder(folder / SCENARIOS)
    ends = study.about.scenarios
    full = study.scenario(ends.full)
    written = []
    for row in found.picked.to_dict("records"):
        path = place / f"{found.design.name}_{row['pick']}.yaml"
        written.append(path)
        if path.is_file():  # of the same search, run again
            continue
        paths = {
            lever: {round(year + row[f"late_{lever}"], 6): round(value * row[lever], 6)
                    for year, value in full.levers[lever].path.items()}
            for lever in found.design.levers
            if row[lever] > 0
        }  # fmt: skip
        title, title_zh = (pick_name(found, row["pick"], study, lang) for lang in ("en", "zh"))
        file = found.design.file
        words = {
            "title": f"{file.title}: {title}",
            "title_zh": f"{file.title_zh or file.title}{phrase('colon', 'zh')}{title_zh}",
            "question": file.question, "question_zh": file.question_zh or file.question,
        }  # fmt: skip
        note = f"Intensity and date found by qiantang robust {found.design.name}"
        outfile.put_new(path, scenario_text(study, path, words, ends.base, paths, note))
    return written
