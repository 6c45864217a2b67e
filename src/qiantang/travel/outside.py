"""Sliders of the world outside: what would have to be true for a target to be reached.

A slider says what a scenario file says: growth of a yearly driver by year, the value of a schedule
or a factor of a constant from the plan's date on. Before that date nothing changes, so that the
page goes on from the same members.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from qiantang.ensemble.case import vintages_of
from qiantang.evidence.paths import JUST_BEFORE, surprises
from qiantang.faults import Fault, StudyError, nearest
from qiantang.scenario import resolve_record
from qiantang.studyfile import study_path
from qiantang.wording import LANGUAGES, Wording, reading_unit

if TYPE_CHECKING:
    from qiantang.scenario import Scenario
    from qiantang.study import Study

Array = NDArray[np.float64]
How = Literal["growth", "value", "factor"]

WIDE = 2.5
"""Ends of a slider that a study does not name, in standard deviations of a year's growth."""
PERCENT = 4
"""Decimals of a yearly growth in per cent, in the file and in the run."""


@dataclass(frozen=True)
class Knob:
    """One slider of the world outside.

    Parameters
    ----------
    name : str
        Driver or constant.
    how : {"growth", "value", "factor"}
        What its number is: points of yearly growth, a value, or a factor.
    low, high, rest : float
        Its ends, and where the world is as in the scenario.
    date : float
        From when on it holds. [Year]
    ratio : mapping of int to float
        Of a yearly driver as it stands: by year, on the year before.
    vintage : str
        Of the driver where the scenario names one for it alone; else empty.
    """

    name: str
    how: How
    low: float
    high: float
    rest: float
    date: float
    ratio: Mapping[int, float]
    vintage: str = ""

    @property
    def key(self) -> str:
        """Where a scenario file says it."""
        return "constants" if self.how == "factor" else "drivers"

    def entry(self, number: float) -> dict[float, float | str]:
        """Return what a scenario file says for a position of the slider."""
        if self.how == "growth":
            return {
                year: f"{round(grows(r) + number, PERCENT)} %" for year, r in self.ratio.items()
            }
        return {self.date: number if self.how == "value" else f"x {number}"}

    def record(self, study: Study) -> dict[str, Any]:
        """Return what the page is told of it."""
        start = round((self.rest - self.low) / (self.high - self.low), 2)
        return {
            "name": self.name, "key": self.key, "how": self.how, "range": [self.low, self.high],
            "value": self.rest, "start": start, "date": self.date, "vintage": self.vintage,
            "years": [[year, ratio, grows(ratio)] for year, ratio in self.ratio.items()],
            **_said(study, self.name),
        }  # fmt: skip


def grows(ratio: float) -> float:
    """Return the growth of a year as a file says it. [per cent]"""
    return round(100 * (ratio - 1), PERCENT)


def _said(study: Study, name: str) -> dict[str, Any]:
    """Return titles and units of a driver or constant."""
    driver = study.drivers.definitions.get(name)
    words = (Wording(study, lang) for lang in ("en", "zh"))
    titles = [w.of(driver, "title") if driver else w.model_name(name) for w in words]
    own = study.dictionary[name].unit
    read = {lang: reading_unit(own, lang, share=True, own=study.about.units) for lang in LANGUAGES}
    unit = {lang: {"factor": of.factor, "short": of.short} for lang, of in read.items()}
    return {"title": titles[0], "title_zh": titles[1], "words": unit}


def knobs_of(study: Study, base: Scenario, last: int) -> tuple[Knob, ...]:
    """Return the sliders of the world outside, as the study names them.

    Where it names none there is one for each yearly driver. What the scenario itself changes has
    none, nor a schedule that moves in those years, nor a driver that another one carries.

    Parameters
    ----------
    study : Study
    base : Scenario
        Whose world they start from.
    last : int
        Last year of the page.

    Raises
    ------
    StudyError
        A name that is no driver or constant, or ends that no scenario may say.
    """
    named = study.about.outside
    known = {**study.drivers.definitions, **study.outside.constants}
    faults = [
        Fault(study_path(study.folder), None, f"outside.{name}",
              f"no driver and no constant of the model{nearest(name, known)}")
        for name in named if name not in known
    ]  # fmt: skip
    if faults:
        raise StudyError(faults)
    changed = {name for name, _ in (*base.changes.drivers, *base.changes.constants)}
    names = named or [n for n, d in study.drivers.definitions.items() if d.between == "mid_year"]
    made = [_knob(study, base, name, last) for name in names if name not in changed]
    found = tuple(knob for knob in made if knob is not None)
    for knob in found:
        _refuse_ends(study, knob)
    return found


def _knob(study: Study, base: Scenario, name: str, last: int) -> Knob | None:
    """Return a slider; None where the world of the scenario leaves no room for one."""
    about, ends, date = study.about, study.about.outside.get(name), study.about.plan.date
    driver = study.drivers.definitions.get(name)
    if driver is None:
        low, high = ends or (0.5, 2.0)
        return Knob(name, "factor", low, high, 1.0, date, {})
    vintages = dict(vintages_of(study, base))
    if any(vintages.get(other) == about.actual for other in driver.contained_in):
        return None
    own = base.drivers.get(name, "")
    figures = study.drivers.yearly(vintages)[name]
    if driver.between == "step":
        since = figures.values[max(0, int(np.searchsorted(figures.dates, date, "right")) - 1) :]
        if ends is None or (since != since[0]).any():
            return None
        return Knob(name, "value", *ends, float(since[0]), date, {}, own)
    value = dict(zip(figures.dates.tolist(), figures.values.tolist(), strict=True))
    years = range(math.ceil(date), last + 1)
    ends_torn = vintages[name] == about.actual and last + 1 in driver.jumps
    if driver.between != "mid_year" or ends_torn or not {years[0] - 1, last + 1} <= set(value):
        return None
    ratio = {year: value[year] / value[year - 1] for year in years}
    most = math.ceil(100 * WIDE * float(figures.sd[figures.dates >= date].max(initial=0.004)))
    low, high = ends or (float(-most), float(most))
    return Knob(name, "growth", low, high, 0.0, float(years[0]), ratio, own)


def _refuse_ends(study: Study, knob: Knob) -> None:
    """Refuse ends of a slider that a scenario file may not say, and a slider without room."""
    where = study_path(study.folder)
    if not knob.low <= knob.rest <= knob.high or knob.low == knob.high:
        what = f"{knob.low:g} to {knob.high:g} leaves out {knob.rest:g}, where the world stands"
        raise StudyError([Fault(where, None, f"outside.{knob.name}", what)])
    for number in (knob.low, knob.high):
        record = {knob.key: {knob.name: knob.entry(number)}}
        try:
            resolve_record(record, study.folder / "scenarios", study.vocabulary)
        except StudyError as error:
            faults = [Fault(where, None, f"outside.{knob.name}", f.what) for f in error.faults]
            raise StudyError(faults) from None


@dataclass(frozen=True)
class After:
    """How a page finds the values of a slot from a date on.

    Parameters
    ----------
    date : float
        [Year]
    how : {"growth", "value", "factor"}
    times : ndarray, shape (knot,), or None
        Knots of a yearly driver from the date on; None for those that it has.
    rows : ndarray, shape (year, member)
        Figures of a yearly driver, the last one for the year after the page's.
    jumps : tuple of int
        Places of years that open with a jump.
    """

    date: float
    how: How
    times: Array | None = None
    rows: Array | None = None
    jumps: tuple[int, ...] = ()


def afters(
    study: Study, base: Scenario, knobs: Sequence[Knob], members: int, seed: int
) -> dict[str, After]:
    """Return how a page finds the values behind each slider.

    Parameters
    ----------
    study, base, knobs
        As of :func:`knobs_of`.
    members, seed : int
        The same as of the ensemble, so that the surprises are its own.
    """
    about, vintages = study.about, dict(vintages_of(study, base))
    figures = study.drivers.yearly(vintages)
    known = study.drivers.definitions
    drawn = surprises(known, figures, members, np.random.default_rng(seed), about.drivers)
    found = {}
    for knob in knobs:
        if knob.how != "growth":
            found[knob.name] = After(knob.date, knob.how)
            continue
        yearly, jumps = figures[knob.name], known[knob.name].jumps
        values = yearly.values * np.exp(np.cumsum(drawn[knob.name], axis=1))
        years = [*knob.ratio, max(knob.ratio) + 1]
        places = np.searchsorted(yearly.dates, years)
        if vintages[knob.name] != about.actual:
            jumps = ()
        opened = tuple(place for place, year in enumerate(years) if year in jumps)
        times = _knot_times(list(knob.ratio), opened)
        found[knob.name] = After(knob.date, "growth", times, values[:, places].T, opened)
    return found


def _knot_times(years: Sequence[int], jumps: Sequence[int]) -> Array:
    """Return the knots of yearly figures: start, middle, and an end of its own before a jump."""
    times: list[float] = []
    for place, year in enumerate(years):
        if place and place in jumps:
            times.append(year - JUST_BEFORE)
        times += [year, year + 0.5]
    return np.array([*times, years[-1] + 1.0])
