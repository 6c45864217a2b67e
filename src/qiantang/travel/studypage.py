"""The page of a study: its levers, its odds, its members, ready to be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.deck import told
from qiantang.deck.controls import DECIMALS, Control, control_groups
from qiantang.deck.frames import QUANTILES, Frames
from qiantang.deck.options import refuse_options
from qiantang.deck.panels import target_panels
from qiantang.deck.scenarios import SCHEMA, deck_scenario
from qiantang.engine.path import Path
from qiantang.engine.request import checked, planned, prepared
from qiantang.ensemble.batch import Batch
from qiantang.ensemble.case import Case, case_of
from qiantang.ensemble.ensemble import Ensemble
from qiantang.travel.cargo import Cargo, cargo_of
from qiantang.travel.levers import Timings, columns_of, lever_records
from qiantang.travel.machine.compiler import compiled
from qiantang.travel.machine.csource import c_source, needs_library
from qiantang.travel.machine.jssource import js_source
from qiantang.travel.outside import Knob, afters, knobs_of
from qiantang.travel.reading import Reading, read_outcomes, read_panels
from qiantang.travel.writing import Page
from qiantang.wording.language import Sentences, both

if TYPE_CHECKING:
    from qiantang.engine import History
    from qiantang.scenario import Scenario
    from qiantang.study import Study

Progress = Callable[[str], None]


@dataclass
class StudyPage:
    """What the page of a study is made of.

    Parameters
    ----------
    study : Study
    base, plan : Scenario
        What the page starts from, and the paths of sliders at 1.
    members, seed : int
        As in `OpenStudy.run`.
    language : {"zh", "en"}
    date : str
        When the page is made, as it says itself.
    """

    study: Study
    base: Scenario
    plan: Scenario
    members: int
    seed: int
    language: str
    date: str
    progress: Progress = lambda _: None

    def page(self) -> Page:
        """Return the page.

        Raises
        ------
        StudyError
            As the deck raises it; if the model needs what no page runs, or the compiler is missing.
        """
        shown, arrays = self._shown()
        plan, tables = self.cargo.plan, self.study.program.tables
        about = self.study.about
        title = Sentences(self.language).choose(about.title, about.title_zh)
        wasm = compiled(c_source(plan, tables), self.progress, library=needs_library(plan))
        arrays = {**self.cargo.arrays, **arrays}
        return Page(title, self.language, shown, arrays, wasm, js_source(plan, tables))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the charts: to the last that a target reads, so that a run is short."""
        targets = self.study.plan.targets.targets
        last = max(year for target in targets for year in target.measure.years)
        return tuple(range(self.study.about.deck.first, last + 1))

    @cached_property
    def frames(self) -> Frames:
        """The members, their shared years run once."""
        first, last = self.years[0], self.years[-1]
        refuse_options(self.study, (first, last), self.language, None)
        panels = target_panels(self.study, first, last)
        frames = Frames(self.study, panels, first, last, self.members, self.seed, alone=True)
        frames.share(*self._ends)
        return frames

    @cached_property
    def _groups(self) -> tuple[Any, ...]:
        return control_groups(self.study, self.plan, self.base)

    @cached_property
    def _controls(self) -> tuple[Control, ...]:
        return tuple(control for group in self._groups for control in group.controls)

    @cached_property
    def _ends(self) -> tuple[Scenario, Scenario]:
        """The base with no lever and with all."""
        least, most = (
            deck_scenario(self.base, self.plan, {c.lever: share for c in self._controls})
            for share in (0.0, 1.0)
        )
        return least, most

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """Sliders of the world outside that something on the page depends on."""
        found = knobs_of(self.study, self.base, self.years[-1])
        trunk = self.frames.ensemble.trunk
        return tuple(k for k in found if trunk is None or k.date >= trunk)

    @cached_property
    def batch(self) -> Batch:
        """The members with no lever moved; what a slider changes is a path, as levers are."""
        batch = self.frames.ensemble.batch(case_of(self.study, self._ends[0]))
        start, size = self.study.program.initial_time, batch.size
        for knob in self.knobs:
            if knob.key == "constants":
                own = batch.parameters.pop(knob.name, self.study.program.constants[knob.name])
                values = np.broadcast_to(np.asarray(own, dtype=np.float64), size)
                batch.paths[knob.name] = Path(np.array([start]), values[:, None])
        return batch

    @cached_property
    def _history(self) -> History | None:
        """The members up to where levers first move."""
        ensemble: Ensemble = self.frames.ensemble
        if ensemble.trunk is None:
            return None
        readout = self.frames.readout
        return self.study.program.history(
            readout.outputs, readout.times, until=ensemble.trunk, parameters=self.batch.parameters,
            paths=self.batch.paths, members=self.batch.size, on_compile=self.progress,
        )  # fmt: skip

    @cached_property
    def cargo(self) -> Cargo:
        """The members as the engine of the page reads them, no lever moved."""
        readout, program = self.frames.readout, self.study.program
        outside = afters(self.study, self.base, self.knobs, self.members, self.seed)
        return cargo_of(program, self.batch, readout.outputs, readout.times, self._history, outside)

    def _shown(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the page is told, and the arrays beside it."""
        ends = [self.frames.frame(end, shared=True) for end in self._ends]
        reading = Reading(self.frames.readout, self._history if self.cargo.begin else None)
        panels = read_panels(self.study, self.frames.panels, self.years, reading, ends[0].fans)
        timings = Timings(self.cargo.inputs.grid[self.cargo.begin :])
        names = [control.lever for control in self._controls]
        records = lever_records(self.study, names, (self.base, self.plan), self.cargo, timings)
        pins, columns = self._pins(records)
        groups = [group.record() for group in self._groups]
        controls = [control for group in groups for control in group["controls"]]
        outside = [knob.record(self.study) for knob in self.knobs]
        arrays = {**timings.arrays(), "before": reading.before(), "pins": columns}
        shown = {
            "groups": groups,
            "panels": [panel.record() for panel in self.frames.panels],
            "outcomes": told.outcomes(self.study, self.frames.told),
            "years": list(self.years),
            "moves": told.first_moving_year(self.plan, self._controls, self.years[0]),
            "quantiles": list(QUANTILES),
            "ranges": told.ranges(ends),
            "scenarios": pins,
            "start": [one["start"] for one in (*controls, *outside)],
            "outside": outside,
            "step": 10**-DECIMALS,
            "saves": False,
            "source": self._source(),
            "articles": self._articles(),
            "page": {
                "sizes": dict(self.cargo.sizes), "reads": panels, "levers": records,
                "told": read_outcomes(self.study, self.frames.told, reading),
                "language": self.language, "file": self._file_words(), "about": self._about(),
            },
        }  # fmt: skip
        return shown, arrays

    def _source(self) -> dict[str, Any]:
        ends = self.base, self.plan
        source = told.source(self.study, ends, None, self.members, self.seed)
        if self.base.drivers:  # a world of its own, which no vintage names
            title, title_zh = self.base.title, self.base.title_zh or self.base.title
            source["vintage"] |= {"title": f"as in “{title}”", "title_zh": f"“{title_zh}”"}
        return source

    def _about(self) -> dict[str, Any]:
        about = self.study.about
        return {"title": about.title, "title_zh": about.title_zh, "date": self.date}

    def _file_words(self) -> dict[str, Any]:
        """Return what a saved scenario says besides its levers."""
        shipped = self.base.files[0].parent == self.study.folder / "scenarios"
        question, chinese = both("deck.question")
        return {
            "schema": SCHEMA, "question": question, "question_zh": chinese,
            "base": self.base.name if shipped else None,
            "drivers": None if shipped else dict(self.base.drivers),
            "vintage": None if shipped else self.base.vintage,
            "bilingual": bool(self.study.about.title_zh),
        }  # fmt: skip

    def _articles(self) -> dict[str, Any]:
        """Return the words of the articles that call for a lever, and their language."""
        called = {number for control in self._controls for number in control.articles}
        every = self.study.plan.articles
        words = {
            str(article.number): {"quote": article.quote, "translation": article.translation}
            for article in every.articles
            if article.number in called
        }
        return {"lang": every.source.language, **words}

    def _pins(self, records: Sequence[dict[str, Any]]) -> tuple[list[dict[str, str]], Any]:
        """Return the scenarios of the study that the members of the page can run, and columns."""
        pins, columns = [], []
        for name in self.study.scenario_names():
            scenario = self.study.scenario(name)
            case = case_of(self.study, scenario)
            if self._fits(case, records):
                pins.append({"name": name, "title": scenario.title, "title_zh": scenario.title_zh})
                columns.append(columns_of(self.cargo, self._inputs(case), records))
        shape = len(pins), len(records), self.cargo.inputs.steps + 1 - self.cargo.begin
        return pins, np.array(columns).reshape(shape)

    def _fits(self, case: Case, records: Sequence[dict[str, Any]]) -> bool:
        """Tell whether a case differs from the page's in its sliders alone, and not too early."""
        ensemble, sliders = self.frames.ensemble, {record["name"] for record in records}
        same = case.inputs == case_of(self.study, self.base).inputs
        late = ensemble.trunk is None or ensemble.parting(case) >= ensemble.trunk
        return same and late and not case.replies and set(case.levers) <= sliders

    def _inputs(self, case: Case) -> Any:
        batch, readout = self.batch, self.frames.readout
        paths = {**batch.paths, **self.frames.ensemble.level_paths(), **case.levers}
        request = checked(self.study.program, readout.outputs, readout.times, batch.parameters,
                          paths, batch.size, "euler", None)  # fmt: skip
        return prepared(request, planned(request))
