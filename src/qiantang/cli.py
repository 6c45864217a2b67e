"""The command line: one verb a module in `qiantang.commands`, every refusal in plain sentences."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import pairwise
from typing import Any

import click

from qiantang.commands.options import LANGUAGE

#: Verbs in the order of a first visit. Each is a module of `qiantang.commands` with its own name.
VERBS = (
    "reach",
    "run",
    "sweep",
    "export",
    "compare",
    "discover",
    "check",
    "list",
    "articles",
    "evidence",
    "levers",
    "loops",
    "sensitivity",
    "solve",
    "robust",
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
        _with_language(command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Name the nearest verb when one is misspelt."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from qiantang.faults import nearest

            raise click.UsageError(f"no verb {args[0]!r}{nearest(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the language first: what is wrong with the rest is said in it, too."""
        ctx.meta[LANGUAGE] = _language(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Turn a study's faults into one line each and their exit code."""
        from qiantang.faults import StudyError

        lang = ctx.meta[LANGUAGE]
        try:
            return super().invoke(ctx)
        except StudyError as error:
            from qiantang.wording.refusals import told

            for fault in error.faults:
                click.echo(told(fault, lang), err=True)
            ctx.exit(error.exit_code)
        except click.UsageError as error:
            if lang == "en":
                raise
            from qiantang.wording.language import phrase
            from qiantang.wording.refusals import in_chinese

            help_of = error.ctx.command_path if error.ctx else ctx.command_path
            said = in_chinese(error.format_message())
            click.echo(phrase("usage.see", lang, said=said, command=help_of), err=True)
            ctx.exit(error.exit_code)


def _with_language(command: click.Command) -> None:
    """Let every verb be asked in a language, and every part of a verb that has parts."""
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _with_language(part)
    elif all(one.name != "lang" for one in command.params):
        from qiantang.commands.options import LANGUAGE_OPTION

        command.params.append(LANGUAGE_OPTION)


def _language(args: list[str]) -> str:
    """Return the language that a command line asks for; what is none is refused by its verb."""
    given = [word.partition("=")[2] for word in args if word.startswith("--lang=")]
    given += [value for word, value in pairwise(args) if word == "--lang"]
    return "zh" if "zh" in given else "en"


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qiantang", prog_name="qiantang")
def program() -> None:
    """Are a plan's targets reachable, how surely, under which levers?

    A study is a folder of plain files; one is bundled, and study.yaml tells what it is about.
    """


def main() -> None:
    """Run the command line; UTF-8 whatever the terminal's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if sys.argv[1:2] == ["chart"]:
        from qiantang.commands.lighter import no_dask  # xarray, which this verb loads anyway

        no_dask()
    program(prog_name="qiantang")
