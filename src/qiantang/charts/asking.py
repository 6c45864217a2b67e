"""What the command line asks of a kind of chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from qiantang.ensemble.runs import Runs, run_resolved
from qiantang.study import Study
from qiantang.sweep.named import read_named

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """One chart that is asked for.

    Parameters
    ----------
    study : Study
    name : str
        Variable, target or sector; empty where the kind asks for none.
    scenarios : tuple of str
        Names, files, or folders of sweeps; empty for those of the main job.
    lang : {"en", "zh"}
    year : int, optional
        Of a comparison.
    members, seed : int
    vintage : str, optional
    watch : callable
        Takes a number of steps, returns a context that yields what is told each of them.
    where : tuple of (str, str)
        Axes of a sweep and the values that its points must have.
    """

    study: Study
    name: str
    scenarios: tuple[str, ...]
    lang: str
    year: int | None
    members: int
    seed: int
    vintage: str | None
    watch: Callable[[int], AbstractContextManager[Say]]
    where: tuple[tuple[str, str], ...] = ()

    def run(self, extra: Sequence[str] = (), *, alone: bool = False) -> Runs:
        """Run the scenarios, the headlines and further variables saved.

        Parameters
        ----------
        extra : sequence of str
        alone : bool
            Whether the plan in full stands for the scenarios of the main job.
        """
        wanted = [*dict.fromkeys([*self.study.headlines, *extra])]
        main = self.study.about.scenarios.main
        chosen = self.scenarios or (main[-1:] if alone else main)
        read = read_named(self.study, chosen, dict(self.where))
        with self.watch(len(read)) as progress:
            return run_resolved(
                self.study, read, variables=wanted, progress=progress, members=self.members,
                seed=self.seed, vintage=self.vintage,
            )  # fmt: skip
