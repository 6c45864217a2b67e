"""Which loops a question about a variable is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Program
from qiantang.loops.network import Network

Floats = npt.NDArray[np.float64]


class NoLoopError(ValueError):
    """A model, or what moves a variable, has no feedback loop."""


@dataclass(frozen=True)
class Question:
    """Loops that are asked for.

    Parameters
    ----------
    through : tuple of int
        Slots, one of which each loop passes; empty for all loops.
    asked : tuple of int
        Slots whose share of outside is told.
    note : str
        What a reader must know of it.
    named : tuple of str
        Further variables that the note names.
    """

    through: tuple[int, ...]
    asked: tuple[int, ...]
    note: str = ""
    named: tuple[str, ...] = ()


def question_of(network: Network, names: Sequence[str]) -> Question:
    """Return which loops a question about variables is about.

    A stock's loops are those that pass it. Those of any other variable pass it or what moves it
    directly. What lies on no loop is moved by the loops through what stands before it.

    Raises
    ------
    NoLoopError
        If the model has no loop, or none acts on the variables.
    """
    program = network.program
    on_loops = {end for edge in network.edges for end in edge}
    if not network.partitions:
        raise NoLoopError("the model has no feedback loop")
    if not names:
        stocks = tuple(sorted(slot for slot in on_loops if slot in program.state_of))
        return Question((), stocks or tuple(sorted(on_loops)))
    own = tuple(program.slot_of[name] for name in names)
    inside = tuple(slot for slot in own if slot in on_loops)
    if not inside:
        before = _before(network, own, on_loops)
        if not before:
            raise NoLoopError(f"no feedback loop acts on {', '.join(names)}")
        named = tuple(program.name_of[slot] for slot in before)
        told = f"{', '.join(names)} lies on no loop; these pass what moves it: {', '.join(named)}"
        return Question(before, before, told, named)
    causes = [a for a, b in network.edges if b in inside and b not in program.state_of]
    more = tuple(dict.fromkeys(slot for slot in causes if slot not in inside))
    named = tuple(program.name_of[slot] for slot in more)
    told = f"loops through {', '.join(names)} or what moves it directly: {', '.join(named)}"
    return Question(inside + more, inside, told if more else "", named)


def _before(network: Network, slots: Iterable[int], on_loops: set[int]) -> tuple[int, ...]:
    """Return the nearest variables on loops from which some slots follow."""
    found: dict[int, None] = {}
    seen: set[int] = set()
    todo = list(slots)
    while todo:
        slot = todo.pop(0)
        for cause in network.web.causes(slot):
            if cause in on_loops:
                found.setdefault(cause)
            elif cause not in seen:
                seen.add(cause)
                todo.append(cause)
    return tuple(found)


def instants(program: Program, times: Iterable[float]) -> Floats:
    """Return times as the ends of time steps: on the grid, after its beginning, each once."""
    step, begin = program.time_step, program.initial_time
    last = np.floor((program.final_time - begin) / step + 1e-9)
    numbers = np.rint((np.asarray(list(times), dtype=np.float64) - begin) / step)
    numbers = np.unique(numbers[(numbers >= 1) & (numbers <= last)])
    return np.asarray(begin + numbers * step, dtype=np.float64)
