"""Slider states as scenarios: to run, and as a file that `qiantang check` accepts."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from qiantang.deck.controls import scaled
from qiantang.faults import Fault, StudyError
from qiantang.files import put
from qiantang.files.outfile import put_new
from qiantang.scenario import Lever, Scenario, refuse_rules, resolve
from qiantang.wording.language import both

if TYPE_CHECKING:
    from qiantang.changes import Change, Changes
    from qiantang.study import Study

SCHEMA = "# yaml-language-server: $schema=schemas/scenario.json\n"
#: File names of scenarios: small letters and Chinese characters, digits and _ behind the first.
NAME = re.compile(r"[a-z\u4e00-\u9fff][a-z0-9_\u4e00-\u9fff]{0,63}")
#: Longest line that the writer leaves whole.
WIDTH = 100


def deck_scenario(
    base: Scenario, plan: Scenario, intensities: Mapping[str, float], name: str = "deck",
    late: Mapping[str, float] | None = None,
) -> Scenario:  # fmt: skip
    """Return the base with each lever at a share of the plan's full path.

    Parameters
    ----------
    base : Scenario
        Gives drivers and vintage.
    plan : Scenario
        Gives each lever's path at full intensity.
    intensities : mapping
        Lever to intensity; a lever at 0 that the base leaves alone is left alone. [Dmnl]
    name : str
    late : mapping, optional
        Lever to the years by which it comes later than in the plan. [Year]

    Raises
    ------
    StudyError
        Levers of one of them answer to a rule.
    """
    refuse_rules(base, plan)
    levers = dict(base.levers)
    for lever, intensity in intensities.items():
        if intensity or lever in base.levers:
            levers[lever] = scaled(plan.levers[lever], intensity, (late or {}).get(lever, 0.0))
    question, chinese = both("deck.question")
    return replace(
        base, name=name, title=name, title_zh=name, question=question, question_zh=chinese,
        note=None, levers=levers,
    )  # fmt: skip


def scenario_text(
    study: Study, base: Scenario, scenario: Scenario, title: str = "", vintage: str | None = None
) -> str:
    """Write a slider state as the text of a scenario file.

    Parameters
    ----------
    study : Study
    base : Scenario
        What the deck starts from; the file names it if it is one of the study.
    scenario : Scenario
        As `deck_scenario` returns it.
    title : str, optional
        In either language; the name of the scenario where it is empty.
    vintage : str, optional
        Vintage of the drivers in place of the base's own.

    Raises
    ------
    StudyError
        If what would be written were no scenario of the study.
    """
    shipped = base.files[0].parent == study.folder / "scenarios"
    own, bilingual = " ".join(title.split()), bool(study.about.title_zh)
    record = CommentedMap()
    titles = (own, own) if own else both("deck.title", name=scenario.name)
    for key, texts in (("title", titles), ("question", both("deck.question"))):
        record[key] = texts[0]
        record |= {f"{key}_zh": texts[1]} if bilingual else {}
    record["base"] = base.name if shipped else None
    changed = {
        name: lever for name, lever in scenario.levers.items()
        if not (shipped and name in base.levers and base.levers[name].path == lever.path)
    }  # fmt: skip
    record["levers"] = CommentedMap({name: _lever(lever) for name, lever in changed.items()})
    if vintage is not None:
        # A driver that the base holds at another vintage would keep it, so it is named.
        record["drivers"] = CommentedMap(dict.fromkeys(base.drivers, vintage))
        record["vintage"] = vintage
    elif not shipped:
        record["drivers"] = CommentedMap(base.drivers)
        record["vintage"] = base.vintage
    if base.changes and "vintage" in record:
        record["drivers"] = _driven(record["drivers"], base.changes)
        record["constants"] = CommentedMap(
            {name: _years(change) for name, change in base.changes.constants}
        )
    text = _dumped(record)
    _refuse_unless_read(study, scenario, text)
    return text


def save_text(text: str, path: Path) -> Path:
    """Write a scenario to a new file.

    Raises
    ------
    StudyError
        If the name is not one for a scenario, the folder is missing, or the file exists.
    """
    faults = []
    if path.suffix != ".yaml" or not NAME.fullmatch(path.stem):
        what = (
            "expected small letters, Chinese characters, digits and _, such as airport_first.yaml"
        )
        faults.append(Fault(path, None, "", what))
    if not path.parent.is_dir():
        faults.append(Fault(path.parent, None, "", "there is no such folder"))
    if not faults and path.exists():
        faults.append(Fault(path, None, "", "the file exists and is kept, give another name"))
    if faults:
        raise StudyError(faults)
    put_new(path, text)
    return path


def _driven(vintages: Mapping[str, str], changes: Changes) -> CommentedMap:
    """Return the entries of drivers: a vintage alone, or years with the vintage beside them."""
    entries = CommentedMap(vintages)
    for name, change in changes.drivers:
        entries[name] = _years(change)
        if name in vintages:
            entries[name]["vintage"] = vintages[name]
    return entries


def _years(change: Change) -> CommentedMap:
    steps = {s.time: s.number if s.kind == "value" else s.text for s in change.steps}
    years: dict[Any, Any] = {int(t) if t == int(t) else t: n for t, n in steps.items()}
    entry = CommentedMap(years)
    entry.fa.set_flow_style()
    if change.spread != 1.0:
        entry["spread"] = change.spread
    return entry


def _lever(lever: Lever) -> CommentedMap:
    path, cites = CommentedMap(lever.path), CommentedSeq(lever.cites)
    path.fa.set_flow_style()
    cites.fa.set_flow_style()
    record: dict[str, Any] = {
        "unit": lever.unit, "path": path, "between": lever.between, "cites": cites,
        "reading": lever.reading, "note": lever.note,
    }  # fmt: skip
    return CommentedMap(record)


def _dumped(record: CommentedMap) -> str:
    writer = YAML()
    writer.width = WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.representer.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    stream = io.StringIO()
    writer.dump(record, stream)
    return SCHEMA + stream.getvalue()


def _refuse_unless_read(study: Study, scenario: Scenario, text: str) -> None:
    """Read the text back as `qiantang` would, and hold it against what the deck ran."""
    with put.scratch() as folder:
        path = folder / f"{scenario.name}.yaml"
        put.text(path, text)
        resolve(str(path), study.folder / "scenarios", study.vocabulary)
