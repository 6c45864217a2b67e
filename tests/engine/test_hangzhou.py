"""The Hangzhou model, with values drawn within the limits of its file, against PySD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path as File
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pulses import PULSED
from pulses import on_step as nearest_step
from qiantang.benchmark.measure import request
from qiantang.benchmark.peers import Task, simlin_rate, worst
from qiantang.engine import LoadedProgram, Path, load_model
from qiantang.model.mdl import Dictionary, read_dictionary

HANGZHOU = File(__file__).parents[2] / "model" / "hangzhou.mdl"
MEMBERS = 8
TIMES = np.arange(2000.0, 2027.0)
KNOTS = np.array([2003.0, 2011.5, 2020.0])
Floats = npt.NDArray[np.float64]


@cache
def program() -> LoadedProgram:
    return load_model(HANGZHOU)


@cache
def dictionary() -> Dictionary:
    return read_dictionary(HANGZHOU)


def limits(name: str) -> tuple[float, float]:
    low, high = dictionary()[name].limits
    assert low is not None
    assert high is not None
    return low, high


def on_step(values: npt.ArrayLike) -> Floats:
    """Return the steps of the model nearest to some times."""
    return nearest_step(values, program().time_step)


class Asked(dict[str, Any]):
    """What is asked of a run; it has hundreds of arrays, so a report names the seed alone."""

    def __repr__(self) -> str:
        return f"Asked(paths of {sorted(self['paths'])}, of seed {self.seed})"

    seed: int = 0


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    """Draw values for all constants: some at an edge, some near the file's own, some anywhere.

    Hypothesis picks the edges, the spread of each member and the levers that follow a path; a seed
    that it picks fills in the rest, as there are hundreds of constants.
    """
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    spread = np.array(
        draw(st.lists(st.sampled_from([0.0, 0.01, 0.05, 0.2]), min_size=8, max_size=8))
    )
    names = sorted(program().constants)
    place = st.tuples(st.integers(0, MEMBERS - 1), st.booleans())
    edges = draw(st.dictionaries(st.sampled_from(names), place, max_size=8))
    levers = [item.identifier for item in dictionary().levers()]
    moved = draw(st.lists(st.sampled_from(levers), max_size=4, unique=True))
    parameters = {}
    for name in names:
        low, high = limits(name)
        middle = program().constants[name]
        values = middle + spread * (high - low) * random.uniform(-1, 1, MEMBERS)
        values = np.clip(values, low, high)
        if name in edges:
            member, upper = edges[name]
            values[member] = high if upper else low
        if name not in moved:
            parameters[name] = on_step(values) if name in PULSED else values
    # The repeat of a train of pulses: PySD begins one between two steps with the later step.
    parameters["one_year"] = np.full(MEMBERS, program().constants["one_year"])
    paths = {
        name: Path(KNOTS, random.uniform(*limits(name), (MEMBERS, len(KNOTS)))) for name in moved
    }
    asked = Asked(parameters=parameters, paths=paths, members=MEMBERS)
    asked.seed = seed
    return asked


def variables() -> list[str]:
    kinds = ("stock", "auxiliary")
    known = zip(program().names, program().kinds, strict=True)
    return [name for name, kind in known if kind in kinds]


def apart(ours: Floats, theirs: Floats) -> Floats:
    """Return the largest difference of each member, relative to the size of each variable."""
    size = np.maximum(np.abs(theirs).max(axis=1, keepdims=True), 1e-6)
    worst: Floats = np.max(np.abs(ours - theirs) / size, axis=(0, 1))
    return worst


def compare(asked: dict[str, Any], engines: tuple[str, ...]) -> int:
    """Compare engines with PySD; return the members that PySD carries through."""
    names = variables()
    wanted = [name for name in names if name not in asked["paths"]]
    reference = program().run(wanted, TIMES, engine="pysd", **asked).values
    whole = np.isfinite(reference).all(axis=(0, 1))
    for engine in engines:
        result = program().run(wanted, TIMES, engine=engine, **asked)  # type: ignore[arg-type]
        # PySD stops where a number is divided by nought; with the infinity of IEEE arithmetic a
        # member may go on, as where MAX(0, 1 - x / goal) takes a goal of nought back.
        assert not result.diverged[whole].any(), engine
        gaps = apart(result.values[:, :, whole], reference[:, :, whole])
        assert (gaps < 1e-9).all(), (engine, gaps)
    return int(whole.sum())


def _checked(examples: int, engines: tuple[str, ...]) -> None:
    carried: list[int] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def check(asked: Asked) -> None:
        carried.append(compare(asked, engines))

    check()
    assert len(carried) >= examples
    assert sum(carried) > MEMBERS * len(carried) / 2


@pytest.mark.slow
def test_some_draws_equal_pysd() -> None:
    _checked(3, ("numpy",))


@pytest.mark.slow
def test_a_thousand_draws_equal_pysd() -> None:
    _checked(125, ("numpy", "kernel"))


def drawn_task() -> Task:
    """Return two members with drawn constants, the headline stocks and the new years."""
    stocks = tuple(
        name for name, kind in zip(program().names, program().kinds, strict=True) if kind == "stock"
    )
    task = request(program(), HANGZHOU, stocks, tuple(TIMES.tolist()), 2)
    pulsed = {name: on_step(np.full(2, program().constants[name])) for name in PULSED}
    parameters = {**task.parameters, **pulsed}
    title = dict(zip(program().names, program().titles, strict=True))
    titles = tuple(title[name] for name in parameters)
    return replace(task, parameters=parameters, parameter_titles=titles)


def test_simlin_finds_the_same_numbers_for_drawn_constants() -> None:
    pytest.importorskip("simlin")
    task = drawn_task()
    ours = program().run(
        task.outputs, TIMES, parameters=task.parameters, members=2, engine="numpy"
    ).values  # fmt: skip
    assert worst(ours, simlin_rate(task, 2).values) < 1e-12


def test_a_pulse_between_two_steps_begins_with_the_nearer_one() -> None:
    """As Vensim's manual says and SDEverywhere does; with the later one crowding moves.

    Terminal 2 opens at 2010.44, between two steps.
    """
    task, step = drawn_task(), program().time_step
    opening = program().constants["terminal_two_opening"]
    assert 0.0 < opening - on_step(opening) < step / 2
    between, nearer, later = (
        program().run(
            task.outputs, TIMES, members=2, engine="numpy",
            parameters={**task.parameters, "terminal_two_opening": np.asarray(time)},
        ).values
        for time in (opening, on_step(opening), on_step(opening) + step)
    )  # fmt: skip
    assert np.array_equal(between, nearer)
    assert 1e-6 < worst(between, later) < 1e-2


def test_the_comparison_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    full: Callable[..., Any] = LoadedProgram.run

    def slightly_off(self: LoadedProgram, names: Any, times: Any, **asked: Any) -> Any:
        result = full(self, names, times, **asked)
        if asked["engine"] == "numpy":
            result.values[5, 20, 0] *= 1 + 1e-8
        return result

    monkeypatch.setattr(LoadedProgram, "run", slightly_off)
    pulsed = {name: on_step(program().constants[name]) for name in PULSED}
    one = {"parameters": pulsed, "paths": {}, "members": 1}
    with pytest.raises(AssertionError, match="numpy"):
        compare(one, ("numpy",))
