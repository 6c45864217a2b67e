"""One flag for one thing over all verbs: every fit can be named, no file is replaced unasked."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from qiantang.cli import program

#: Verbs that ask no fit, and why.
WITHOUT_FIT = {
    "articles": "the plan", "list": "it lists the fits", "show": "a scenario file",
    "new scenario": "a file", "new schemas": "files", "new study": "files",
    "discover": "a sweep says which", "export sweep": "a sweep says which",
    "simulate": "a model file", "bench": "the kernel",
    "calibrate": "it makes one", "skill": "it makes its own",
}  # fmt: skip
#: Verbs that write without asking, and why.
WITHOUT_FORCE = {
    "sweep": "goes on in its folder", "bench": "puts tables between the marks of a file",
}  # fmt: skip
#: Flags that name a file which is written, and those whose file is read.
WRITES = {"--out", "--memo", "--numbers", "--picture", "--regrets", "--write"}
READS = {"--study", "--template", "--reference-doc", "--effort", "--model", "--add", "--reuse",
         "--data", "--sdeverywhere"}  # fmt: skip
#: Flags of which there is one kind, whatever the verb.
ONE_KIND = {"--study", "--fit", "--force", "--members", "--seed", "--vintage", "--lang", "--json",
            "--base", "--where", "--numbers", "--quick"}  # fmt: skip


def verbs() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program)
    for name in program.list_commands(context):
        verb = program.get_command(context, name)
        assert verb is not None
        if isinstance(verb, click.Group):
            yield from ((f"{name} {part}", one) for part, one in verb.commands.items())
        else:
            yield name, verb


ALL = dict(verbs())


def flags(verb: click.Command) -> dict[str, click.Option]:
    return {flag: one for one in verb.params if isinstance(one, click.Option) for flag in one.opts}


@pytest.mark.parametrize("name", ALL)
def test_a_verb_that_uses_a_fit_takes_its_name(name: str) -> None:
    assert ("--fit" in flags(ALL[name])) == (name not in WITHOUT_FIT)


@pytest.mark.parametrize("name", ALL)
def test_a_verb_that_writes_a_file_replaces_none_without_force(name: str) -> None:
    writes = bool(WRITES & set(flags(ALL[name]))) or name == "new scenario"
    assert ("--force" in flags(ALL[name])) == (writes and name not in WITHOUT_FORCE)


@pytest.mark.parametrize("name", ALL)
def test_every_flag_that_takes_a_path_is_known_to_write_or_to_read(name: str) -> None:
    paths = {flag for flag, one in flags(ALL[name]).items() if isinstance(one.type, click.Path)}
    assert paths <= WRITES | READS


@pytest.mark.parametrize("flag", sorted(ONE_KIND))
def test_a_flag_is_the_same_thing_everywhere(flag: str) -> None:
    kinds = {}
    for name, verb in ALL.items():
        if flag in flags(verb):
            one = flags(verb)[flag]
            says = type(one.type).__name__, one.is_flag, one.multiple, one.nargs
            kinds.setdefault(says, []).append(name)
    assert len(kinds) == 1, kinds
