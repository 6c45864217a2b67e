"""One flag for one thing over all verbs: every fit can be named, no file is replaced unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from qiantang.cli import program

#: Verbs that ask no fit, and why.
WITHOUT_FIT = {
    "articles": "the plan", "list": "it lists the fits", "show": "a scenario file",
    "new scenario": "a file", "new schemas": "files", "new study": "files",
    "discover": "a sweep says which", "export sweep": "a sweep says which",
    "simulate": "a model file", "bench": "the kernel",
    "calibrate": "it makes one", "skill": "it makes its own",
}  # fmt: skip
#: Verbs that write files of the study itself, which no flag names.
WRITE_ALREADY = {"new scenario", "new schemas", "evidence", "panel"}
#: Verbs that write without asking, and why.
WITHOUT_FORCE = {
    "sweep": "goes on in its folder", "bench": "puts tables between the marks of a file",
}  # fmt: skip
#: Flags that name a file which is written, and those whose file is read.
WRITES = {"--out", "--memo", "--numbers", "--picture", "--regrets", "--write"}
READS = {"--study", "--template", "--reference-doc", "--effort", "--model", "--reuse",
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
    writes = bool(WRITES & set(flags(ALL[name]))) or name in WRITE_ALREADY
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


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A study of the user's own, without what was computed from it."""
    assert CliRunner().invoke(program, ["new", "study", str(tmp_path / "mine")]).exit_code == 0
    return tmp_path / "mine"


def spoil(study: Path, file: str, old: str, new: str) -> Path:
    path = study / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize(("words", "file", "old", "new"), [
    ("new schemas", "scenarios/schemas/targets.json", "{", '{"$comment": "mine", '),
    ("evidence --seal", "calibration/evidence/observations.csv.meta.yaml", "sha256: ", "sha256: 0"),
    ("evidence --write-drivers", "model/hangzhou.mdl", "(2001,", "(2001.0,"),
    ("panel", "calibration/panel/estimates.yaml", "# Made", "# Mine. Made"),
])  # fmt: skip
def test_a_file_of_the_study_is_kept_without_force(
    words: str, file: str, old: str, new: str, mine: Path
) -> None:
    path = spoil(mine, file, old, new)
    before = path.read_bytes()
    told = CliRunner().invoke(program, [*words.split(), "--study", str(mine)])
    assert told.exit_code == 2
    assert "the file exists; --force replaces it" in told.output
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", ["new schemas", "evidence --seal"])
def test_a_file_that_is_as_it_should_be_needs_no_force(words: str, mine: Path) -> None:
    spoilt = spoil(mine, "scenarios/schemas/targets.json", "{", '{"$comment": "mine", ')
    for force in (["--force"], []):
        asked = [*words.split(), "--study", str(mine), *force]
        assert CliRunner().invoke(program, asked).exit_code == 0
    assert ("mine" in spoilt.read_text(encoding="utf-8")) == (words != "new schemas")
