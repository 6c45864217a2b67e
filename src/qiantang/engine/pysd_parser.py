"""A model file read by PySD's own parser, guarded, for PySD as the second opinion."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from qiantang.engine.pysd_guard import UnsafeModel, check_files, check_vensim, check_xmile
from qiantang.files import door

SUFFIXES = (".mdl", ".xmile", ".xml", ".stmx", ".itmx")

_REMARK = re.compile(r"(?P<quoted>\"(?:\\\"|[^\"|~])*\")|\{[^{}|~]*\}")


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
    OSError
        If the file is not there, or is not to be opened.
    UnsafeModel
        If the parser would run or fetch something that the file says, or PySD would open a file
        that the model may not name.
    ValueError
        If the file is neither .mdl nor XMILE, or the parser cannot make sense of it.
    """
    door.check(path, door.TEXT_LIMIT)
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
            raise ValueError(f"{path} cannot be parsed by PySD: nested too deep") from error
        except Exception as error:  # the parser raises errors of many kinds
            raise ValueError(f"{path} cannot be parsed by PySD: {_reason(error)}") from error


def _parsed(path: Path, is_vensim: bool) -> Any:
    file: Any
    if is_vensim:
        from pysd.translators.vensim.vensim_file import VensimFile

        file = VensimFile(path)
        check_vensim(file.model_text, str(path))
        file.model_text = without_remarks(file.model_text)
    else:
        from pysd.translators.xmile.xmile_file import XmileFile

        check_xmile(door.content(path), str(path))
        file = XmileFile(path)
    file.parse()
    model = file.get_abstract_model()
    check_files(model, path.parent, str(path))
    return model


def without_remarks(text: str) -> str:
    """Return a Vensim file without the remarks in braces that PySD does not read past.

    The encoding in the first braces stays, and so does what stands in quotes.
    """
    head = re.match(r"\s*\{[^}]*\}", text)
    start = head.end() if head else 0
    return text[:start] + _REMARK.sub(lambda m: m["quoted"] or " ", text[start:])


def with_decimals(tree: Any) -> Any:
    """Return a structure of PySD whose whole numbers are floats; orders of delays stay whole."""
    if isinstance(tree, int) and not isinstance(tree, bool):
        return float(tree)
    if isinstance(tree, (tuple, list)):
        return type(tree)(with_decimals(item) for item in tree)
    if type(tree).__module__.startswith("pysd."):
        for name, value in vars(tree).items():
            if name != "order":
                setattr(tree, name, with_decimals(value))
    return tree


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
