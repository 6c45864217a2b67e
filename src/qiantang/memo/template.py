"""The template of a memo: where it is found, and how it is filled in.

A template is a text in Jinja2 with the marks of `qiantang.memo.markup`. These files make a set:
``memo.en.md`` and ``memo.zh.md``, the texts; ``reference.en.docx`` and ``reference.zh.docx``, the
styles of .docx; ``look.yaml``, fonts and sizes of .html and .pdf. Those beside this module serve
where a folder of one's own does not hold the file.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.ext import Extension
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qiantang.faults import Fault, StudyError
from qiantang.files import door

_T = TypeVar("_T")
#: Files of a set.
FILES = ("memo.en.md", "memo.zh.md", "look.yaml", "reference.en.docx", "reference.zh.docx")
#: Folder of a study with a set of its own.
STUDY_FOLDER = "memo"
_OWN = Path(__file__).with_name("templates")


#: A line that holds nothing but one statement or comment.
_ALONE = re.compile(r"^[ \t]*(\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\})[ \t]*\n", re.MULTILINE)


class LinesOfTheirOwn(Extension):
    """A line that holds a statement alone leaves no line; at the end of words it leaves theirs.

    The line break goes into a comment, so that faults keep their line.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Take away the line breaks."""
        return _ALONE.sub(lambda match: match[1] + "{#\n#}", source)


def lower_first(text: str) -> str:
    """Begin a name with a small letter, unless it begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def capitalize_first(text: str) -> str:
    """Begin a sentence with a capital letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def template_files(study_folder: Path, given: Path | None) -> dict[str, Path]:
    """Return the path of each file of the set: from the folder given, the study, or the program.

    Parameters
    ----------
    study_folder : Path
    given : Path, optional
        Folder named by the user; it must hold at least one file of the set.

    Raises
    ------
    StudyError
    """
    if given is not None and not any((given / name).is_file() for name in FILES):
        what = (
            "no such folder" if not given.is_dir() else f"holds no template, expected {_listed()}"
        )
        raise StudyError([Fault(given, None, "--template", what)])
    folders = [folder for folder in (given, study_folder / STUDY_FOLDER, _OWN) if folder]
    return {
        name: next(folder / name for folder in folders if (folder / name).is_file())
        for name in FILES
    }


def _listed() -> str:
    return f"{', '.join(FILES[:-1])} or {FILES[-1]}"


def check_template(template: Path) -> None:
    """Refuse a template with a fault of its language or a misspelt name, before anything is run.

    Raises
    ------
    StudyError
    """
    from qiantang.memo.slips import slips  # the facts, which import what makes them

    page = _environment(template)
    _guarded(template, lambda: page.get_template(template.name))
    own = tuple(door.text(_OWN / name) for name in FILES if name.endswith(".md"))
    found = list(slips(page, door.text(template), own))
    if found:
        raise StudyError([Fault(template, line, "template", what) for line, what in found])


def fill(template: Path, values: Mapping[str, Any]) -> str:
    """Fill in a template.

    Parameters
    ----------
    template : Path
        Other files of its folder may be included.
    values : mapping of str to Any

    Raises
    ------
    StudyError
        A fault of its language, or a name that the program does not know; with the line.
    """
    page = _environment(template)
    return _guarded(template, lambda: page.get_template(template.name).render(values))


def _environment(template: Path) -> Environment:
    environment: Environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: _source(name, [template.parent, _OWN])),
        undefined=StrictUndefined,
        extensions=[LinesOfTheirOwn],
        autoescape=False,
    )
    environment.filters |= {"lower_first": lower_first, "capitalize_first": capitalize_first}
    return environment


def _source(name: str, folders: Sequence[Path]) -> tuple[str, str, Callable[[], bool]] | None:
    """Return the text of a template and its file; None where no folder has it."""
    for folder in folders:
        try:
            place = door.beside(folder, name)
            if place.exists():
                return door.text(place), str(place), lambda: True
        except OSError as error:
            raise TemplateError(f"{name} cannot be read: {error.strerror}") from None
    return None


def _guarded(template: Path, make: Callable[[], _T]) -> _T:
    """Do something with a template and turn its faults into sentences."""
    try:
        return make()
    except TemplateSyntaxError as error:
        file = Path(error.filename) if error.filename else template
        raise _refused(file, error.lineno, f"{error.message}") from None
    except UndefinedError as error:
        what = f"{error.message}, see the how-to for what a template may use"
        raise _refused(template, _line(error, template), what) from None
    except UnicodeDecodeError:
        raise _refused(template, None, "is no UTF-8 text") from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise _refused(template, _line(error, template), str(error)) from None


def _line(error: BaseException, template: Path) -> int | None:
    """Return the line of the template at which an error rose."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == template.name
    ]
    return lines[-1] if lines else None


def _refused(file: Path, line: int | None, what: str) -> StudyError:
    return StudyError([Fault(file, line, "template", what)])
