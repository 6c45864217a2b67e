"""The command line: one verb a module in `qiantang.commands`, every refusal in plain sentences."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any

import click

#: Verbs in the order of a first visit. Each is a module of `qiantang.commands` with its own name.
VERBS = (
    "reach",
    "run",
    "sweep",
    "export",
    "compare",
    "check",
    "articles",
    "evidence",
    "levers",
    "solve",
    "review",
    "learn",
    "new",
    "show",
    "chart",
    "memo",
    "simulate",
    "bench",
    "panel",
    "calibrate",
    "skill",
    "validate",
)


class Verbs(click.Group):
    """The group of verbs, in the order given and loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"qiantang.commands.{cmd_name}"), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Name the nearest verb when one is misspelt."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from qiantang.faults import nearest

            raise click.UsageError(f"no verb {args[0]!r}{nearest(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Turn a study's faults into one line each and their exit code."""
        from qiantang.faults import StudyError

        try:
            return super().invoke(ctx)
        except StudyError as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("qiantang"), prog_name="qiantang")
def program() -> None:
    """Are a plan's targets reachable, how surely, under which levers?

    A study is a folder of plain files; one is bundled, and study.yaml tells what it is about.
    """


def main() -> None:
    """Run the command line; UTF-8 whatever the terminal's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    program(prog_name="qiantang")
