"""A plan that travels: the simulator as one HTML file that opens anywhere, offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiantang.study import Study
    from qiantang.travel.writing import Page

__all__ = ["model_page", "study_page"]

MEMBERS = 500
"""Members of a page unless told otherwise: what a phone runs while a finger moves."""


def study_page(
    study: Study,
    scenario: str | None = None,
    *,
    members: int = MEMBERS,
    seed: int = 1,
    language: str = "zh",
    date: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Page:
    """Return the page of a study, ready to be written.

    Parameters
    ----------
    study : Study
    scenario : str, optional
        What its sliders start from, and whose drivers it has; by default the study's base.
    members, seed : int
        As in `OpenStudy.run`; with the same, `qiantang reach` says the same odds.
    language : {"zh", "en"}
        In which it opens; it has both.
    date : str
        When it was made, as it says itself; nothing where it is empty.
    progress : callable
        Told a sentence before something is compiled.

    Raises
    ------
    StudyError
        Unknown scenario, one that sliders cannot show, more members than the fit holds, a model
        that needs what no page runs, or no compiler.
    """
    from qiantang.travel.studypage import StudyPage  # the deck, the ensemble and NumPy

    ends = study.about.scenarios
    base, plan = study.scenario(scenario or ends.base), study.scenario(ends.full)
    return StudyPage(study, base, plan, members, seed, language, date, progress).page()


def model_page(
    file: str | Path,
    inputs: Mapping[str, tuple[float, float] | None],
    outputs: Sequence[str],
    *,
    uncertain: Mapping[str, tuple[float, float] | None] | None = None,
    members: int = MEMBERS,
    seed: int = 1,
    language: str = "zh",
    date: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Page:
    """Return the page of any model file, ready to be written.

    Parameters
    ----------
    file : str or Path
        A Vensim or XMILE file.
    inputs : mapping of str to (low, high) or None
        Constants with a slider, by their names in the file; None reaches from half to one and a
        half of the file's value.
    outputs : sequence of str
        Variables to chart.
    uncertain : mapping of str to (low, high) or None, optional
        Constants drawn evenly from a range, for each member anew.
    members, seed, language, date, progress
        As of :func:`study_page`; without anything uncertain there is one member.

    Raises
    ------
    StudyError
        If the file cannot be read, a name or range does not fit it, it needs what no page runs, or
        the compiler is missing.
    """
    from qiantang.travel.modelpage import ModelPage  # the engine and NumPy

    return ModelPage(
        Path(file), inputs, uncertain or {}, outputs, members, seed, language, date, progress
    ).page()
