"""YAML files read safely, with the line of every key, checked against a record."""

from __future__ import annotations

import hashlib
import io
import math
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.cache import prepared
from qiantang.files.code import code_digest
from qiantang.files.encodings import not_utf8
from qiantang.files.textbounds import MOST_CHARACTERS, text_fault

KeyPath = tuple[str | int | float, ...]
Record = TypeVar("Record", bound=BaseModel)

# pydantic's kinds of error, in the words of someone who wrote a YAML file.
_SENTENCES = {
    "extra_forbidden": "unknown key",
    "missing": "required key is missing",
    "model_type": "expected keys with values",
    "dict_type": "expected keys with values",
    "list_type": "expected a list",
}
#: Entries of a file once its aliases are written out: far more than any file of a study has.
_MOST_ENTRIES = 50_000
#: Longest part of a file that a fault repeats.
_LONGEST = 200


@dataclass(frozen=True)
class YamlDocument:
    """The plain data of a YAML file and the line on which each key stands.

    Parameters
    ----------
    path : Path
    data : Any
        Plain dicts, lists, strings and numbers.
    lines : dict
        Key path to line, counted from 1.
    text : str
        The file as read, for hashing.
    """

    path: Path
    data: Any
    lines: dict[KeyPath, int] = field(repr=False)
    text: str = field(repr=False, default="")

    def line(self, where: KeyPath) -> int:
        """Return the line of a key, or of the nearest key above it."""
        for length in range(len(where), -1, -1):
            found = self.lines.get(tuple(where[:length]))
            if found is not None:
                return found
        return 1

    def fault(self, where: KeyPath, what: str) -> Fault:
        """Return a fault at a key of this file."""
        shown = _short(".".join(str(part) for part in where))
        return Fault(self.path, self.line(where), shown, what)

    @property
    def sha256(self) -> str:
        """Digest of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_yaml(path: Path) -> YamlDocument:
    """Read a YAML 1.2 file; refuse syntax errors, duplicate keys and empty files.

    Raises
    ------
    StudyError
        With file, line and one sentence.
    """
    try:
        text = door.text(path).removeprefix("\ufeff")  # as editors of Windows write it
    except FileNotFoundError:
        raise StudyError([Fault(path, None, "", "file not found")]) from None
    except UnicodeDecodeError:
        raise StudyError([Fault(path, None, "", not_utf8(path))]) from None
    except OSError as error:
        raise StudyError([Fault(path, None, "", f"cannot be read: {error.strerror}")]) from None
    return parse_yaml(path, text)


def parse_yaml(path: Path, text: str) -> YamlDocument:
    """Read YAML from text, as `read_yaml` does; faults name the path.

    Raises
    ------
    StudyError
    """
    if len(text) > MOST_CHARACTERS:
        raise _too_long(path)
    code = code_digest("files/yamlfile.py", "files/boundedyaml.py", "files/textbounds.py").encode()
    data, lines = prepared("yaml", (text.encode(), code), (), lambda: _parsed(path, text))
    return YamlDocument(path, data, lines, text)


def _parsed(path: Path, text: str) -> tuple[Any, dict[KeyPath, int]]:
    """Return the plain data of a text and the line of each key; refuse what is not sound."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLWarning  # a file read before needs no parser

    from qiantang.files.boundedyaml import bounded_yaml

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", YAMLWarning)  # an anchor used anew is legal YAML
            loaded = bounded_yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        what = _short(str(error.problem or error.context or "not YAML"))
        raise StudyError([Fault(path, line, "", f"not valid YAML: {what}")]) from None
    except Exception:  # the parser fails in ways of its own on odd input
        what = "not valid YAML: the parser cannot make sense of it"
        raise StudyError([Fault(path, None, "", what)]) from None
    if loaded is None:
        raise StudyError([Fault(path, 1, "", "the file is empty")])
    lines: dict[KeyPath, int] = {(): 1}
    try:
        document = YamlDocument(path, _plain(loaded, (), lines), lines, text)
    except RecursionError:  # an alias inside its own anchor
        raise StudyError([Fault(path, None, "", "not valid YAML: nested without end")]) from None
    except OverflowError:
        what = f"more than {_MOST_ENTRIES:,} entries once its aliases are written out"
        raise StudyError([Fault(path, None, "", what)]) from None
    faults = list(_text_faults(document, document.data, ()))
    if faults:
        raise StudyError(faults)
    return document.data, lines


def _too_long(path: Path) -> StudyError:
    what = f"longer than {MOST_CHARACTERS:,} characters, which no file of a study is"
    return StudyError([Fault(path, None, "", what)])


def _text_faults(document: YamlDocument, value: Any, where: KeyPath) -> Iterator[Fault]:
    """Find keys and texts that are too long, or hold characters that no text has."""
    if isinstance(value, str):
        what = text_fault(value)
        if what:
            yield document.fault(where, what)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _text_faults(document, item, (*where, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            what = text_fault(key, key=True) if isinstance(key, str) else ""
            if what:
                yield Fault(document.path, document.line((*where, key)), "", what)
            else:
                yield from _text_faults(document, item, (*where, key))


def yaml_text(record: Any) -> str:
    """Return plain data as YAML, lines folded late."""
    from ruamel.yaml import YAML

    writer = YAML()
    writer.width = 200
    stream = io.StringIO()
    writer.dump(record, stream)
    return stream.getvalue()


def validate(document: YamlDocument, record: type[Record]) -> Record:
    """Check a document against a pydantic record; report every fault with its line.

    Raises
    ------
    StudyError
    """
    try:
        return record.model_validate(document.data)
    except ValidationError as error:
        faults = []
        for item in error.errors(include_url=False):
            where = _known_part(item["loc"], document)
            what = _SENTENCES.get(item["type"])
            if what is None:
                what = item["msg"].removeprefix("Value error, ").rstrip(".")
                what = what[:1].lower() + what[1:]
                given = item.get("input")
                if isinstance(given, (str, int, float, bool)):
                    what = f"{what}, got {_short(repr(given))}"
            faults.append(document.fault(where, what))
        raise StudyError(faults) from None


def _known_part(location: tuple[int | str, ...], document: YamlDocument) -> KeyPath:
    """Drop the parts of a pydantic location that are no keys of the file (union branches)."""
    where: KeyPath = ()
    for position, part in enumerate(location):
        for key in (part, *_number_keys(part)):
            if (*where, key) in document.lines:
                where = (*where, key)
                break
        else:
            if position == len(location) - 1 and part != "[key]":
                where = (*where, part)
    return where


def _number_keys(part: int | str) -> tuple[int | float, ...]:
    """Return the numbers a key may stand for: pydantic names number keys by their text."""
    try:
        return (float(part),)
    except ValueError:
        return ()


def _plain(node: Any, where: KeyPath, lines: dict[KeyPath, int]) -> Any:
    """Turn ruamel's nodes into plain data and note each key's line."""
    if len(lines) > _MOST_ENTRIES:
        raise OverflowError
    marked: Any = node  # a dict or list of ruamel's knows the line of each entry
    if isinstance(node, dict):
        plain = {}
        for key, value in node.items():
            name = _scalar(key) if isinstance(key, (str, int, float, bool)) else str(key)
            at = (*where, name)
            lines[at] = _line(marked.lc.data, key, lines[where])
            plain[name] = _plain(value, at, lines)
        return plain
    if isinstance(node, list):
        items = []
        for index, value in enumerate(node):
            at = (*where, index)
            lines[at] = _line(marked.lc.data, index, lines[where])
            items.append(_plain(value, at, lines))
        return items
    return _scalar(node)


def _line(places: Any, key: Any, above: int) -> int:
    """Return the line of an entry; one that came by an alias stands where its parent stands."""
    place = (places or {}).get(key)
    return above if place is None else int(place[0]) + 1


def _short(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _scalar(node: Any) -> Any:
    """Strip ruamel's scalar subclasses down to Python's own types."""
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, int) and abs(node) > sys.float_info.max:
        return math.inf if node > 0 else -math.inf  # refused, then, as any infinite number is
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node
