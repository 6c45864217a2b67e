"""Refusals in Chinese: whole sentences, found by the English ones that they stand for."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pydantic import RootModel

from qiantang.faults import Fault, printable, shown
from qiantang.files.yamlfile import read_yaml, validate

_FILE = Path(__file__).with_name("refusals.yaml")
_HINT = re.compile(r" \(did you mean (?P<name>[^?]+)\?\)")
#: What stands behind a sentence where a value of a file is meant.
_GOT = re.compile(
    r"(?P<head>(?P<plain>(?:input|string|list|tuple|dictionary) should )?.+), got (?P<given>.+)",
    re.DOTALL,
)
_WORDS = re.compile(r"\{\w+\}")
_BLANK = re.compile(r"\\\{(\w+)\\\}")
#: The end of a list of words, and how it is said.
_LIST = re.compile(r"(\S+(?:, \S+)*) (or|and) (\S+)")
_AND = re.compile(r" and (?:another )?")
_JOINTS = {"or": "或", "and": "和"}
#: What is repeated of a sentence that has no Chinese yet.
_AS_IT_IS = "{what}（此句暂无中文）"


class Refusals(RootModel[dict[str, str]]):
    """The file ``refusals.yaml``: an English sentence with blanks to the Chinese one."""


@lru_cache(maxsize=1)
def _sentences() -> list[tuple[re.Pattern[str], str]]:
    found = []
    known = validate(read_yaml(_FILE), Refusals).root.items()
    for english, chinese in sorted(known, key=lambda pair: -len(_WORDS.sub("", pair[0]))):
        pattern = _BLANK.sub(lambda blank: f"(?P<{blank[1]}>.+?)", re.escape(english))
        found.append((re.compile(pattern, re.DOTALL), chinese))
    return found


def in_chinese(what: str) -> str:
    """Return the sentence of a refusal in Chinese; one that is not known stays as it is."""
    hint = _HINT.search(what)
    rest = _HINT.sub("", what)
    given = _GOT.fullmatch(rest)
    said = None if given and given["plain"] else _said(rest)
    if said is None and given:
        said = _said(given["head"])
        said = said and f"{said}，现为{given['given']}"
    if said is None:
        return _AS_IT_IS.format(what=what)
    return said + (f"（是否指{hint['name']}？）" if hint else "")


def _said(what: str) -> str | None:
    """Return the Chinese sentence whose English one fits; the one with most words first."""
    for english, chinese in _sentences():
        if match := english.fullmatch(what):
            parts = match.groupdict()
            return chinese.format(**{name: _part(name, text) for name, text in parts.items()})
    return None


def _part(name: str, text: str) -> str:
    """Return what fills a blank: a reason may be a sentence itself, a list has its own commas."""
    if name == "why":
        return _said(text.rstrip(".")) or text
    if name == "parts":
        return "、".join(_said(part) or part for part in _AND.split(text))
    if listed := _LIST.fullmatch(text):
        most, joint, last = listed.groups()
        return most.replace(", ", "、") + _JOINTS[joint] + last
    return text


def in_language(what: str, lang: str) -> str:
    """Return a sentence in a language."""
    return in_chinese(what) if lang == "zh" else what


def told(fault: Fault, lang: str) -> str:
    """Return a fault as it is printed in a language: place, part, sentence."""
    if lang != "zh":
        return str(fault)
    place = shown(fault.file) if fault.line is None else f"{shown(fault.file)}:{fault.line}"
    parts = [place, fault.where, in_chinese(fault.what)]
    return printable("：".join(part for part in parts if part))
