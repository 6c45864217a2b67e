"""The loops of any model file, along its own run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from qiantang.engine.circles import told
from qiantang.engine.plan import CircleError
from qiantang.engine.program import LoadedProgram
from qiantang.engine.savetimes import save_times
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.loops.asking import NoLoopError, instants, question_of
from qiantang.loops.cycles import MOST
from qiantang.loops.finding import TOP, find_loops
from qiantang.loops.instants import Given
from qiantang.loops.naming import Vocabulary, named_loops
from qiantang.loops.network import network
from qiantang.loops.report import LoopReport, report_of
from qiantang.modelfile.names import spelled
from qiantang.settings import applied, spellings
from qiantang.simulate import load

INSTANTS = 1_000
"""Saving times that are looked at; where a file has more, as many evenly among them."""


def loops_of_model(
    path: str | Path,
    about: str | None = None,
    *,
    set_values: Mapping[str, float] | None = None,
    data_files: Iterable[str | Path] = (),
    first: float | None = None,
    last: float | None = None,
    top: int = TOP,
    most: int = MOST,
    engine: str = "auto",
    progress: Callable[[str], None] = lambda _: None,
) -> LoopReport:
    """Score the loops of a model file at the steps that end at its saving times.

    Parameters
    ----------
    path : str or Path
        A Vensim ``.mdl`` file, or XMILE.
    about : str, optional
        Variable whose loops are wanted; those of the whole model by default.
    set_values : mapping of str to float, optional
        Values in place of the file's, as of `qiantang.simulate.simulate_model`.
    data_files : iterable of str or Path
        Tables of data variables that name no file themselves.
    first, last : float, optional
        Times between which to look. [time unit of the model]
    top, most : int
        Loops to show, and to list at most, of each cycle partition.
    engine : {"auto", "scalar", "numpy", "kernel"}
    progress : callable
        Told a sentence now and then.

    Returns
    -------
    LoopReport

    Raises
    ------
    StudyError
        If the file cannot be read or run, the variable is unknown, or there is no loop.
    Unsupported
        If the model is not compiled.
    """
    file = Path(path)
    program, saveper, parameters = applied(load(file, data_files), dict(set_values or {}), file)
    names = _asked(program, about, file)
    try:
        woven = network(program)
        question = question_of(woven, names)
        saved, _ = save_times(program, saveper, parameters)
        saved = saved[(saved >= (first or -np.inf)) & (saved <= (np.inf if last is None else last))]
        times = instants(program, saved)
        if not len(times):
            raise ValueError("no saving time lies there after the first step of the run")
        times = times[np.unique(np.linspace(0, len(times) - 1, INSTANTS).astype(int))]
        given = Given(parameters, {}, 1, {"engine": engine, "integrator": program.integrator})
        found = find_loops(
            program, woven, given, times, through=question.through, asked=question.asked,
            top=top, most=most, progress=progress,
        )  # fmt: skip
    except CircleError as circle:
        raise StudyError([told(file, program, circle.names)]) from None
    except (NoLoopError, ValueError) as error:
        raise StudyError([Fault(file, None, about or "", str(error))]) from None
    if found.scores.diverged.all():
        raise StudyError([Fault(file, None, "", _broken(program, found.scores.first_fault))])
    titles = dict(zip(program.names, program.titles, strict=True))
    words = Vocabulary(_spoken(titles), _spoken(titles))
    made = {"model": file.name, "model_sha256": door.digest(file)}
    return report_of(found, named_loops(found, words, names), names, made, note=question.note)


def _spoken(titles: Mapping[str, str]) -> Callable[[str], str]:
    """Return how a variable is called: as the file writes it, line breaks left out."""
    return lambda name: " ".join(titles[name].replace("\\n", " ").split())


def _asked(program: LoadedProgram, about: str | None, file: Path) -> list[str]:
    """Return the variables that are meant by a name as the file, or as Python, writes it."""
    if about is None:
        return []
    known = spellings(program)
    found = [name for name in known.get(spelled(about), ()) if name in program.slot_of]
    if not found:
        what = f"the model has no variable {about}{nearest(spelled(about), known)}"
        raise StudyError([Fault(file, None, "", what)])
    return found


def _broken(program: LoadedProgram, faults: tuple[tuple[str, float], ...]) -> str:
    name, time = faults[0] if faults and faults[0][0] else ("the run", program.initial_time)
    return f"{name} is not finite from time {time:g} on, and its loops cannot be scored"
