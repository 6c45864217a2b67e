"""The command line: one verb a module in `qiantang.commands`, every refusal in plain sentences."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from io import StringIO
from itertools import pairwise
from typing import Any, NoReturn

import click

from qiantang.commands.options import GIVEN, LANGUAGE, group_lang_option

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


class Spoken(click.Context):
    """A verb at work: it takes the language that the program was given, and helps in it."""

    def __init__(
        self, command: click.Command, parent: click.Context | None = None, **settings: Any
    ) -> None:
        if parent is not None and GIVEN in parent.meta:
            settings["default_map"] = {"lang": parent.meta[GIVEN]}
        super().__init__(command, parent, **settings)

    def get_help(self) -> str:
        """Return the page of help in the language asked for."""
        if self.find_root().meta.get(LANGUAGE) != "zh":
            return super().get_help()
        from qiantang.commands.helppage import page

        return page(self)


class Verbs(click.Group):
    """The group of verbs, in the order given and loaded one at a time."""

    context_class = Spoken

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
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            self.refuse(error, ctx)

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
            self.refuse(error, ctx)

    def refuse(self, error: click.UsageError, ctx: click.Context) -> NoReturn:
        """Say in the language asked for how the command line is misused, and stop."""
        lang = ctx.meta[LANGUAGE]
        if lang == "en":
            raise error
        from qiantang.wording.language import phrase
        from qiantang.wording.refusals import in_chinese

        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            click.echo(error.format_message(), err=True)
            ctx.exit(error.exit_code)
        help_of = error.ctx.command_path if error.ctx else ctx.command_path
        said = in_chinese(_named(error))
        click.echo(phrase("usage.see", lang, said=said, command=help_of), err=True)
        ctx.exit(error.exit_code)


def _named(error: click.UsageError) -> str:
    """Return what is wrong, the argument under its name on the Chinese page."""
    from qiantang.wording.helped import filled

    message = error.format_message()
    param = getattr(error, "param", None)
    hint = "" if param is None or error.ctx is None else param.get_error_hint(error.ctx)
    return message.replace(hint, filled(hint), 1) if hint else message


def _with_language(command: click.Command) -> None:
    """Let every verb be asked in a language, and every part of a verb that has parts."""
    command.context_class = Spoken
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _with_language(part)
    if all(one.name != "lang" for one in command.params):
        from qiantang.commands.options import LANGUAGE_OPTION

        command.params.append(LANGUAGE_OPTION)


def _language(args: list[str]) -> str:
    """Return the language that a command line asks for last; what is none is refused elsewhere."""
    given = [
        word.partition("=")[2] if "=" in word else value
        for word, value in pairwise([*args, ""])
        if word.partition("=")[0] == "--lang"
    ]
    return "zh" if given[-1:] == ["zh"] else "en"


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qiantang", prog_name="qiantang")
@group_lang_option
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
    try:
        program(prog_name="qiantang")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        from qiantang.faults import Fault
        from qiantang.wording.refusals import told

        fault = Fault("stdout", None, "", f"cannot be written: {error.strerror}")
        sys.stdout = StringIO()  # nothing more is flushed into the full one
        click.echo(told(fault, _language(sys.argv[1:])), err=True)
        sys.exit(2)
