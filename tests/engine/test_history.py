"""Histories: runs that go on from one give the same bits as runs from the start, or are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path as File
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from qiantang.engine import Path, Program, load_model
from qiantang.engine.compiled import kernel, remembered
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.ir import Engine, Integrator
from qiantang.engine.stream import stream

MEMBERS = 2 * WIDTH + 5
TIMES = np.array([0.0, 2.0, 6.5, 7.0, 10.0])
OUTPUTS = ("level", "product", "late", "smoothed", "first", "exponent", "root")
EQUATIONS = """
lever = 0
drift = 1
exponent = 0.7
wait = 2
product = (1 + level) ^ exponent * EXP(0.1 * lever) * drift
level = INTEG(0.1 * product - 0.05 * late, 1)
late = DELAY FIXED(product, wait, 3)
smoothed = SMOOTH3(late, 2)
first = INITIAL(product * 2)
falling = INTEG(-0.3, 2.0)
root = falling ^ exponent + lever
noise = INTEG(RANDOM UNIFORM(0, 1, 7), 0)
"""


@pytest.fixture
def program(written: Callable[[str], File]) -> Program:
    return load_model(written(EQUATIONS))


def ramp(start: float, top: float) -> Path:
    """Return a lever that is nought up to a time."""
    return Path(np.array([start, start + 2.0]), np.array([0.0, top]))


def drift(members: int = MEMBERS) -> Path:
    """Return a path of each member's own."""
    values = 1 + 0.1 * np.random.default_rng(5).normal(size=(members, 3))
    return Path(np.array([0.0, 5.0, 10.0]), values)


def asked(**more: Any) -> dict[str, Any]:
    random = np.random.default_rng(3)
    parameters = {
        "exponent": random.uniform(0.1, 0.9, MEMBERS),
        "wait": random.choice([1.0, 2.0, 3.5], MEMBERS),
    }
    return {"parameters": parameters, "members": MEMBERS, **more}


def same(one: Any, other: Any) -> None:
    assert np.array_equal(one.values, other.values, equal_nan=True)
    assert np.array_equal(one.diverged, other.diverged)
    assert str(one.first_fault) == str(other.first_fault)


LEVERS = [ramp(6.0, 1.0), ramp(6.0, -2.0), ramp(7.0, 0.5)]
NAMES = (*OUTPUTS, "noise")


def paths_of(lever: Path) -> Mapping[str, Path]:
    return {"lever": lever, "drift": drift()}


@pytest.mark.parametrize("integrator", ["euler", "rk4"])
@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_runs_from_a_history_have_the_bits_of_runs_from_the_start(
    program: Program, engine: Engine, integrator: Integrator
) -> None:
    how = asked(engine=engine, integrator=integrator)
    each = [paths_of(lever) for lever in LEVERS]
    history = program.history(NAMES, TIMES, paths=each[0], beside=each[1:], **how)
    assert history.time == (6.5 if integrator == "euler" else 6.0)
    for paths in each:
        whole = program.run(NAMES, TIMES, paths=paths, **how)
        same(program.run(NAMES, TIMES, paths=paths, history=history, **how), whole)
        assert whole.diverged.any()
    later = [7.0, 8.0]
    known = program.run(NAMES, later, paths=each[1], **how)
    same(program.run(NAMES, later, paths=each[1], history=history, **how), known)


def test_a_history_goes_on_from_an_earlier_one(program: Program) -> None:
    paths = paths_of(LEVERS[0])
    early = program.history(NAMES, TIMES, until=3.0, paths=paths, **asked())
    late = program.history(NAMES, TIMES, until=6.0, paths=paths, history=early, **asked())
    whole = program.run(NAMES, TIMES, paths=paths, **asked())
    same(program.run(NAMES, TIMES, paths=paths, history=late, **asked()), whole)
    with pytest.raises(ValueError, match="reaches further"):
        program.history(NAMES, TIMES, until=2.0, paths=paths, history=late, **asked())


def test_threads_do_not_matter(program: Program) -> None:
    paths = paths_of(LEVERS[0])
    whole = program.run(NAMES, TIMES, paths=paths, threads=1, **asked())
    for made, used in ((1, 3), (3, 1), (2, 7)):
        history = program.history(NAMES, TIMES, until=6.0, paths=paths, threads=made, **asked())
        same(
            program.run(NAMES, TIMES, paths=paths, history=history, threads=used, **asked()), whole
        )


def test_blocks_of_a_stream_each_have_a_history(program: Program) -> None:
    how = asked()

    def draw(first: int, count: int) -> tuple[dict[str, Any], dict[str, Path]]:
        part = slice(first, first + count)
        own = drift()
        paths = {"lever": LEVERS[0], "drift": Path(own.times, np.asarray(own.values)[part])}
        return {name: values[part] for name, values in how["parameters"].items()}, paths

    whole = program.run(OUTPUTS, TIMES, paths=paths_of(LEVERS[0]), **how)
    for first, part in stream(program, OUTPUTS, TIMES, draw, MEMBERS, block=WIDTH + 3):
        count = part.values.shape[2]
        parameters, paths = draw(first, count)
        given: dict[str, Any] = {"parameters": parameters, "members": count, "paths": paths}
        history = program.history(OUTPUTS, TIMES, until=5.0, **given)
        again = program.run(OUTPUTS, TIMES, history=history, **given)
        assert np.array_equal(again.values, part.values, equal_nan=True)
        if first == 0:  # the draws of the noise apart, members are as in the whole
            assert np.array_equal(again.values, whole.values[:, :, :count], equal_nan=True)


def test_the_parting_is_found_from_the_inputs(program: Program) -> None:
    def reached(first: Mapping[str, Path], *others: Mapping[str, Path], **more: Any) -> float:
        reached: float = program.history(
            NAMES, TIMES, paths=first, beside=others, **asked(**more)
        ).time
        return reached

    base = paths_of(LEVERS[0])
    assert reached(base, paths_of(LEVERS[2])) == 6.5  # the first step at which a value differs
    assert reached(base, base) == 10.0
    assert reached(base, paths_of(LEVERS[2]), until=4.0) == 4.0
    assert reached(base, paths_of(ramp(-2.0, 1.0))) == 0.0
    moved = np.array(drift().values)
    moved[7, 2] += 1e-12  # one member, towards the last knot
    other = {"lever": LEVERS[0], "drift": Path(drift().times, moved)}
    assert 5.0 < reached(base, other) <= 6.0
    # The same values written with other knots are the same values.
    knots = np.array([0.0, 10.0])
    flat = {"lever": Path(knots, np.zeros(2)), "drift": drift()}
    assert reached({"lever": Path([0.0], [0.0]), "drift": drift()}, flat) == 10.0


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_wrong_history_is_refused(program: Program, engine: Engine) -> None:
    how = asked(engine=engine)
    paths = paths_of(LEVERS[0])
    history = program.history(NAMES, TIMES, until=6.0, paths=paths, **how)

    def refused(match: str, names: Any = NAMES, times: Any = TIMES, **more: Any) -> None:
        with pytest.raises(ValueError, match=match):
            program.run(names, times, **(how | {"paths": paths, "history": history} | more))

    changed = how["parameters"] | {"exponent": how["parameters"]["exponent"].copy()}
    changed["exponent"][3] = np.nextafter(changed["exponent"][3], 1)
    refused("exponent differs", parameters=changed)
    refused("lever differs", paths=paths_of(ramp(5.0, 1.0)))
    refused("another list of variables", paths={"lever": LEVERS[0]})
    refused("another list of outputs", names=NAMES[:2])
    refused("another engine", engine="numpy" if engine == "kernel" else "kernel")
    refused("another integrator", integrator="rk4")
    refused("another time step", time_step=0.25)
    refused("did not save time 3", times=[3.0, 10.0])
    refused("ends before the history", times=[2.0])
    refused("takes no history", engine="pysd")


def test_arrays_changed_in_place_are_noticed(program: Program) -> None:
    how, paths = asked(), paths_of(LEVERS[0])
    history = program.history(NAMES, TIMES, until=6.0, paths=paths, **how)
    how["parameters"]["exponent"][0] += 0.1
    with pytest.raises(ValueError, match="exponent differs"):
        program.run(NAMES, TIMES, paths=paths, history=history, **how)


def test_a_careful_step_before_the_parting_leaves_the_same_bits(program: Program) -> None:
    """Past 6.67 the root's base is negative: the block goes by careful steps from there on."""
    paths = paths_of(ramp(8.0, 1.0))
    times = np.arange(0.0, 10.5, 0.5)
    whole = program.run(NAMES, times, paths=paths, **asked())
    for until in (6.0, 6.5, 7.0, 7.5, 8.0):
        history = program.history(NAMES, times, until=until, paths=paths, **asked())
        same(program.run(NAMES, times, paths=paths, history=history, **asked()), whole)


def test_an_odd_exponent_takes_careful_steps_all_along(program: Program) -> None:
    how = asked()
    how["parameters"]["exponent"][WIDTH + 1] = np.inf
    mine = program.run(["product"], TIMES, paths=paths_of(LEVERS[0]), **how)
    theirs = program.run(["product"], TIMES, paths=paths_of(LEVERS[0]), engine="numpy", **how)
    assert np.allclose(mine.values, theirs.values, rtol=1e-13, atol=0, equal_nan=True)
    assert np.array_equal(mine.diverged, theirs.diverged)


def test_a_history_needs_an_end(program: Program) -> None:
    with pytest.raises(ValueError, match="neither a time nor other runs"):
        program.history(NAMES, TIMES)
    with pytest.raises(ValueError, match="do not replace the same variables"):
        program.history(NAMES, TIMES, paths={"lever": LEVERS[0]}, beside=[{}])
    with pytest.raises(ValueError, match="keeps no history"):
        program.history(NAMES, TIMES, until=1.0, engine="pysd")
    with pytest.raises(ValueError, match="not on the time grid"):
        program.history(NAMES, TIMES, until=1.1)


def test_a_history_kept_on_disk_is_that_of_its_inputs_alone(
    written: Callable[[str], File], tmp_path: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANTANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "WORTH", 1)
    program = load_model(written("a = 3\nc = 1\nb = INTEG(a * c, 0)"))
    ran: list[int] = []
    real = kernel.checkpoint_members
    monkeypatch.setattr(
        kernel, "checkpoint_members", lambda *given, **o: (ran.append(1), real(*given, **o))[1]
    )

    def last(a: float, *, members: int = 20) -> npt.NDArray[np.float64]:
        given = {"parameters": {"a": np.linspace(a, 9, members)}, "members": members,
                 "paths": {"c": Path(np.array([0.0, 2.0]), np.array([1.0, 2.0]))}}  # fmt: skip
        shared = program.history(["b"], [0.5, 2.0], until=1.0, keep=True, **given)
        kept = program.run(["b"], [0.5, 2.0], history=shared, **given).values
        assert kept.tobytes() == program.run(["b"], [0.5, 2.0], **given).values.tobytes()
        return kept

    first = last(1.0)
    assert len(ran) == 1
    assert np.array_equal(last(1.0), first)
    assert len(ran) == 1  # taken from the disk
    assert not np.array_equal(last(np.nextafter(1.0, 2)), first)
    last(1.0, members=21)
    assert len(ran) == 3
    for file in (tmp_path / "cache" / remembered.HISTORIES).iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert np.array_equal(last(1.0), first)
    assert len(ran) == 4  # what is damaged is run again
