"""`qiantang sweep`: run a design into a folder, and go on where it was stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.faults import FAILED

if TYPE_CHECKING:
    from qiantang.sweep.estimate import Estimate
    from qiantang.sweep.plan import SweepPlan
    from qiantang.sweep.sweeping import Executor, Outcome

#: Exit code after Ctrl-C, as shells have it.
STOPPED = 130

_UNITS = ("B", "kB", "MB", "GB", "TB")


@click.command()
@click.argument("design")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the results: new, or one that this sweep began.",
)
@click.option("--dry-run", is_flag=True, help="Tell runs, time and disk; write nothing.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Threads of this machine.  [default: all cores]"
)
@click.option(
    "--scheduler",
    metavar="tcp://HOST:PORT",
    help="Send the chunks to a Dask cluster; needs the extra [cluster].",
)
@click.option(
    "--reuse",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    metavar="DIR",
    help="Take chunks that ask the same from another sweep's folder; may be repeated.",
)
@options.fit_option
@options.study_option
@options.json_option
def sweep(
    design: str,
    out: Path | None,
    dry_run: bool,
    workers: int | None,
    scheduler: str | None,
    reuse: tuple[Path, ...],
    fit: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Run a DESIGN: a grid or sample over levers and uncertainties, scenarios and members.

    DESIGN is a name under scenarios/sweeps or the path of a file. Stopped at any moment, by
    whatever, the same command goes on; the result is the same to the byte. Exits with 1 if every
    member of a case diverged.
    """
    from qiantang.session import open_study
    from qiantang.sweep.designs import read_design
    from qiantang.sweep.plan import plan_sweep

    if out is None and not dry_run:
        raise click.UsageError("say where the results go: --out DIR, or --dry-run")
    study = open_study(folder, fit=fit)
    plan = plan_sweep(read_design(design, study), study)
    if dry_run:
        _tell_cost(plan, workers, out, as_json)
        return
    from qiantang.sweep.sweeping import run_sweep

    assert out is not None
    with _Bar(plan.design.name) as bar:
        execute = _executor(workers, scheduler, bar)
        try:
            outcome = run_sweep(plan, out, execute, reuse=reuse, watch=bar)
        except KeyboardInterrupt:
            bar.close()
            click.echo(f"stopped; {bar.done} of {bar.chunks} chunks are written, "
                       "the same command goes on from there", err=True)  # fmt: skip
            sys.exit(STOPPED)
    _tell_outcome(plan, outcome, bar, as_json)
    if outcome.lost:
        sys.exit(FAILED)


def _executor(workers: int | None, scheduler: str | None, bar: _Bar) -> Executor:
    if scheduler is None:
        from qiantang.sweep import local

        return local.executor(workers, bar.say)
    if workers is not None:
        raise click.UsageError("--workers counts threads of this machine, a cluster has its own")
    from qiantang.sweep import cluster

    return cluster.executor(scheduler, bar.say)


def _tell_cost(plan: SweepPlan, workers: int | None, out: Path | None, as_json: bool) -> None:
    from dataclasses import asdict

    from qiantang.sweep.estimate import estimate

    cost = estimate(plan, workers, out)
    if as_json:
        options.print_json(asdict(cost))
        return
    for line in _cost_lines(plan, cost):
        click.echo(line)


def _cost_lines(plan: SweepPlan, cost: Estimate) -> list[str]:
    scenarios, points = len(plan.scenarios), len(plan.points)
    lines = [
        f"{plan.design.name}: {plan.design.file.title}",
        f"runs   {cost.runs:,} = {cost.cases:,} cases x {cost.members:,} members, "
        f"in {cost.chunks:,} chunks",
        f"points {cost.points:,} = {scenarios:,} scenarios x {points:,} points; "
        f"{cost.points - cost.cases:,} ask what another asks",
        f"time   {duration(cost.seconds)} at {cost.rate:,.0f} runs/s, {cost.workers} threads",
        f"disk   {weight(cost.size)}, {weight(cost.free)} free",
    ]
    if cost.size > cost.free:
        lines.append("the disk is too small for this sweep")
    return lines


def _tell_outcome(plan: SweepPlan, outcome: Outcome, bar: _Bar, as_json: bool) -> None:
    if outcome.lost:
        click.echo(
            f"every member diverged in {outcome.lost:,} of {len(plan.cases):,} cases, which have "
            "no result",
            err=True,
        )
    if as_json:
        options.print_json({
            "folder": str(outcome.folder), "runs": outcome.runs, "chunks": outcome.chunks,
            "computed": outcome.computed, "reused": outcome.reused,
            "damaged": list(outcome.damaged), "diverged": outcome.diverged,
            "lost": outcome.lost, "bytes": outcome.size,
        })  # fmt: skip
        return
    click.echo(
        f"{outcome.folder}: {outcome.runs:,} runs in {outcome.chunks:,} chunks, "
        f"{weight(outcome.size)}; {outcome.computed:,} chunks computed now"
        + (f" at {bar.rate:,.0f} runs/s" if outcome.computed else "")
        + (f", {outcome.reused:,} taken over" if outcome.reused else "")
    )
    if outcome.diverged:
        click.echo(f"{outcome.diverged:,} runs diverged and are flagged", err=True)


def weight(size: float) -> str:
    """Format a number of bytes."""
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {_UNITS[-1]}"


def duration(seconds: float) -> str:
    """Format a time in the two units that matter."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(seconds, 0.1):.2g} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _Bar:
    """The progress of a sweep: a bar on a terminal, now and then a line in a file."""

    def __init__(self, task: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(),
                   TextColumn("{task.percentage:3.0f} %  {task.fields[news]}"))  # fmt: skip
        screen = Console(stderr=True)
        self.plain = not screen.is_terminal
        self.bar = Progress(*columns, console=screen, transient=True, disable=self.plain)
        self.line = self.bar.add_task(task, total=None, news="")
        self.chunks = self.done = self.total = self.runs = self.fresh = 0
        self.since = self.told = 0.0

    def __enter__(self) -> _Bar:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        self.bar.stop()

    @property
    def rate(self) -> float:
        """Runs a second since the first chunk was begun."""
        import time

        return self.fresh / max(time.monotonic() - self.since, 1e-9)

    def begun(self, chunks: int, done: int, runs: int, runs_done: int) -> None:
        """Begin the bar."""
        import time

        self.chunks, self.done, self.total, self.runs = chunks, done, runs, runs_done
        self.since = self.told = time.monotonic()
        self.bar.update(self.line, total=runs, completed=runs_done)
        if done:
            self.say(f"{done:,} of {chunks:,} chunks are there already")

    def finished(self, runs: int) -> None:
        """Move on by a chunk."""
        import time

        self.done, self.runs, self.fresh = self.done + 1, self.runs + runs, self.fresh + runs
        left = (self.total - self.runs) / max(self.rate, 1e-9)
        news = f"{self.rate:,.0f} runs/s, {duration(left)} left"
        self.bar.update(self.line, completed=self.runs, news=news)
        if self.plain and time.monotonic() - self.told >= 30:
            self.told = time.monotonic()
            self.say(f"{self.runs:,} of {self.total:,} runs, {news}")

    def say(self, line: str) -> None:
        """Tell one sentence."""
        self.bar.console.print(line, highlight=False, soft_wrap=True)
