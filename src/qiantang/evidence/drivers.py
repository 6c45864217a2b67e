"""The world outside the city: each driver as known when the plan was made and as it happened."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qiantang.changes import Change
from qiantang.engine.path import Path as TimePath
from qiantang.evidence.changed import changed_path, refuse_doubles
from qiantang.evidence.driverfile import (
    Definition,
    Figure,
    projections,
    read_figures,
    read_register,
    register_faults,
)
from qiantang.evidence.paths import (
    JUST_BEFORE,
    Knots,
    Yearly,
    path_of,
    recent_growth,
    surprises,
    was_known,
)
from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.files.yamlfile import YamlDocument, read_yaml
from qiantang.studyfile import StudyFile

Array = NDArray[np.float64]

DAMPING = 0.8  # part of that growth which is left after each year of projection


@dataclass(frozen=True)
class Drivers:
    """All drivers of a study, both vintages.

    Parameters
    ----------
    definitions : Mapping of str to Definition
    figures : tuple of Figure
    about : StudyFile
        Names the vintages, and tells what was known when, and the years of the paths.
    sha256 : str
        Digest of drivers.csv, drivers.yaml and what of `study.yaml` moves a path.
    """

    definitions: Mapping[str, Definition]
    figures: tuple[Figure, ...]
    about: StudyFile
    sha256: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the drivers, as in drivers.yaml."""
        return tuple(self.definitions)

    def history(self, name: str, vintage: str, origin: float | None = None) -> tuple[Figure, ...]:
        """Return the figures a vintage starts from, one a date, in order of date."""
        definition = self._definition(name)
        known, origin = self.about.known, self._origin(origin)
        chosen: dict[float, Figure] = {}
        for figure in self.figures:
            if figure.driver != name or figure.vintage not in (self.about.actual, vintage):
                continue
            planned = definition.scheduled and figure.vintage == known
            if vintage == known and not planned and not was_known(figure.year, definition, origin):
                continue
            if figure.vintage == vintage or figure.year not in chosen:
                chosen[figure.year] = figure
        return tuple(chosen[year] for year in sorted(chosen))

    def knots(self, name: str, vintage: str, origin: float | None = None) -> Knots:
        """Return the central (median) path of a driver.

        Returns
        -------
        Knots
            Times over the years of the drivers [Year], values in the driver's unit.

        Raises
        ------
        StudyError
            Unknown driver or vintage.
        """
        definition = self._definition(name)
        yearly = self._yearly(name, vintage, origin)
        still = np.zeros((1, len(yearly.dates)))
        times, values = self._drawn(definition, vintage, yearly, still)
        shift = 0.0 if definition.between == "mid_year" else JUST_BEFORE
        years = np.floor(yearly.dates - (1.0 if definition.between == "point" else 0.0))
        sd = {int(year): float(s) for year, s in zip(years, yearly.sd, strict=True)}
        at = np.array([sd.get(math.floor(time - shift), 0.0) for time in times])
        return Knots(times, values[0], at)

    def central(
        self, vintages: Mapping[str, str], origin: float | None = None
    ) -> dict[str, TimePath]:
        """Return the central path of every driver."""
        paths = {}
        for name in self.names:
            knots = self.knots(name, vintages.get(name, self.about.known), origin)
            paths[name] = TimePath(knots.times, knots.values)
        return self._without_doubles(paths, vintages)

    def draw(
        self,
        vintages: Mapping[str, str],
        members: int,
        rng: np.random.Generator,
        origin: float | None = None,
        changes: Sequence[tuple[str, Change]] = (),
    ) -> dict[str, TimePath]:
        """Draw paths: history as it stands, projection years a random walk in logs.

        Each driver has its own stream, keyed by its name: adding a driver changes no other.

        Parameters
        ----------
        vintages : Mapping of str to str
            Driver to vintage; a driver left out runs as known when the plan was made.
        members : int
        rng : numpy.random.Generator
        origin : float, optional
            What is known ends here, by default with the last full year before the plan. At an
            earlier one the projections of the file were not known either, and recent growth is
            carried on, damped. [Year]
        changes : sequence of (str, Change)
            What a scenario changes of single drivers.

        Returns
        -------
        dict of str to TimePath
            Values (members, K); their median is the central path.

        Raises
        ------
        StudyError
            Unknown driver or vintage; a change of a driver that another carries already.
        """
        refuse_doubles(self.definitions, self.about, vintages, changes)
        changed, figures = dict(changes), self.yearly(vintages, origin)
        shocks = surprises(self.definitions, figures, members, rng, self.about.drivers)
        paths = {}
        for name, definition in self.definitions.items():
            vintage, own = vintages.get(name, self.about.known), changed.get(name)
            times, values = self._drawn(definition, vintage, figures[name], shocks[name], own)
            paths[name] = TimePath(times, values)
        return self._without_doubles(paths, vintages)

    def yearly(self, vintages: Mapping[str, str], origin: float | None = None) -> dict[str, Yearly]:
        """Return the figures of every driver, and how far each year may surprise."""
        self._refuse_unknown(vintages)
        return {n: self._yearly(n, vintages.get(n, self.about.known), origin) for n in self.names}

    def lookup_text(self, name: str) -> str:
        """Write a driver's central path as known then as the pairs of a Vensim lookup."""
        knots = self.knots(name, self.about.known)
        pairs = zip(knots.times, knots.values, strict=True)
        return ",".join(f"({time:.10g},{value:.6g})" for time, value in pairs)

    def _without_doubles(
        self, paths: dict[str, TimePath], vintages: Mapping[str, str]
    ) -> dict[str, TimePath]:
        """Set a driver to zero where another that runs as it happened carries it already."""
        for name, definition in self.definitions.items():
            if any(vintages.get(other) == self.about.actual for other in definition.contained_in):
                path = paths[name]
                paths[name] = TimePath(path.times, np.zeros_like(path.values))
        return paths

    def _definition(self, name: str) -> Definition:
        self._refuse_unknown({name: self.about.known})
        return self.definitions[name]

    def _refuse_unknown(self, vintages: Mapping[str, str]) -> None:
        faults = []
        for name, vintage in vintages.items():
            if name not in self.definitions:
                hint = nearest(name, self.names)
                faults.append(Fault("drivers.yaml", None, name, f"unknown driver{hint}"))
            if vintage not in self.about.vintage_names:
                what = f"unknown vintage {vintage!r}, expected {self.about.either_vintage}"
                faults.append(Fault("drivers.yaml", None, name, what))
        if faults:
            raise StudyError(faults)

    def _origin(self, origin: float | None) -> float:
        return self.about.origin if origin is None else origin

    def _drawn(
        self, definition: Definition, vintage: str, yearly: Yearly, shocks: Array,
        change: Change | None = None,
    ) -> tuple[Array, Array]:  # fmt: skip
        """Turn figures into members' knots; a jump is nothing that could be foreseen."""
        jumps = definition.jumps if vintage == self.about.actual else ()
        span = self.about.drivers
        if change is not None:
            return changed_path(definition, jumps, yearly, shocks, change, span)
        values = yearly.values * np.exp(np.cumsum(shocks, axis=1))
        return path_of(definition, jumps, yearly.dates, values, span)

    def _yearly(self, name: str, vintage: str, origin: float | None) -> Yearly:
        """Return the figures of a vintage, gaps filled in logs, then the projection."""
        self._refuse_unknown({name: vintage})
        definition, origin = self.definitions[name], self._origin(origin)
        start, last = self.about.drivers.first + 1, self.about.drivers.last
        history = self.history(name, vintage, origin)
        dates = np.array([figure.year for figure in history])
        values = np.array([figure.value for figure in history])
        if definition.between == "step":
            return Yearly(dates, values, np.zeros_like(dates))
        if definition.before_first is not None and dates[0] > start:
            back = definition.before_first.growth
            values = np.insert(values, 0, values[0] * (1 + back) ** (start - dates[0]))
            dates = np.insert(dates, 0, float(start))
        if definition.between == "mid_year":
            years = np.arange(dates[0], dates[-1] + 1)
            dates, values = years, np.exp(np.interp(years, dates, np.log(values)))
        sd = np.zeros_like(dates)
        year_end = 1 if definition.between == "point" else 0
        first = math.floor(dates[-1]) + (1 - year_end)  # the first year not closed by a figure
        runs = projections(definition, self.about)[vintage]
        # Where a single figure is known, the file's own growth has to do.
        earlier = vintage == self.about.known and origin < self.about.origin and len(dates) > 1
        trend, spread = recent_growth(dates, values) if earlier else (0.0, 0.0)
        for year in range(first, last + 1):
            run = next((run for run in runs if year <= run.last), runs[-1])
            growth, yearly = math.log1p(run.growth), run.sd
            if earlier:
                growth, yearly = trend * DAMPING ** (year - first + 1), spread
            part = min(1.0, year + 1 - dates[-1]) if year_end else 1.0
            dates = np.append(dates, year + year_end)
            values = np.append(values, values[-1] * math.exp(growth * part))
            sd = np.append(sd, yearly * math.sqrt(part))
        return Yearly(dates, values, sd)


def read_drivers(folder: Path, about: StudyFile) -> Drivers:
    """Read drivers.yaml and drivers.csv; refuse every fault at once.

    Parameters
    ----------
    folder : Path
        Of the evidence.
    about : StudyFile

    Raises
    ------
    StudyError
    """
    document = read_yaml(folder / "drivers.yaml")
    register = read_register(document, about)
    faults = register_faults(document, register, about)
    path = folder / "drivers.csv"
    figures = read_figures(path, register, about, faults)
    if not faults:
        faults = _history_faults(document, Drivers(register.drivers, figures, about))
    if faults:
        raise StudyError(faults)
    text = door.text(path, door.DATA_LIMIT)
    told = f"{about.vintage_names} {about.origin} {about.drivers}"
    digest = hashlib.sha256((document.text + text + told).encode()).hexdigest()
    return Drivers(register.drivers, figures, about, digest)


def _history_faults(document: YamlDocument, drivers: Drivers) -> list[Fault]:
    """Check that each vintage has figures and that its projection follows the last of them."""
    faults = []
    for name, definition in drivers.definitions.items():
        for vintage, runs in projections(definition, drivers.about).items():
            history = drivers.history(name, vintage)
            if not history:
                what = f"drivers.csv has no figure of vintage {vintage}"
                faults.append(document.fault(("drivers", name), what))
            elif not definition.scheduled:
                last = history[-1].year
                due = math.floor(last) + (0 if definition.between == "point" else 1)
                begins = runs[0].first
                if begins > due:
                    key = ("drivers", name, f"projection_{vintage}", 0, "from")
                    what = f"begins in {begins}, expected {due}: the last figure is of {last:g}"
                    faults.append(document.fault(key, what))
    return faults
