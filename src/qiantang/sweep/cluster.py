"""Chunks on a Dask cluster: the same chunks, the same bytes, whoever computes them.

All talking is Dask's. The client alone writes; workers need qiantang in the same version and no
common disk. What all runs share travels once, as a worker plugin, so that a worker that joins late
has it too. A lost worker costs its chunks in hand, a lost scheduler those under way: they are sent
again.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from qiantang.ensemble.case import Case
from qiantang.faults import Fault, StudyError
from qiantang.sweep.identity import fingerprint
from qiantang.sweep.plan import Chunk, SweepPlan
from qiantang.sweep.sweeping import Computed, Executor
from qiantang.sweep.world import World

if TYPE_CHECKING:
    from distributed import Client

#: Seconds to wait for a scheduler, at first and after it was lost, unless told otherwise.
PATIENCE = 600.0
#: Seconds of one attempt to connect.
_ATTEMPT = 5.0
#: And of the very first, after which a user is told that nobody answers.
_FIRST = 1.5
#: Chunks sent ahead for each thread of the cluster.
_AHEAD = 2
#: Times that a chunk may lose its worker, before it is held to be the chunk's fault.
_LOSSES = 20
#: Seconds between two looks at whether the scheduler is still there.
_BLINK = 0.5
#: Seconds between two looks at what is done.
_PAUSE = 0.01

#: Sweeps that a worker serves side by side.
_KEPT = 4

_worlds: dict[str, World] = {}


class _LostError(Exception):
    """The scheduler is gone."""


def executor(
    address: str, say: Callable[[str], None] = lambda _: None, *, patience: float = PATIENCE
) -> Executor:
    """Return what computes chunks on a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, ``tcp://HOST:PORT``.
    say : callable
        Told when the scheduler is lost and found again.
    patience : float
        How long to wait for a scheduler. [s]

    Raises
    ------
    StudyError
        If the extra is not installed, or the address is none.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        what = "Dask is not installed; install the extra: pip install 'qiantang[cluster]'"
        raise StudyError([Fault(address, None, "--scheduler", what)]) from None
    if "://" not in address:
        what = "is no address, expected tcp://HOST:PORT"
        raise StudyError([Fault(address, None, "--scheduler", what)])

    def execute(plan: SweepPlan, todo: list[Chunk]) -> Iterator[Computed]:
        missing = {chunk.number: chunk for chunk in todo}
        losses: dict[int, int] = {}
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a loss is told in a sentence
        while missing:
            client = _connected(address, patience, say)
            try:
                for number, content, diverged in _through(client, plan, missing, losses):
                    yield missing.pop(number), content, diverged
            except _LostError:
                say(f"the scheduler at {address} is lost; {len(missing)} chunks wait for it")
            finally:
                _close(client)

    return execute


def _connected(address: str, patience: float, say: Callable[[str], None]) -> Client:
    """Connect, and try again until patience ends."""
    from distributed import Client

    connect: Any = Client  # Dask's own types leave it open
    until = time.monotonic() + patience
    told = False
    while True:
        try:
            client: Client = connect(
                address, timeout=min(_ATTEMPT if told else _FIRST, patience), set_as_default=False
            )
        except (OSError, TimeoutError) as error:
            if time.monotonic() > until:
                what = f"no scheduler answers after {patience:g} s: {error}"
                raise StudyError([Fault(address, None, "--scheduler", what)]) from None
            if not told:
                say(f"no scheduler answers at {address}; waiting for one up to {patience:g} s")
            told = True
            time.sleep(_BLINK)
            continue
        info = client.scheduler_info(n_workers=-1)["workers"]
        threads = sum(worker["nthreads"] for worker in info.values())
        say(f"connected to {address}: {len(info)} workers, {threads} threads")
        return client


def _close(client: Any) -> None:
    """Take leave; a scheduler that is gone takes no leave."""
    import contextlib

    with contextlib.suppress(Exception):
        client.close(timeout=2)


def _through(
    client: Client, plan: SweepPlan, missing: dict[int, Chunk], losses: dict[int, int]
) -> Iterator[tuple[int, bytes, int]]:
    """Send chunks through one connection, as many ahead as the cluster has threads.

    Raises
    ------
    _LostError
        If the scheduler goes away.
    StudyError
        If a chunk fails, or a worker runs other code.
    """
    key = plan.chunks[0].address
    mark = fingerprint()
    waiting = deque(missing.values())
    under_way: dict[Any, tuple[Any, Chunk]] = {}
    _install(client, key, plan.world)
    looked = time.monotonic()
    threads = _threads(client)
    while waiting or under_way:
        if time.monotonic() - looked > _BLINK:
            looked = time.monotonic()
            _look(client)
            threads = _threads(client)
        while waiting and len(under_way) < max(1, _AHEAD * threads):
            chunk = waiting.popleft()
            future = client.submit(
                _compute, key, mark, chunk.cases, chunk.first, plan.keep,
                key=f"qiantang-{chunk.address[:32]}-{losses.get(chunk.number, 0)}",
                pure=False, retries=_LOSSES,
            )  # fmt: skip
            under_way[future.key] = future, chunk
        time.sleep(_PAUSE)
        for future, chunk in [pair for pair in under_way.values() if pair[0].done()]:
            _look(client)
            del under_way[future.key]
            result = _result(future, chunk, losses)
            if result is None:
                waiting.append(chunk)
            else:
                yield (chunk.number, *result)


def _result(future: Any, chunk: Chunk, losses: dict[int, int]) -> tuple[bytes, int] | None:
    """Return what a chunk gave, None if it must be sent again.

    Raises
    ------
    _LostError, StudyError
    """
    from distributed import KilledWorker

    if future.status == "finished":
        refusal, content, diverged = future.result()
        if refusal:
            raise StudyError([Fault("cluster", None, "--scheduler", refusal)])
        return content, diverged
    error = future.exception() if future.status == "error" else None
    if error is not None and not isinstance(error, KilledWorker):
        what = f"chunk {chunk.number} failed on a worker: {type(error).__name__}: {error}"
        raise StudyError([Fault("cluster", None, "--scheduler", what)])
    losses[chunk.number] = losses.get(chunk.number, 0) + 1
    if losses[chunk.number] > _LOSSES:
        what = f"chunk {chunk.number} lost its worker {_LOSSES} times, memory may be short there"
        raise StudyError([Fault("cluster", None, "--scheduler", what)])
    return None


def _look(client: Client) -> None:
    """Find out whether the scheduler is still there."""
    if client.status not in ("running",):
        raise _LostError


def _threads(client: Client) -> int:
    """Return the threads of the cluster as the client last heard of them."""
    info = client.scheduler_info(n_workers=-1)["workers"]
    return sum(worker["nthreads"] for worker in info.values())


def _install(client: Client, key: str, world: World) -> None:
    """Give every worker, now and later, what all runs share."""
    from distributed import WorkerPlugin

    class Share(WorkerPlugin):  # type: ignore[misc, unused-ignore]
        """Puts a world where the worker's chunks look for it."""

        name = f"qiantang-{key[:32]}"

        def setup(self, worker: Any) -> None:
            from qiantang.sweep import cluster

            cluster.take(key, world)

    try:
        client.register_plugin(Share())
    except (OSError, TimeoutError):
        raise _LostError from None
    except Exception as error:  # whatever went wrong on the worker comes back as itself
        what = f"a worker cannot load the sweep: {type(error).__name__}: {error}"
        raise StudyError([Fault("cluster", None, "--scheduler", what)]) from error


def take(key: str, world: World) -> None:
    """Keep a world in a worker, in place of the oldest one."""
    while len(_worlds) >= _KEPT:
        del _worlds[next(iter(_worlds))]
    _worlds[key] = world


def _compute(
    key: str, mark: str, cases: tuple[Case, ...], first: int, keep: str
) -> tuple[str, bytes, int]:
    """Compute a chunk on a worker; return a refusal, or an empty one and the chunk."""
    from qiantang.sweep.chunks import chunk_bytes

    if fingerprint() != mark:
        from distributed import get_worker

        what = (f"the worker {get_worker().address} runs another version of qiantang or its "
                "libraries; install the same there")  # fmt: skip
        return what, b"", 0
    content, diverged = chunk_bytes(_worlds[key], cases, first, keep)
    return "", content, diverged
