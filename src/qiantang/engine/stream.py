"""Very many members, a block at a time: memory stays that of one block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qiantang.engine.path import Path
from qiantang.engine.program import LoadedProgram
from qiantang.engine.run import RunResult

BLOCK = 32_768
"""Members of a block unless told otherwise."""

Draw = Callable[[int, int], tuple[Mapping[str, npt.ArrayLike], Mapping[str, Path]]]
"""Given the first member and their number, returns parameters and paths of a block."""


def stream(
    program: LoadedProgram,
    outputs: Sequence[str],
    times: npt.ArrayLike,
    draw: Draw,
    members: int,
    *,
    block: int = BLOCK,
    **options: Any,
) -> Iterator[tuple[int, RunResult]]:
    """Simulate members a block at a time.

    Parameters
    ----------
    program : LoadedProgram
        The model.
    outputs : sequence of str
        Variables wanted.
    times : array of shape (time,) [time unit of the model]
        Times wanted.
    draw : callable
        Given the first member of a block and their number, returns the parameters and paths of
        these members, as :meth:`~qiantang.engine.program.LoadedProgram.run` takes them.
    members : int
        Number of members in all.
    block : int
        Members simulated at a time.
    **options
        Further options of :meth:`~qiantang.engine.program.LoadedProgram.run`.

    Yields
    ------
    first : int
        First member of the block.
    result : RunResult
        Of the block; its values are overwritten by the next block, so copy what is to stay.
    """
    width = len(np.atleast_1d(np.asarray(times)))
    kept = np.empty((len(outputs) * width * min(block, members),))
    for first in range(0, members, block):
        count = min(block, members - first)
        parameters, paths = draw(first, count)
        out = kept[: len(outputs) * width * count].reshape(len(outputs), width, count)
        yield (
            first,
            program.run(
                outputs, times, parameters=parameters, paths=paths, members=count, out=out,
                **options,
            ),
        )  # fmt: skip
