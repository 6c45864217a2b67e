"""The model file is the dictionary of variables: name, unit, limits, meaning, group, line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files import door
from qiantang.modelfile.clashes import one_identifier
from qiantang.modelfile.document import Document, Equation
from qiantang.modelfile.names import identifiers, plain
from qiantang.modelfile.read import read_document

TIME = "time"

_CHINESE = re.compile(r"\s*\[zh:\s*(?P<zh>[^\]]*?)\s*\]\s*$")
_LIMITS = re.compile(r"^(?P<unit>[^\[]*)\[(?P<limits>[^\]]*)\]\s*$")
_CONTROL = frozenset({"initial_time", "final_time", "time_step", "saveper"})

Limits = tuple[float | None, float | None]


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
    limits: Limits
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
    """The variables of a model by identifier, in the order of the file.

    Parameters
    ----------
    path : Path
    variables : mapping of str to Variable
    about : mapping of str to (str, str)
        What the file says of each group: a sentence, and the group's Chinese name.
    """

    path: Path
    variables: Mapping[str, Variable] = field(repr=False)
    about: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)

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


def read_dictionary(path: Path, *, complete: bool = True) -> Dictionary:
    """Read the variables of a model file and refuse it if any entry is faulty.

    Parameters
    ----------
    path : Path
    complete : bool
        Ask for an equation, a unit and a meaning of every variable, for UTF-8, and for names
        that differ by more than punctuation; False suits models of others.

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
    """Read what can be read of a model file, and list what is wrong with the rest.

    Parameters
    ----------
    path : Path
    complete : bool
        As for :func:`read_dictionary`.

    Returns
    -------
    tuple of (Dictionary, list of Fault)
    """
    path = Path(path)
    undecoded = _not_utf8(path) if complete else None
    if undecoded is not None:
        return Dictionary(path, {}), [undecoded]
    document, faults = read_document(path)
    dictionary, wrong = dictionary_of(document)
    faults += wrong
    if complete:
        cut = list(_cut_short(document))
        lines = {fault.line for fault in cut}
        whole = (item for item in dictionary.values() if item.line not in lines)
        faults += [*cut, *one_identifier(document)]
        faults += [fault for item in whole for fault in _incomplete(path, item)]
    return dictionary, faults


def dictionary_of(document: Document) -> tuple[Dictionary, list[Fault]]:
    """Return the variables of a document, and the limits that cannot be read."""
    faults = []
    found: dict[str, Variable] = {}
    names = names_of(document)
    for equation in document.equations:
        known = names[plain(equation.name)]
        found[known], what = _variable(equation, known, found.get(known))
        if what:
            faults.append(Fault(document.path, equation.line, found[known].name, what))
    about = {group.name: _meaning(group.comment) for group in document.groups}
    return Dictionary(document.path, found, about), faults


def names_of(document: Document) -> dict[str, str]:
    """Return the identifier of each variable of a file by its plain name."""
    return identifiers((item.name for item in document.equations), (TIME,))


def _not_utf8(path: Path) -> Fault | None:
    """Tell the first byte of a study's model that is not UTF-8."""
    try:
        door.content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"byte {error.object[error.start]:#04x} is not UTF-8, save the model as UTF-8"
        return Fault(path, line, "", what)
    except OSError:
        return None  # told by the reader
    return None


def _variable(equation: Equation, known: str, earlier: Variable | None) -> tuple[Variable, str]:
    """Return the variable of an entry, and what is wrong with it (empty if nothing)."""
    unit, limits, what = unit_and_limits(equation.unit)
    meaning, chinese = _meaning(equation.comment)
    return Variable(
        name=equation.name.strip('"'),
        identifier=known,
        line=earlier.line if earlier else equation.line,
        equation=equation.text,
        unit=unit or (earlier.unit if earlier else ""),
        limits=limits,
        meaning=meaning or (earlier.meaning if earlier else ""),
        meaning_zh=chinese or (earlier.meaning_zh if earlier else ""),
        group=equation.group,
        is_lookup=equation.operator == "(",
    ), what


def unit_and_limits(text: str) -> tuple[str, Limits, str]:
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


def _cut_short(document: Document) -> Iterator[Fault]:
    """Tell names that stand alone, data of another file to Vensim, and entries without a part."""
    for item in document.equations:
        if item.parts < 3:
            what = "the entry has fewer than three parts, expected equation ~ unit ~ meaning |"
        elif not item.operator and not item.keyword:
            what = "no equation, expected name = ..."
        else:
            continue
        yield Fault(document.path, item.line, item.name.strip('"'), what)


def _incomplete(path: Path, item: Variable) -> Iterator[Fault]:
    if not item.unit:
        yield Fault(path, item.line, item.name, "no unit, expected for example Mpax/Year or Dmnl")
    if not item.meaning:
        yield Fault(path, item.line, item.name, "no meaning, expected a sentence after the unit")
