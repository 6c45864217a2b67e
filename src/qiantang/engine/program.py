"""What a user holds: a program with its verbs, run it and keep a history of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from qiantang.engine.history import History
from qiantang.engine.history import history as make_history
from qiantang.engine.ir import Engine, Integrator, Program
from qiantang.engine.path import Path
from qiantang.engine.ready import Ready
from qiantang.engine.ready import ready as make_ready
from qiantang.engine.run import RunResult, run


class LoadedProgram(Program):
    """A model ready to run."""

    @classmethod
    def of(cls, program: Program, **changed: str) -> LoadedProgram:
        """Return a program with its verbs, some of its fields changed."""
        held = {field.name: getattr(program, field.name) for field in fields(Program)}
        return cls(**held | changed)

    def run(
        self,
        outputs: Sequence[str],
        times: npt.ArrayLike,
        *,
        parameters: Mapping[str, npt.ArrayLike] | None = None,
        paths: Mapping[str, Path] | None = None,
        members: int = 1,
        engine: Engine = "kernel",
        integrator: Integrator = "euler",
        time_step: float | None = None,
        threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
        out: npt.NDArray[np.float64] | None = None,
        history: History | None = None,
    ) -> RunResult:
        """Simulate members side by side.

        Parameters
        ----------
        outputs : sequence of str
            Variables wanted.
        times : array of shape (time,) [time unit of the model]
            Times wanted; each on the time grid.
        parameters : mapping of str to float or array of shape (members,)
            Values in place of the file's, constant over the run.
        paths : mapping of str to Path
            Values over time in place of the file's.
        members : int
            Number of members.
        engine : {"kernel", "scalar", "numpy", "auto", "pysd"}
            Compiled; plain floats, for one member; interpreted over arrays; whichever of these is
            done first; or PySD, one member at a time.
        integrator : {"euler", "rk4"}
            Euler as Vensim and PySD do it, or fourth-order Runge-Kutta.
        time_step : float, optional
            In place of the file's.
        threads : int, optional
            Threads of the kernel; all cores when left out. Does not change any bit.
        on_compile : callable, optional
            Told in one sentence before the kernel is compiled for the first time.
        out : array of shape (output, time, member), optional
            Where to put the values.
        history : History, optional
            Go on from there, with the same bits as from the start; see :meth:`history`.

        Returns
        -------
        RunResult
            Values of shape (output, time, member) and the members that diverged.

        Raises
        ------
        ValueError
            If a name is unknown, a time is off the grid, a shape does not fit, or the run does
            not share the history.
        Unsupported
            If the engine cannot do what the request needs.
        """
        return run(
            self,
            outputs,
            times,
            parameters=parameters or {},
            paths=paths or {},
            members=members,
            engine=engine,
            integrator=integrator,
            time_step=time_step,
            threads=threads,
            on_compile=on_compile,
            out=out,
            history=history,
        )

    def history(
        self,
        outputs: Sequence[str],
        times: npt.ArrayLike,
        *,
        until: float | None = None,
        beside: Sequence[Mapping[str, Path]] = (),
        parameters: Mapping[str, npt.ArrayLike] | None = None,
        paths: Mapping[str, Path] | None = None,
        members: int = 1,
        engine: Engine = "kernel",
        integrator: Integrator = "euler",
        time_step: float | None = None,
        threads: int | None = None,
        on_compile: Callable[[str], None] | None = None,
        history: History | None = None,
        keep: bool = False,
    ) -> History:
        """Run members up to a time once, for many runs that part only later.

        Parameters
        ----------
        outputs, times
            What the runs will save, as in :meth:`run`.
        until : float, optional
            Time to reach, on the time grid. [time unit of the model]
        beside : sequence of mapping of str to Path
            Paths of the other runs: the history ends where the first of them parts from ``paths``.
        history : History, optional
            An earlier one to go on from.
        keep : bool
            Keep a kernel's history from the start on disk, or take it from there.
        parameters, paths, members, engine, integrator, time_step, threads, on_compile
            As in :meth:`run`.

        Returns
        -------
        History
            To be given to :meth:`run`, which refuses it if any of its inputs differed before.

        Raises
        ------
        ValueError
            As :meth:`run`, or if neither a time nor other runs are given.
        """
        return make_history(
            self,
            outputs,
            times,
            until=until,
            beside=beside,
            parameters=parameters or {},
            paths=paths or {},
            members=members,
            engine=engine,
            integrator=integrator,
            time_step=time_step,
            threads=threads,
            on_compile=on_compile,
            history=history,
            keep=keep,
        )

    def ready(
        self,
        outputs: Sequence[str],
        times: npt.ArrayLike,
        *,
        varying: Sequence[str],
        parameters: Mapping[str, npt.ArrayLike] | None = None,
        paths: Mapping[str, Path] | None = None,
        members: int = 1,
        integrator: Integrator = "euler",
        time_step: float | None = None,
        history: History | None = None,
    ) -> Ready:
        """Lay members out once, for many runs by the kernel that differ in a few shared paths.

        Parameters
        ----------
        varying : sequence of str
            Paths, the same for all members, that each run will give anew.
        outputs, times, parameters, paths, members, integrator, time_step, history
            As in :meth:`run`.

        Returns
        -------
        Ready
            Its ``run`` takes the paths that vary, and gives the bits of :meth:`run`.

        Raises
        ------
        ValueError
            As :meth:`run`, or if a path that is to vary has a row a member.
        """
        return make_ready(
            self,
            outputs,
            times,
            varying=varying,
            parameters=parameters or {},
            paths=paths or {},
            members=members,
            integrator=integrator,
            time_step=time_step,
            history=history,
        )
