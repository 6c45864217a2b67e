"""The page of any model file: constants as sliders or drawn from ranges, outputs as fans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiantang.engine.path import Path as TimePath
from qiantang.engine.program import LoadedProgram
from qiantang.engine.savetimes import save_times
from qiantang.ensemble.batch import Batch
from qiantang.faults import Fault, StudyError, nearest
from qiantang.modelfile.names import spelled
from qiantang.settings import spellings
from qiantang.simulate import load
from qiantang.travel.cargo import Cargo, cargo_of
from qiantang.travel.machine.compiler import compiled
from qiantang.travel.machine.csource import c_source, needs_library
from qiantang.travel.machine.jssource import js_source
from qiantang.travel.pack import Rows
from qiantang.travel.writing import Page
from qiantang.wording.figures import LARGE
from qiantang.wording.language import Language, both

Array = NDArray[np.float64]
Range = tuple[float, float]
Ranges = Mapping[str, Range | None]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_TIMES = 161
"""Times of a chart; of more saving times every second, third or later one is taken."""

WIDE = 0.5
"""Share by which a range that is not given reaches below and above the file's value."""


@dataclass
class ModelPage:
    """What the page of a model file is made of.

    Parameters
    ----------
    file : Path
    inputs, uncertain : mapping of str to (low, high) or None
        Constants with a slider, and constants drawn uniformly for each member, by their names in
        the file; None for half to one and a half of the file's value.
    outputs : sequence of str
        Variables to chart.
    members, seed : int
        Draws; one member where nothing is uncertain.
    language : {"zh", "en"}
    date : str
    """

    file: Path
    inputs: Ranges
    uncertain: Ranges
    outputs: Sequence[str]
    members: int
    seed: int
    language: str
    date: str
    progress: Callable[[str], None] = lambda _: None

    def page(self) -> Page:
        """Return the page.

        Raises
        ------
        StudyError
            If the file cannot be read, a name or range does not fit it, it needs what no page runs,
            or the compiler is missing.
        """
        plan, tables, method = self.cargo.plan, self.program.tables, self.program.integrator
        nothing = {"before": Rows(np.zeros((0, 1))), "pins": np.zeros((0, len(self.sliders), 1))}
        arrays = {**self.cargo.arrays, **nothing}
        wasm = compiled(c_source(plan, tables, method), self.progress, library=needs_library(plan))
        plain = js_source(plan, tables, method)
        return Page(self.file.stem, self.language, self._shown(), arrays, wasm, plain)

    @cached_property
    def program(self) -> LoadedProgram:
        """The model."""
        return load(self.file)

    @cached_property
    def sliders(self) -> dict[str, Range]:
        """Range of every input, by the program's name."""
        return _ranges(self.program, self.file, "--inputs", self.inputs)

    @cached_property
    def drawn(self) -> dict[str, Array]:
        """Values of every uncertain constant, each of shape (member,)."""
        ranges = _ranges(self.program, self.file, "--uncertain", self.uncertain)
        both = sorted(set(ranges) & set(self.sliders))
        if both:
            what = f"{both[0]} is an input as well, expected one or the other"
            raise StudyError([Fault(self.file, None, "--uncertain", what)])
        random = np.random.default_rng(self.seed)
        return {name: random.uniform(*ends, self.members) for name, ends in ranges.items()}

    @cached_property
    def charted(self) -> list[str]:
        """The outputs, by the program's names."""
        return [_variable(self.program, self.file, "--outputs", name) for name in self.outputs]

    @cached_property
    def times(self) -> Array:
        """Times of the charts."""
        try:
            times, _ = save_times(self.program)
        except ValueError as error:
            raise StudyError([Fault(self.file, None, "", str(error))]) from None
        return times[::-1][:: -(-len(times) // MOST_TIMES)][::-1].copy()

    @cached_property
    def cargo(self) -> Cargo:
        """The members as the engine of the page reads them, every input as in the file."""
        start = self.program.initial_time
        paths = {n: TimePath.level(self.program.constants[n], start) for n in self.sliders}
        size = self.members if self.drawn else 1
        try:
            return cargo_of(self.program, Batch(self.drawn, paths, size), self.charted, self.times)
        except ValueError as error:
            raise StudyError([Fault(self.file, None, "", str(error))]) from None

    def _shown(self) -> dict[str, Any]:
        """Return what the page is told."""
        extent = self._extent()
        controls, levers = self._controls()
        english, chinese = both("page.inputs")
        return {
            "kind": "model",
            "groups": [{"title": english, "title_zh": chinese, "controls": controls}],
            "panels": [
                _panel(self._title(name), float(self.times[-1]), ends)
                for name, ends in zip(self.charted, extent, strict=True)
            ],
            "outcomes": {"years": [], "rows": []},
            "years": self.times.tolist(),
            "gap": float(np.diff(self.times).max(initial=0.0)) or 1.0,
            "moves": None,
            "quantiles": list(QUANTILES),
            "ranges": extent,
            "outside": [],
            "scenarios": [],
            "start": [control["start"] for control in controls],
            "step": 0.01,
            "saves": False,
            "source": self._source(),
            "page": {
                "sizes": dict(self.cargo.sizes), "reads": self._reads(), "levers": levers,
                "told": [], "language": self.language, "file": None,
                "about": {"title": self.file.stem, "title_zh": "", "date": self.date},
            },
        }  # fmt: skip

    def _title(self, name: str) -> str:
        return self.program.titles[self.program.names.index(name)]

    def _reads(self) -> list[dict[str, Any]]:
        """Return for each chart where its values stand: all outputs have the same times."""
        return [
            {
                "early": [], "measured": [float(self.times[-1])],
                "series": [{float(t): [(place, k)] for k, t in enumerate(self.times)}],
            }
            for place in range(len(self.charted))
        ]  # fmt: skip

    def _controls(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the sliders as they are shown, and as the engine knows them."""
        controls, levers = [], []
        for name, ends in self.sliders.items():
            title, own = self._title(name), self._input(name, ends)
            words = {"title": title, "title_zh": "", "meaning": title}
            cited = {"articles": [], "cited": {"zh": "", "en": ""}}
            controls.append({"lever": name, **words, **cited, **own})
            column = self.cargo.column(self.program.slot_of[name])
            levers.append({"name": name, "column": column, **own})
        return controls, levers

    def _input(self, name: str, ends: Range) -> dict[str, Any]:
        """Return a slider: its range, and the file's own value, at which it starts exactly."""
        value = self.program.constants[name]
        large = {lang: _large(lang) for lang in LARGE}
        return {"range": ends, "value": value, "start": _share(value, ends), "large": large}

    def _source(self) -> dict[str, Any]:
        nothing = {"title": "", "title_zh": ""}
        return {
            "members": int(self.cargo.sizes["members"]), "seed": self.seed, "fit": "",
            "model": self.program.source_sha256[:12], "file": self.file.name, "vintage": nothing,
            "base_year": 0, "base": nothing, "plan": nothing, "timing": [],
        }  # fmt: skip

    def _extent(self) -> list[list[float]]:
        """Return lowest and highest value of each output, every input as in the file."""
        size = int(self.cargo.sizes["members"])
        run = self.program.run(self.charted, self.times, parameters=self.drawn, members=size,
                               engine="numpy", integrator=self.program.integrator)  # fmt: skip
        finite = np.where(np.isfinite(run.values), run.values, 0.0)
        return [[float(values.min()), float(values.max())] for values in finite]


def _panel(title: str, last: float, ends: Sequence[float]) -> dict[str, Any]:
    """Return a chart that promises nothing: its fan, and the level at the end."""
    words = {lang: _unit(max(map(abs, ends)), lang) for lang in LARGE}
    return {
        "target": title, "title": title, "title_zh": "", "kind": "path", "sense": "level",
        "variable": title, "over": [], "years": [last], "threshold": 0.0, "line": None,
        "words": words, "said": "level", "actual": None, "points": [],
    }  # fmt: skip


def _unit(size: float, lang: Language) -> dict[str, Any]:
    """Return the word and factor in which numbers of some size are written."""
    word, one = next(((w, one) for w, one in LARGE[lang] if size >= one), ("", 1.0))
    return {"article": "", "factor": 1.0 / one, "short": "", "label": word, "large": _large(lang)}


def _large(lang: Language) -> list[tuple[str, float]]:
    """Return the words for large numbers as they stand behind a number."""
    gap = " " if lang == "en" else ""
    return [(f"{gap}{word}", one) for word, one in LARGE[lang]]


def _share(value: float, ends: Range) -> float:
    """Return how far a value lies between the ends of a slider, as it will stand."""
    low, high = ends
    return float(np.clip(round((value - low) / (high - low), 2), 0.0, 1.0))


def _ranges(program: LoadedProgram, file: Path, option: str, given: Ranges) -> dict[str, Range]:
    """Return ranges by the program's names.

    Raises
    ------
    StudyError
        A name that is no constant, a range that does not rise, or none about a value of nought.
    """
    found: dict[str, Range] = {}
    for name, ends in given.items():
        own = _variable(program, file, option, name)
        value = program.constants.get(own)
        what = ""
        if value is None or own in program.structural:
            what = f"{name} is no constant that may vary, expected one"
        elif ends is None and value == 0.0:
            what = f"{name} is 0 in the file, expected a range: {name}=LOW:HIGH"
        elif ends is not None and not ends[0] < ends[1]:
            what = f"the range of {name} is {ends[0]:g}:{ends[1]:g}, expected LOW below HIGH"
        elif ends is not None and not ends[0] <= value <= ends[1] and option == "--inputs":
            what = f"{name} is {value:g} in the file, outside of its range {ends[0]:g}:{ends[1]:g}"
        if what or value is None:
            raise StudyError([Fault(file, None, option, what)])
        around = sorted((value * (1.0 - WIDE), value * (1.0 + WIDE)))
        found[own] = ends or (around[0], around[1])
    return found


def _variable(program: LoadedProgram, file: Path, option: str, name: str) -> str:
    known = spellings(program)
    own = known.get(spelled(name))
    if not own:
        what = f"the model has no variable {name}{nearest(spelled(name), known)}"
        raise StudyError([Fault(file, None, option, what)])
    if len(own) > 1:
        what = f"{name} has several elements, expected one of them, such as {name}[a]"
        raise StudyError([Fault(file, None, option, what)])
    return next(iter(own))
