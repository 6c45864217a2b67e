"""A new scenario file: commented, checked before it is written, over another only by force."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

from qiantang.faults import Fault, StudyError
from qiantang.files.outfile import put_new
from qiantang.study import Study
from qiantang.wording.language import phrase

#: What a scenario may be called: the name is typed on the command line and in `base`.
NAME = re.compile(r"[^\W\d][\w-]*")
#: Time from the plan to full effort. [Year]
RAMP = 0.5
#: Width of the comments.
_WIDTH = 100


def new_scenario(
    study: Study,
    path: Path,
    *,
    base: str | None = None,
    levers: Sequence[str] = (),
    force: bool = False,
) -> None:
    """Write a commented scenario file that checks clean.

    Parameters
    ----------
    study : Study
    path : Path
    base : str, optional
        Scenario that it starts from; by default the base of the study.
    levers : sequence of str
        Levers that it pulls, in English or Chinese; the first of the model where none is given.
    force : bool
        Replace a file that is there.

    Raises
    ------
    StudyError
        The file is there already, the name is no name, or the base or a lever is unknown.
    """
    check_new(path, force=force)
    begin = study.about.plan.date
    ramp = {begin: 0.0, begin + RAMP: 1.0}
    start = study.scenario(base or study.about.scenarios.base)
    known = study.vocabulary
    faults = [
        Fault("--lever", None, name, f"unknown lever{known.hint(name)}")
        for name in levers
        if known.lever(name) is None
    ]
    if faults:
        raise StudyError(faults)
    chosen = list(dict.fromkeys(known.lever(name) or name for name in levers))
    pulled = dict.fromkeys(chosen or [next(iter(known.levers))], ramp)
    title = path.stem.replace("_", " ").replace("-", " ").strip().capitalize()
    words = {
        "title": title,
        "title_zh": phrase("new.title", "zh"),
        "question": phrase("new.question", "en"),
        "question_zh": phrase("new.question", "zh"),
    }
    put_new(path, scenario_text(study, path, words, start.name, pulled), force=force)


def scenario_text(
    study: Study,
    path: Path,
    words: Mapping[str, str],
    base: str,
    levers: Mapping[str, Mapping[float, float]],
    note: str = "Our own assumption; say here why these numbers.",
) -> str:
    """Return the text of a scenario file with a comment on every part.

    Parameters
    ----------
    study : Study
    path : Path
        Where it will stand: the schema is named as seen from there.
    words : mapping of str to str
        Titles and questions; the Chinese ones only where the study has a Chinese title.
    base : str
    levers : mapping
        Lever to its path, year to value.
    note : str
        Of every lever.
    """
    about = study.about
    known, actual = about.vintages.known, about.vintages.actual
    kept = {k: text for k, text in words.items() if about.title_zh or not k.endswith("_zh")}
    shown = [f"{key}: {_quoted(text)}" for key, text in kept.items()]
    return "\n".join(
        [
            f"# yaml-language-server: $schema={schema_place(study, path)}",
            "# A scenario is one question: levers as paths in time over a base.",
            f"#   qiantang show {path.name}     what it comes to, with its base taken in",
            f"#   qiantang reach {path.name}    whether the targets are reached",
            *shown,
            "# Everything that is not said here is as in the base: a scenario of the study, or a",
            f"# file beside this one. `null` starts from the policy of {about.plan.base_year}.",
            f"base: {_quoted(base)}",
            "# What a reader of the result should know; may be left out.",
            "note: Made from the template.",
            f"# The world: {known.name} is {known.title}, {actual.name} {actual.title}.",
            "# Where it is left out the base's holds.",
            f"# vintage: {actual.name}",
            "# Single drivers may have another vintage:",
            f"# drivers: {{{study.drivers.names[0]}: {actual.name}}}",
            *_comment("Levers of the model: " + ", ".join(_named(study)) + "."),
            "# The English or the Chinese name will do. "
            f"0 is the policy of {about.plan.base_year}, 1 full strength.",
            "levers:" if levers else "levers: {}",
            *(line for name, knots in levers.items() for line in _lever(study, name, knots, note)),
            "",
        ]
    )


def check_new(path: Path, *, force: bool = False) -> None:
    """Refuse a place where a scenario cannot be written, or a file is that is to be kept.

    Raises
    ------
    StudyError
    """
    what = ""
    if path.suffix != ".yaml":
        what = f"suffix {path.suffix or 'missing'}, expected .yaml"
    elif not NAME.fullmatch(path.stem):
        what = f"{path.stem!r} is no name, expected letters, digits, _ and -, a letter first"
    elif not path.parent.is_dir():
        what = "the folder does not exist"
    elif os.path.lexists(path) and not (force and path.is_file()):
        what = "the file exists; --force replaces it"
    if what:
        raise StudyError([Fault(path, None, "", what)])


def schema_place(study: Study, path: Path) -> str:
    """Return the scenario schema as seen from a file: relative, or whole from another drive."""
    schema = (study.folder / "scenarios" / "schemas" / "scenario.json").resolve()
    try:
        return Path(os.path.relpath(schema, path.parent.resolve())).as_posix()
    except ValueError:
        return schema.as_uri()


def _lever(study: Study, name: str, knots: Mapping[float, float], note: str) -> list[str]:
    item = study.dictionary[name]
    articles = [a.number for a in study.plan.articles.articles if name in a.levers]
    path = ", ".join(f"{year!r}: {value:g}" for year, value in knots.items())
    return [
        *_comment(f"{item.meaning_zh}. {item.meaning.removeprefix('Lever. ')}", "  "),
        f"  {name}:",
        f"    unit: {item.unit}                 # as in the model file",
        f"    path: {{{path}}}   # year: value; the first value holds before, the last after",
        "    between: ramp              # ramp: straight lines; step: each value until the next",
        f"    cites: {articles}            # articles of the plan: `qiantang articles`",
        "    reading: assumed           # how far the text gives this: stated, inferred, assumed",
        f"    note: {_quoted(note)}",
    ]


def _named(study: Study) -> list[str]:
    chinese = study.vocabulary.chinese
    return [f"{name} {chinese.get(name, '')}".strip() for name in study.vocabulary.levers]


def _comment(text: str, indent: str = "") -> list[str]:
    mark = f"{indent}# "
    return fill(text, _WIDTH, initial_indent=mark, subsequent_indent=mark,
                break_long_words=False, break_on_hyphens=False).splitlines()  # fmt: skip


def _quoted(text: str) -> str:
    """Return text as a YAML scalar: plain where that is safe, else in double quotes."""
    plain = re.fullmatch(r"[^\W\d][\w ,.;?/()-]*", text) is not None
    words = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
    if plain and text.lower() not in words and not text.endswith(" "):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
