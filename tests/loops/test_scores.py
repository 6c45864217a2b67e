"""Scores against published figures, closed forms and each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qiantang.engine import load_model
from qiantang.engine.path import Path as TimePath
from qiantang.loops.asking import question_of
from qiantang.loops.cycles import elementary_cycles
from qiantang.loops.finding import Found, find_loops
from qiantang.loops.instants import Given, edge_scores
from qiantang.loops.network import network
from qiantang.loops.strength import scores_of, strengths

from .models import ARMS, BASS, DELAYED, write

RUN = {"engine": "numpy", "integrator": "euler"}


def raw_scores(file: Path, times: np.ndarray) -> dict[frozenset[str], np.ndarray]:
    """Return the score of every loop over time by the names on it."""
    program = load_model(file)
    woven = network(program)
    scores = edge_scores(program, woven, Given({}, {}, 1, RUN), times, ())
    found = {}
    for places in woven.partitions:
        cycles = elementary_cycles(woven.edges, places)
        assert cycles is not None
        values = np.array([scores_of(cycles.edges, cycles.begins, one) for one in scores.edges])
        for row in range(len(cycles)):
            names = frozenset(program.name_of[woven.edges[edge][0]] for edge in cycles[row])
            found[names] = values[:, row, 0]
    return found


def test_bass_has_the_scores_of_the_paper(tmp_path: Path) -> None:
    """Table 3 of Schoenberg, Davidsen and Eberlein (2020); the paper labels a step by its begin."""
    times = np.array([9.5, 9.5625, 9.625]) + 1 / 16
    found = raw_scores(write(tmp_path, BASS, 15, 1 / 16), times)
    (balancing,) = [s for names, s in found.items() if "potential_adopters" in names]
    (growing,) = [s for names, s in found.items() if "adopters" in names]
    np.testing.assert_allclose(balancing, [-9.958, -9358, -10.91], rtol=6e-4)
    np.testing.assert_allclose(growing, [11.46, 9806, 10.41], rtol=6e-4)
    share = growing / (growing - balancing)
    np.testing.assert_allclose(share, [0.535, 0.512, 0.488], atol=6e-4)


def test_a_loop_of_one_flow_scores_one_with_its_sign(tmp_path: Path) -> None:
    file = write(tmp_path, "S = INTEG(-leaving, 8)\nleaving = S / 3")
    (score,) = raw_scores(file, np.array([0.25, 1.0, 7.5])).values()
    np.testing.assert_allclose(score, -1.0, rtol=1e-12)


def test_three_parties_have_eight_loops(tmp_path: Path) -> None:
    """Three of their own, three pairs and two ways round, as the paper counts them."""
    assert len(raw_scores(write(tmp_path, ARMS), np.array([1.0]))) == 7
    woven = network(load_model(write(tmp_path, ARMS)))
    cycles = elementary_cycles(woven.edges, woven.partitions[0])
    assert cycles is not None
    assert len(cycles) == 8
    assert sorted(cycles.lengths) == [2, 2, 2, 4, 4, 4, 6, 6]


def test_what_a_delay_hides_is_one_link(tmp_path: Path) -> None:
    woven = network(load_model(write(tmp_path, DELAYED)))
    names = [tuple(woven.program.name_of[end] for end in edge) for edge in woven.edges]
    assert sorted(names) == [("correction", "level"), ("level", "seen"), ("seen", "correction")]


def scored(file: Path, members: int, gains: np.ndarray, engine: str = "kernel") -> Found:
    program = load_model(file)
    woven = network(program)
    push = TimePath(np.array([0.0, 10.0]), np.stack([gains, 2 * gains], axis=1))
    given = Given({"goal": 10 + gains}, {"push": push}, members, {**RUN, "engine": engine})
    question = question_of(woven, ["level"])
    times = np.arange(1, 41) * 0.25
    return find_loops(program, woven, given, times, through=question.through, asked=question.asked)


@pytest.mark.parametrize("engine", ["kernel", "numpy"])
def test_a_member_equals_its_single_run_bit_for_bit(tmp_path: Path, engine: str) -> None:
    file = write(tmp_path, DELAYED)
    gains = np.linspace(0.3, 2.0, 19)
    many = scored(file, 19, gains, engine)
    for member in (0, 7, 16, 18):
        alone = scored(file, 1, gains[[member]], engine)
        for ours, theirs in zip(many.loops, alone.loops, strict=True):
            assert ours.edges == theirs.edges
            assert ours.share[:, member].tobytes() == theirs.share[:, 0].tobytes()
        outside = many.scores.outside[:, 0, member]
        assert np.ascontiguousarray(outside).tobytes() == alone.scores.outside[:, 0, 0].tobytes()


def test_outside_is_told_where_it_moves_a_variable(tmp_path: Path) -> None:
    """The push rises by a step at time 2: there alone the level's flow is moved from outside."""
    program = load_model(write(tmp_path, DELAYED))
    woven = network(program)
    times = np.array([1.0, 2.0, 5.0])
    asked = question_of(woven, ["level"]).asked
    scores = edge_scores(program, woven, Given({}, {}, 1, RUN), times, asked)
    before, at, after = scores.outside[:, 0, 0]
    assert before == 0.0
    assert at > 0.5
    assert after == 0.0


def test_a_model_at_rest_has_no_strongest_loop(tmp_path: Path) -> None:
    program = load_model(write(tmp_path, "S = INTEG(-leaving, 0)\nleaving = S / 3"))
    woven = network(program)
    found = find_loops(program, woven, Given({}, {}, 1, RUN), np.array([1.0, 2.0]))
    assert found.loops[0].strongest.tolist() == [0.0, 0.0]
    assert not found.loops[0].share.any()


def test_sums_are_those_of_the_single_scores() -> None:
    chance = np.random.default_rng(5)
    edges = np.array([0, 1, 0, 2, 3, 1], dtype=np.int32)
    begins, shared = np.array([0, 2, 5, 6]), np.array([0, 1, 0])
    scores = chance.normal(size=(4, 37))
    core = np.array([True, False, True])
    total, inner, strongest = strengths(edges, begins, shared, core, scores)
    single = np.abs(scores_of(edges, begins, scores))
    np.testing.assert_allclose(total, single.sum(axis=0), rtol=1e-14)
    np.testing.assert_allclose(inner, single[core].sum(axis=0), rtol=1e-14)
    assert (strongest == single.argmax(axis=0)).all()
