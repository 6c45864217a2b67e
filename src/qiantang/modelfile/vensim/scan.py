"""The text of a .mdl cut into entries, each with its line, its group and its macro."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from qiantang.modelfile.document import Group
from qiantang.modelfile.vensim.words import MisreadError, folded, split

_TAIL = re.compile(
    r"^[ \t]*(?:\\{2,3}---///|///---\\{2,3}|:L\x7f?<%\^E!@|<\[VIEWS? START\]>)", re.MULTILINE
)
_CONTINUED = re.compile(r"\\(?=[ \t]*\n)")
_STOP = re.compile(r'["{~|]|^[ \t]*:(?:MACRO|END OF MACRO):', re.MULTILINE | re.IGNORECASE)
_QUOTED = re.compile(r'"(?:\\[^\n]|[^"\\\n])*+"|"(?:\\[^\n]|[^"\\~|=])*+"')
_BRACE = re.compile(r"[{}]")
_MARK = re.compile(r"[~|]|^[ \t]*:(?:MACRO|END OF MACRO):", re.MULTILINE | re.IGNORECASE)
_MACRO_HEAD = re.compile(r":MACRO:\s*([^(]*?)\s*\(([^)]*)\)", re.IGNORECASE)
_GROUP = re.compile(r"\s*\*{3,}\s*\n?\s*\.?([^\n*]*?)\s*\n?\s*\*{3,}")
_GROUP_REMARK = re.compile(r"\{\s*\*\*\s*\.?(.*?)\s*\*\*\s*\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Parameters
    ----------
    line : int
        On which it begins.
    equation : str
        Remarks in braces blanked out, continued lines joined, line breaks kept.
    fields : tuple of str
        What stands behind each ``~``.
    closed : bool
        A ``|`` ends it.
    group : str
    macro : int
        Position in :attr:`Scan.macros`; -1 in the model itself.
    """

    line: int
    equation: str
    fields: tuple[str, ...]
    closed: bool
    group: str
    macro: int


@dataclass(frozen=True, slots=True)
class MacroHead:
    """``:MACRO: name(parameters : outputs)``."""

    line: int
    name: str
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass
class Scan:
    """What a .mdl consists of."""

    entries: list[Entry] = field(default_factory=list)
    macros: list[MacroHead] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    remarks: list[int] = field(default_factory=list)
    tail: str = ""


def scan(text: str) -> Scan:
    r"""Cut a model at its entries.

    Parameters
    ----------
    text : str
        The whole file, line ends as ``\n``.

    Returns
    -------
    Scan
        ``tail`` holds the sketch and the settings as they stand; ``faults`` are line, name, what;
        ``remarks`` are the lines of free text before a macro.
    """
    match = _TAIL.search(text)
    cut = match.start() if match else len(text)
    body = _CONTINUED.sub(" ", text[:cut]).replace("\x7f", " ")
    return _Cutter(body, text[cut:]).run()


class _Cutter:
    def __init__(self, text: str, tail: str) -> None:
        self.text = text
        self.out = Scan(tail=tail)
        self.at = 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.group = ""
        self.macro = -1
        self.opened = False

    def run(self) -> Scan:
        while self.at < len(self.text):
            self._entry()
        if self.opened:
            head = self.out.macros[self.macro]
            what = "the macro is not closed, expected :END OF MACRO:"
            self.out.faults.append((head.line, head.name, what))
        return self.out

    def _line(self, at: int) -> int:
        return bisect_left(self.breaks, at) + 1

    def _entry(self) -> None:
        start = self.at
        equation, stop = self._equation()
        fields: list[str] = []
        while stop == "~":
            match = _MARK.search(self.text, self.at)
            end = match.start() if match else len(self.text)
            fields.append(self.text[self.at : end])
            stop = match[0] if match else ""
            self.at = match.end() if match else len(self.text)
        if equation.strip() or fields:
            blank = len(equation) - len(equation.lstrip())
            line = self._line(start + blank)
            self._keep(
                Entry(line, equation, tuple(fields), stop == "|", self.group, self.macro), stop
            )
        if stop not in {"~", "|", ""}:
            self._macro_mark(stop)

    def _open(self, group: Group) -> None:
        self.out.groups.append(group)
        self.group = group.name

    def _keep(self, entry: Entry, stop: str) -> None:
        if not entry.fields and len(stop) > 1 and not re.search(r"[=:(]", entry.equation):
            self.out.remarks.append(entry.line)
            return
        if len(entry.fields) <= 1 and entry.closed:
            match = _GROUP.match(entry.equation)
            if match:
                comment = folded(entry.fields[0]) if entry.fields else ""
                self._open(Group(folded(match[1]), entry.line, comment))
                return
        self.out.entries.append(entry)

    def _equation(self) -> tuple[str, str]:
        """Return the text up to the mark that ends it, and the mark."""
        parts: list[str] = []
        start = self.at
        while match := _STOP.search(self.text, self.at):
            mark = match[0]
            self.at = match.end()
            if mark == '"':
                quoted = _QUOTED.match(self.text, match.start())
                self.at = quoted.end() if quoted else self.at
            elif mark == "{":
                end = self._brace(match.start())
                remark = self.text[match.start() : end]
                named = _GROUP_REMARK.fullmatch(remark)
                if named:
                    self._open(Group(folded(named[1]), self._line(match.start())))
                parts.append(self.text[start : match.start()])
                parts.append(re.sub(r"[^\n]", " ", remark))
                start = self.at = end
            else:
                parts.append(self.text[start : match.start()])
                return "".join(parts), mark
        parts.append(self.text[start:])
        self.at = len(self.text)
        return "".join(parts), ""

    def _brace(self, start: int) -> int:
        """Return the end of a remark, which may hold remarks."""
        depth = 0
        for match in _BRACE.finditer(self.text, start):
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return match.end()
        self.out.faults.append((self._line(start), "", "the remark is not closed, expected }"))
        return len(self.text)

    def _macro_mark(self, mark: str) -> None:
        start = self.at - len(mark.lstrip())
        line = self._line(start)
        if not mark.strip().upper().startswith(":MACRO"):
            if not self.opened:
                self.out.faults.append((line, "", ":END OF MACRO: without a macro before it"))
            self.opened, self.macro = False, -1
            return
        head = self._macro_head(line, start)
        if self.opened:
            what = "a macro begins inside another, expected :END OF MACRO: before it"
            self.out.faults.append((line, head.name, what))
        self.out.macros.append(head)
        self.opened, self.macro = True, len(self.out.macros) - 1

    def _macro_head(self, line: int, start: int) -> MacroHead:
        """Read the head of a macro, or its line alone where it is none."""
        found = _MACRO_HEAD.match(self.text, start)
        try:
            if found is None or not found[1]:
                raise MisreadError("it has no name or no list of inputs")
            inputs, _, outputs = found[2].partition(":")
            head = MacroHead(line, folded(found[1]), _names(inputs), _names(outputs))
        except MisreadError as misread:
            end = self.text.find("\n", start)
            self.at = end if end >= 0 else len(self.text)
            name = folded(self.text[start : self.at][len(":MACRO:") :].split("(")[0])[:60]
            what = f"the head of the macro cannot be read: {misread}"
            self.out.faults.append((line, name, what))
            return MacroHead(line, name)
        self.at = found.end()
        return head


def _names(text: str) -> tuple[str, ...]:
    return tuple(split(text)) if text.strip() else ()
