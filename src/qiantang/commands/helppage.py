"""The page of `--help` in Chinese: what click lays out in English, of the words of `help.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.cells import cell_len

from qiantang.charts.kinds import KINDS
from qiantang.wording import helped


def usage(ctx: click.Context) -> list[str]:
    """Return the lines of what stands on the command line."""
    head = f"{helped.helped().words['usage']}{ctx.command_path} "
    pieces = helped.filled(" ".join(ctx.command.collect_usage_pieces(ctx)))
    wide = cell_len(head)
    lines = helped.lines(pieces, _room(ctx) - wide)
    return [(" " * wide if place else head) + line for place, line in enumerate(lines)]


def page(ctx: click.Context) -> str:
    """Return the whole page."""
    verb, room = verb_of(ctx), _room(ctx)
    kinds = helped.listed(
        [(helped.filled(kind.usage), helped.helped().kinds[name])
         for name, kind in KINDS.items() if kind.says], room,
    ) if verb == "chart" else []  # fmt: skip
    found = [*usage(ctx), ""]
    for part in helped.says(verb).split("\n"):
        found += kinds if part == "{kinds}" else [
            "  " + line if line else "" for line in helped.lines(part, room - 2)
        ]  # fmt: skip
    found += ["", helped.helped().words["options"], *helped.listed([*_options(ctx, verb)], room)]
    if isinstance(ctx.command, click.Group):
        names = ctx.command.list_commands(ctx)
        rows = [(name, helped.first_sentence(f"{verb} {name}".strip())) for name in names]
        found += ["", helped.helped().words["commands"], *helped.listed(rows, room)]
    return "\n".join(found)


def verb_of(ctx: click.Context) -> str:
    """Return the verb a page is of, with its part; empty for the program."""
    names: list[str] = []
    while ctx.parent is not None:
        names.insert(0, ctx.info_name or "")
        ctx = ctx.parent
    return " ".join(names)


def _room(ctx: click.Context) -> int:
    return ctx.make_formatter().width


def _options(ctx: click.Context, verb: str) -> Iterator[tuple[str, str]]:
    for option in ctx.command.get_params(ctx):
        record = option.get_help_record(ctx)
        if record is None or not isinstance(option, click.Option):
            continue
        text = helped.option_said(verb, max(option.opts, key=len))
        extra = record[1][len(option.help or "") :].strip()
        gap = " " if text[-1].isascii() else ""
        said = text + gap + helped.extra_said(extra) if extra else text
        yield helped.filled(record[0]), said
