"""The .mdl text is the dictionary of variables: name, unit, limits, meaning, group, line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from qiantang.faults import Fault, StudyError, nearest

_SKETCH = re.compile(r"\\{2,3}---///")
_MACRO = re.compile(r":MACRO:.*?:END OF MACRO:", re.DOTALL | re.IGNORECASE)
_GROUP = re.compile(r"\s*\*{3,}\s*\n\s*\.?(?P<name>[^\n]*?)\s*\n\s*\*{3,}\s*$")
_NAME = re.compile(r'\s*(?P<name>"(?:\\"|[^"])*"|[^=(\[:<"]+)(?P<subscripts>\[[^\]]*\])?')
_CHINESE = re.compile(r"\s*\[zh:\s*(?P<zh>[^\]]*?)\s*\]\s*$")
_LIMITS = re.compile(r"^(?P<unit>[^\[]*)\[(?P<limits>[^\]]*)\]\s*$")
_TABLE_RANGE = re.compile(r"\([\s\\]*\[(?P<range>[^\]]*)\]")
_PLAIN_NUMBERS = re.compile(r"[\d\s.,()+\-eE]*")
_CONTROL = frozenset({"initial_time", "final_time", "time_step", "saveper"})


@dataclass(frozen=True)
class Variable:
    """One variable as the model file states it.

    Parameters
    ----------
    name : str
        As written, without quotes.
    identifier : str
        Lower case with underscores, the name in YAML, Python and CSV.
    line : int
        Line of the file on which the entry begins.
    equation : str
        Right side as text on one line; for a table its points.
    unit : str
        As written, without the limits.
    limits : tuple of (float or None, float or None)
        Low and high. [the variable's unit]
    meaning, meaning_zh : str
        The comment, and its Chinese tail ``[zh: ...]`` if there is one.
    group : str
        Vensim group the entry stands in, empty before the first.
    is_lookup : bool
        The variable is a table of points, without an argument of its own.
    """

    name: str
    identifier: str
    line: int
    equation: str
    unit: str
    limits: tuple[float | None, float | None]
    meaning: str
    meaning_zh: str
    group: str
    is_lookup: bool

    @property
    def is_control(self) -> bool:
        """Tell whether the variable is one of Vensim's four time settings."""
        return self.identifier in _CONTROL


@dataclass(frozen=True)
class Dictionary(Mapping[str, Variable]):
    """The variables of a model by identifier, in the order of the file."""

    path: Path
    variables: Mapping[str, Variable] = field(repr=False)

    def __getitem__(self, name: str) -> Variable:
        try:
            return self.variables[name]
        except KeyError:
            raise KeyError(f"no variable {name} in {self.path.name}{self.nearest(name)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    def __contains__(self, name: object) -> bool:
        return name in self.variables

    def nearest(self, name: str) -> str:
        """Return `` (did you mean X?)`` for the closest variable, or an empty string."""
        return nearest(name, self.variables)

    def group(self, name: str) -> tuple[Variable, ...]:
        """Return the variables of a group, in file order."""
        return tuple(item for item in self.variables.values() if item.group == name)

    def levers(self) -> tuple[Variable, ...]:
        """Return the variables a policy can move: those of the group ``Levers``."""
        return self.group("Levers")

    def drivers(self) -> tuple[Variable, ...]:
        """Return the outside series: those of the group ``Drivers``."""
        return self.group("Drivers")


@dataclass(frozen=True)
class _Entry:
    line: int
    fields: tuple[str, ...]
    closed: bool


def identifier(name: str) -> str:
    """Return the name used in YAML, Python and CSV for a Vensim name.

    Parameters
    ----------
    name : str
        As in the .mdl, quoted or not.

    Returns
    -------
    str
        Lower case, one underscore for each run of blanks, no quotes or punctuation.
    """
    joined = re.sub(r"[\s_]+", "_", name.strip().strip('"').strip().lower())
    plain = normalize("NFD", joined).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"_+", "_", re.sub(r"[^0-9a-z_]", "", plain))
    return plain if plain.strip("_") else re.sub(r"[^\w]", "", joined)


def read_dictionary(path: Path, *, complete: bool = True) -> Dictionary:
    """Read the variables of a .mdl file and refuse it if any entry is faulty.

    Parameters
    ----------
    path : Path
    complete : bool
        Ask for a unit and a meaning on every variable; False suits models of others.

    Returns
    -------
    Dictionary

    Raises
    ------
    StudyError
        With every fault, each with its line.
    """
    dictionary, faults = scan(path, complete=complete)
    if faults:
        raise StudyError(faults)
    return dictionary


def scan(path: Path, *, complete: bool = True) -> tuple[Dictionary, list[Fault]]:
    """Read what can be read of a .mdl file, and list what is wrong with the rest.

    Parameters
    ----------
    path : Path
    complete : bool
        Ask for a unit and a meaning on every variable.

    Returns
    -------
    tuple of (Dictionary, list of Fault)
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Dictionary(path, {}), [Fault(path, None, "", "file not found")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"byte {error.object[error.start]:#04x} is not UTF-8, save the model as UTF-8"
        return Dictionary(path, {}), [Fault(path, line, "", what)]
    except OSError as error:
        return Dictionary(path, {}), [Fault(path, None, "", f"cannot be read: {error.strerror}")]
    faults: list[Fault] = []
    found: dict[str, Variable] = {}
    group = ""
    for entry in _entries(text.replace("\r\n", "\n")):
        header = _GROUP.match(entry.fields[0])
        if header and len(entry.fields) == 2:
            group = header["name"]
            continue
        fault = _malformed(path, entry)
        if fault is not None:
            faults.append(fault)
            continue
        _take(path, entry, group, found, faults)
    if complete:
        faults += [fault for item in found.values() for fault in _incomplete(path, item)]
    if not found and not faults:
        faults.append(Fault(path, 1, "", "no variable found, expected a Vensim model"))
    return Dictionary(path, found), faults


def tables_are_plain(text: str) -> bool:
    """Tell whether every table range of an equation or a whole file holds numbers only.

    PySD's translator evaluates the text between ``([`` and ``]`` as Python, so that a file from
    elsewhere must pass this before it is translated.
    """
    return all(_PLAIN_NUMBERS.fullmatch(match["range"]) for match in _TABLE_RANGE.finditer(text))


def _entries(text: str) -> Iterator[_Entry]:
    """Cut the equations part of the text at each ``|``, keeping line numbers."""
    text = _SKETCH.split(text, maxsplit=1)[0]
    text = re.sub(r"\A\s*\{[^}\n]*\}", "", text)
    text = _MACRO.sub(lambda match: "\n" * match[0].count("\n"), text)
    line = 1
    pieces = _split(text, "|")
    for number, piece in enumerate(pieces):
        blank = len(piece) - len(piece.lstrip())
        if piece.strip():
            begins = line + piece.count("\n", 0, blank)
            yield _Entry(begins, tuple(_split(piece.lstrip(), "~")), number < len(pieces) - 1)
        line += piece.count("\n")


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that does not stand inside a quoted name on the same line."""
    parts = [""]
    for token in re.findall(rf'"[^"\n~|]*[~|][^"\n=]*"|[^"{mark}]+|"|{re.escape(mark)}', text):
        if token == mark:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _malformed(path: Path, entry: _Entry) -> Fault | None:
    count = len(entry.fields)
    where = " ".join(re.split(r"[=(\[]", entry.fields[0], maxsplit=1)[0].split())[:60]
    if not entry.closed:
        return Fault(path, entry.line, where, "the entry is not closed, expected | at its end")
    if count > 4 or (count == 4 and not entry.fields[3].strip().upper().startswith(":SUP")):
        what = "the entry has more than three parts, is the | between two entries missing?"
        return Fault(path, entry.line, where, what)
    if count < 3:
        what = "the entry has fewer than three parts, expected equation ~ unit ~ meaning |"
        return Fault(path, entry.line, where, what)
    return None


def _take(
    path: Path, entry: _Entry, group: str, found: dict[str, Variable], faults: list[Fault]
) -> None:
    """Add the variable of an entry, or the fault that keeps it out."""
    equation = " ".join(re.sub(r"\\\s*\n", " ", entry.fields[0]).split())
    head = _NAME.match(equation)
    rest = equation[head.end() :].strip() if head else ""
    if head is None or not rest:
        faults.append(Fault(path, entry.line, equation[:60], "no equation, expected name = ..."))
        return
    if rest.startswith((":", "<->")) and not rest.startswith(":="):
        return  # a subscript range or a reality check, not a variable
    name = " ".join(head["name"].split()).strip('"')
    known = identifier(name)
    if not tables_are_plain(rest):
        what = "the range of the table must be written as ([(x,y)-(x,y)], with numbers only"
        faults.append(Fault(path, entry.line, name, what))
        return
    if known in found and not head["subscripts"]:
        what = f"defined twice, first on line {found[known].line}"
        faults.append(Fault(path, entry.line, name, what))
        return
    unit, limits, what = _unit_and_limits(entry.fields[1])
    if what:
        faults.append(Fault(path, entry.line, name, what))
    meaning, chinese = _meaning(entry.fields[2])
    earlier = found.get(known)
    found[known] = Variable(
        name=name,
        identifier=known,
        line=earlier.line if earlier else entry.line,
        equation=re.sub(r"^:?==?\s*", "", rest),
        unit=unit or (earlier.unit if earlier else ""),
        limits=limits,
        meaning=meaning or (earlier.meaning if earlier else ""),
        meaning_zh=chinese or (earlier.meaning_zh if earlier else ""),
        group=group,
        is_lookup=rest.startswith("("),
    )


def _unit_and_limits(text: str) -> tuple[str, tuple[float | None, float | None], str]:
    """Return unit, limits and what is wrong with them (empty if nothing)."""
    text = " ".join(text.split())
    if "[" not in text and "]" not in text:
        return text, (None, None), ""
    match = _LIMITS.match(text)
    if match is None:
        return text.split("[")[0].strip(), (None, None), f"limits {text!r} cannot be read"
    unit, parts = match["unit"].strip(), [part.strip() for part in match["limits"].split(",")]
    try:
        numbers = [None if part in {"?", ""} else float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in {2, 3}:
        what = f"limits [{match['limits']}] cannot be read, expected [low,high] or [low,high,step]"
        return unit, (None, None), what
    low, high = numbers[0], numbers[1]
    if low is not None and high is not None and low > high:
        return unit, (None, None), f"lower limit {low:g} is above upper limit {high:g}"
    return unit, (low, high), ""


def _meaning(text: str) -> tuple[str, str]:
    """Return the comment on one line, and its Chinese tail."""
    text = " ".join(re.sub(r"\\\s*\n", " ", text).split())
    match = _CHINESE.search(text)
    return (text[: match.start()], match["zh"]) if match else (text, "")


def _incomplete(path: Path, item: Variable) -> Iterator[Fault]:
    if not item.unit:
        yield Fault(path, item.line, item.name, "no unit, expected for example Mpax/Year or Dmnl")
    if not item.meaning:
        yield Fault(path, item.line, item.name, "no meaning, expected a sentence after the unit")
