"""Which loops a question about a variable is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qiantang.engine.ir import Program
from qiantang.loops.network import Network
from qiantang.wording.told import Row, Told

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
    """

    through: tuple[int, ...]
    asked: tuple[int, ...]
    note: str = ""


def question_of(
    network: Network, names: Sequence[str], called: Callable[[str], str] = str
) -> Question:
    """Return which loops a question about variables is about.

    A stock's loops are those that pass it. Those of any other variable pass it or what moves it
    directly. What lies on no loop is moved by the loops through what stands before it. What is
    told of it calls a variable as `called` does.

    Raises
    ------
    NoLoopError
        If the model has no loop, or none acts on the variables.
    """

    def listed(names: Sequence[str]) -> str:
        return Row(map(called, names))

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
        return Question(before, before, Told("loops.note.outside", names=listed(names),
                                             before=listed(_names(program, before))))  # fmt: skip
    causes = [a for a, b in network.edges if b in inside and b not in program.state_of]
    more = tuple(dict.fromkeys(slot for slot in causes if slot not in inside))
    direct = listed(_names(program, more))
    told = Told("loops.note.through", names=listed(names), direct=direct) if more else ""
    return Question(inside + more, inside, told)


def _names(program: Program, slots: Iterable[int]) -> list[str]:
    return [program.name_of[slot] for slot in slots]


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
