"""`qiantang sweep`: run a design into a folder, and go on where it was stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qiantang.commands import options
from qiantang.faults import FAILED
from qiantang.wording.language import Sentences
from qiantang.wording.refusals import in_language

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
            options.say("sweep.stopped", err=True, done=bar.done, chunks=bar.chunks)
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
    say, count = options.sentence, options.count
    scenarios, points = len(plan.scenarios), len(plan.points)
    file = plan.design.file
    title = Sentences(options.language()).choose(file.title, file.title_zh)
    same = count(cost.points - cost.cases)
    runs = {key: count(getattr(cost, key)) for key in ("runs", "cases", "members", "chunks")}
    each = {"points": count(cost.points), "scenarios": count(scenarios), "each": count(points)}
    time, rate = duration(cost.seconds), count(round(cost.rate))
    lines = [
        say("sweep.design", name=plan.design.name, title=title),
        say("sweep.runs", **runs),
        say("sweep.points", same=same, **each),
        say("sweep.time", time=time, rate=rate, workers=cost.workers),
        say("sweep.disk", size=weight(cost.size), free=weight(cost.free)),
    ]
    if cost.size > cost.free:
        lines.append(say("sweep.too_small"))
    return lines


def _tell_outcome(plan: SweepPlan, outcome: Outcome, bar: _Bar, as_json: bool) -> None:
    if outcome.lost:
        lost, cases = options.count(outcome.lost), options.count(len(plan.cases))
        options.say("sweep.lost", err=True, lost=lost, cases=cases)
    if as_json:
        options.print_json({
            "folder": str(outcome.folder), "runs": outcome.runs, "chunks": outcome.chunks,
            "computed": outcome.computed, "reused": outcome.reused,
            "damaged": list(outcome.damaged), "diverged": outcome.diverged,
            "lost": outcome.lost, "bytes": outcome.size,
        })  # fmt: skip
        return
    _say_outcome(outcome, bar)


def _say_outcome(outcome: Outcome, bar: _Bar) -> None:
    say, count = options.sentence, options.count
    pace, taken = count(round(bar.rate)), count(outcome.reused)
    rate = say("sweep.done.rate", rate=pace) if outcome.computed else ""
    reused = say("sweep.done.reused", reused=taken) if outcome.reused else ""
    counts = {key: count(getattr(outcome, key)) for key in ("runs", "chunks", "computed")}
    size, folder = weight(outcome.size), outcome.folder
    told = say("sweep.done", folder=folder, size=size, rate=rate, reused=reused, **counts)
    click.echo(told)
    if outcome.diverged:
        options.say("sweep.diverged", err=True, runs=count(outcome.diverged))


def weight(size: float) -> str:
    """Format a number of bytes."""
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {_UNITS[-1]}"


def duration(seconds: float) -> str:
    """Format a time in the two units that matter."""
    say, whole = options.sentence, round(seconds)
    if whole < 60:
        told = f"{max(seconds, 0.1):.2g}" if seconds < 10 else str(whole)
        return say("sweep.seconds", seconds=told)
    if whole < 3600:
        return say("sweep.minutes", minutes=whole // 60, seconds=whole % 60)
    return say("sweep.hours", hours=whole // 3600, minutes=whole % 3600 // 60)


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
            there, of = options.count(done), options.count(chunks)
            self._show(options.sentence("sweep.there", done=there, chunks=of))

    def finished(self, runs: int) -> None:
        """Move on by a chunk."""
        import time

        self.done, self.runs, self.fresh = self.done + 1, self.runs + runs, self.fresh + runs
        left = (self.total - self.runs) / max(self.rate, 1e-9)
        count, rate = options.count, options.count(round(self.rate))
        news = options.sentence("sweep.news", rate=rate, time=duration(left))
        self.bar.update(self.line, completed=self.runs, news=news)
        if self.plain and time.monotonic() - self.told >= 30:
            self.told = time.monotonic()
            so_far, total = count(self.runs), count(self.total)
            self._show(options.sentence("sweep.progress", runs=so_far, total=total, news=news))

    def say(self, line: str) -> None:
        """Tell one English sentence in the language asked for."""
        self._show(in_language(line, options.language()))

    def _show(self, line: str) -> None:
        self.bar.console.print(line, highlight=False, soft_wrap=True)
