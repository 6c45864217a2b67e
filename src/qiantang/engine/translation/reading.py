"""A model file in, PySD's abstract model out: parsed, never built, never run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qiantang.engine.translation.subscripts import plain
from qiantang.engine.translation.untrusted import UnsafeModel, check_vensim, check_xmile

Listed = tuple[str, str, tuple[str, ...]]
"""A range, the range it maps to, and the elements in the order of the first."""

_MAPPED = re.compile(
    r"(?P<head>(?:\A|[|}])\s*(?P<range>[^|~=:\"{}]+):[^|~=:\"]*->)(?P<tail>[^|~=]*)"
)
_REMARK = re.compile(r"(?P<quoted>\"(?:\\\"|[^\"|~])*\")|\{[^{}|~]*\}")
_LISTED = re.compile(r"\(\s*(?P<target>[^:(),]+):(?P<list>[^()]*)\)")

SUFFIXES = (".mdl", ".xmile", ".xml", ".stmx")


def parse(path: Path) -> Any:
    """Parse a model file with PySD's translator, its known warnings kept quiet.

    Parameters
    ----------
    path : Path
        A Vensim or XMILE file.

    Returns
    -------
    pysd.translators.structures.abstract_model.AbstractModel

    Raises
    ------
    UnsafeModel
        If the parser would run or fetch something that the file says.
    ValueError
        If the file is neither .mdl nor XMILE, or the parser cannot make sense of it.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path} is no model file, expected .mdl, .xmile or .stmx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parsed(path, suffix == ".mdl")
        except UnsafeModel:
            raise
        except RecursionError as error:
            raise ValueError(f"{path} cannot be parsed: nested too deep") from error
        except Exception as error:  # the parser raises errors of many kinds
            raise ValueError(f"{path} cannot be parsed: {_reason(error)}") from error


def _parsed(path: Path, is_vensim: bool) -> Any:
    file: Any
    if is_vensim:
        from pysd.translators.vensim.vensim_file import VensimFile

        file = VensimFile(path)
        check_vensim(file.model_text, str(path))
        file.model_text, listed = without_listed_mappings(without_remarks(file.model_text))
    else:
        from pysd.translators.xmile.xmile_file import XmileFile

        content = path.read_bytes()
        check_xmile(content, str(path))
        _refuse_unread(content.decode("utf-8", errors="replace"))
        file = XmileFile(path)
        listed = []
    file.parse()
    model = file.get_abstract_model()
    model.listed_mappings = listed
    if not is_vensim and all(_is_control(e) for e in model.sections[0].elements):
        raise ValueError("it holds no variables in the layout of XMILE 1.0")
    return model


def without_remarks(text: str) -> str:
    """Return a Vensim file without the remarks in braces that PySD does not read past.

    The encoding in the first braces stays, and so does what stands in quotes.
    """
    head = re.match(r"\s*\{[^}]*\}", text)
    start = head.end() if head else 0
    return text[:start] + _REMARK.sub(lambda m: m["quoted"] or " ", text[start:])


def without_listed_mappings(text: str) -> tuple[str, list[Listed]]:
    """Return a Vensim file whose mappings name their target only, and what they listed.

    In ``A: a1, a2 -> (B: b2, b1)`` PySD takes the list for further elements of A, and drops its
    order.
    """
    found: list[Listed] = []

    def taken(entry: re.Match[str]) -> str:
        def named(mapping: re.Match[str]) -> str:
            elements = tuple(e.strip() for e in mapping["list"].split(","))
            found.append((entry["range"].strip(), mapping["target"].strip(), elements))
            return f" {mapping['target'].strip()} "

        return entry["head"] + _LISTED.sub(named, entry["tail"])

    return _MAPPED.sub(taken, text), found


def _refuse_unread(text: str) -> None:
    """Refuse what PySD would pass over in silence, with other results than Stella's."""
    found = re.search(r"<(?P<what>module\s+name=|conveyor\b|queue\b|oven\b)", text)
    if found:
        what = re.match(r"\w+", found["what"])
        raise ValueError(f"it has a {what[0] if what else ''}, which is not read")


def _is_control(element: Any) -> bool:
    return plain(element.name) in {"initial_time", "final_time", "time_step", "saveper"}


def method_note(text: str) -> str:
    """Return a note if an XMILE file asks for another integration than Euler's."""
    found = re.search(r"<sim_specs[^>]*\bmethod=\"(?P<method>[^\"]*)\"", text)
    if found is None or found["method"].lower() == "euler":
        return ""
    return f"the file asks for integration by {found['method'][:20]}; the default is Euler"


def _reason(error: BaseException) -> str:
    """Return the parser's own words in one line, without its grammar."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    near = re.search(r"(?:at|begins with) '(?P<text>.*?)' \(line", " ".join(lines))
    if near:
        shown = near["text"].strip().rstrip("'")
        return f"the text near {shown!r} is not understood"
    return lines[0]


def line_numbers(text: str, titles: Iterable[str]) -> dict[str, int]:
    """Find, roughly, the line on which each variable is defined."""
    wanted = {plain(title) for title in titles}
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for head in (_head(line), _head_of_xml(line)):
            if head in wanted:
                found.setdefault(head, number)
    return found


def _head(line: str) -> str:
    return plain(re.split(r"[=\[(~:]", line, maxsplit=1)[0])


def _head_of_xml(line: str) -> str:
    match = re.search(r"<(?:stock|flow|aux|gf)\b[^>]*\bname=\"(?P<name>[^\"]*)\"", line)
    return plain(match["name"].replace("\\n", " ")) if match else ""
