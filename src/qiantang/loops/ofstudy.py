"""The loops of a study's model, along the runs of all members of a scenario."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from qiantang.divergence import losses
from qiantang.ensemble import provenance
from qiantang.ensemble.case import Case, case_of
from qiantang.ensemble.ensemble import ensemble_of
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.readout import Readout
from qiantang.faults import DivergedError, Fault, StudyError, nearest
from qiantang.loops.asking import NoLoopError, instants, question_of
from qiantang.loops.cycles import MOST
from qiantang.loops.finding import TOP, edges_of, find_loops
from qiantang.loops.instants import Given
from qiantang.loops.naming import Vocabulary, named_loops
from qiantang.loops.network import Network, network
from qiantang.loops.report import LoopReport, report_of
from qiantang.model.loops import Loop, read_loops
from qiantang.model.syntax import parse
from qiantang.naming import target_id, variable_id
from qiantang.scenario import Scenario
from qiantang.study import Study
from qiantang.wording import Wording

Floats = npt.NDArray[np.float64]

QUARTER = 0.25
"""Time between the steps that are looked at. [Year]"""

SPAN = 10.0
"""How long before its end a run is looked at unless told otherwise. [Year]"""


def loops_of_study(
    study: Study,
    about: str | None = None,
    scenario: str | Scenario | None = None,
    *,
    members: int = 500,
    seed: int = 1,
    vintage: str | None = None,
    first: float | None = None,
    last: float | None = None,
    top: int = TOP,
    most: int = MOST,
    engine: str = "kernel",
    progress: Callable[[str], None] = lambda _: None,
) -> LoopReport:
    """Score the loops of the study's model at the end of every quarter, for all members.

    Parameters
    ----------
    study : Study
    about : str, optional
        A target or a variable whose loops are wanted; those of the whole model by default.
    scenario : str or Scenario, optional
        The plan in full by default.
    members, seed, vintage, engine
        As of `qiantang.ensemble.runs.run`.
    first, last : float, optional
        Times between which to look; the last ten years by default. [Year]
    top, most : int
        Loops to show, besides those of model/loops.yaml, and to list at most, of each cycle
        partition.
    progress : callable
        Told a sentence now and then.

    Returns
    -------
    LoopReport

    Raises
    ------
    StudyError
        If the target, variable, scenario or vintage is unknown, or no loop acts on it.
    DivergedError
        If every member diverged.
    """
    names = _asked(study, about)
    named_one = scenario or study.about.scenarios.main[-1]
    chosen = named_one if isinstance(named_one, Scenario) else study.scenario(named_one)
    if faults := study.about.vintage_faults(vintage):
        raise StudyError(faults)
    times = _quarters(study, first, last)
    try:
        woven = network(study.program)
        question = question_of(woven, names)
    except (NoLoopError, ValueError) as error:
        raise StudyError([Fault(study.model_file, None, about or "", str(error))]) from None
    known = _known(study, woven)
    members_given = _given(study, case_of(study, chosen, vintage), members, seed, engine, progress)
    found = find_loops(
        study.program, woven, members_given, times, through=question.through,
        asked=question.asked, known=[*known], top=top, most=most, progress=progress,
    )  # fmt: skip
    if lost := losses(chosen, found.scores):
        raise DivergedError(lost)
    named = named_loops(found, _words(study, known), names)
    attrs = provenance.made_from(study, seed, vintage, engine) | {
        "note": question.note, "about": about or "",
        "titles_zh": json.dumps(_titles(study, [*names, *question.named]), ensure_ascii=False),
    }  # fmt: skip
    facts = provenance.of_one(chosen.name, provenance.facts_of(study, chosen, vintage))
    return report_of(found, named, names, attrs, facts)


def _quarters(study: Study, first: float | None, last: float | None) -> Floats:
    """Return the ends of the quarters between two times, on the time grid. [Year]"""
    final = study.program.final_time
    begin, end = (final - SPAN if first is None else first), (final if last is None else last)
    times = instants(study.program, np.arange(begin, end + QUARTER / 2, QUARTER))
    if not len(times):
        what = f"no quarter of the run lies between {begin:g} and {end:g}"
        raise StudyError([Fault("loops", None, "time", what)])
    return times


def _given(
    study: Study,
    case: Case,
    members: int,
    seed: int,
    engine: str,
    progress: Callable[[str], None],
) -> Given:
    """Return what the members of a case run with."""
    drawn = choose_members(study, members, seed)
    readout = Readout((), (), study.program.time_step)
    batch = ensemble_of(study, drawn, seed, readout, engine).batch(case)
    options = {"engine": engine, "integrator": study.program.integrator, "on_compile": progress}
    return Given(batch.parameters, batch.paths, batch.size, options)


def _asked(study: Study, about: str | None) -> Sequence[str]:
    """Return the variables that a question is about."""
    if about is None:
        return []
    targets = {target.id: target for target in study.plan.targets.targets}
    given, about = about, target_id(study, about)
    about = about if about in targets else variable_id(study, about)
    if about in targets:
        measure = targets[about].measure
        return list(dict.fromkeys([measure.variable, *measure.over]))
    if about in study.program.slot_of:
        return [about]
    hint = nearest(given, [*targets, *study.program.slot_of])
    what = f"no target of the plan and no variable of the model{hint}"
    raise StudyError([Fault(study.model_file, None, given, what)])


def _known(study: Study, woven: Network) -> dict[tuple[int, ...], Loop]:
    """Return the loops of model/loops.yaml that the equations close, by their edges."""
    file = study.folder / "model" / "loops.yaml"
    if not file.is_file():
        return {}
    loops = read_loops(file, parse(study.model_file)[0]).loops
    found = {edges_of(woven, loop.path): loop for loop in loops}
    return {edges: loop for edges, loop in found.items() if edges is not None}


def _titles(study: Study, names: Sequence[str]) -> dict[str, str]:
    """Return what variables that are told of are called in Chinese."""
    words = Wording(study, "zh")
    return {name: words.model_name(name) for name in names}


def _words(study: Study, known: dict[tuple[int, ...], Loop]) -> Vocabulary:
    english, chinese = Wording(study, "en"), Wording(study, "zh")
    acted = {
        article.number: article.variables
        for article in study.plan.articles.articles
        if article.variables
    }
    by_edges = {frozenset(edges): loop for edges, loop in known.items()}
    return Vocabulary(english.model_name, chinese.model_name, by_edges, acted)
