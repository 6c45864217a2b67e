"""Reference pages of the site: the model from its file, the commands from their own help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from qiantang.files.markup import Markup, element, in_markdown, join
from qiantang.model.mdl import Dictionary, Variable

#: Longest table of a driver shown with its points; the rest are in the evidence.
_LONGEST = 600


def slug(name: str) -> str:
    """Return the file name of a group's page."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def groups(dictionary: Dictionary) -> list[str]:
    """Return the groups of a model in the order of its file."""
    return list(dict.fromkeys(item.group for item in dictionary.values()))


def model_pages(
    dictionary: Dictionary,
    *,
    articles: Callable[[str], Sequence[int]] = lambda _: (),
) -> dict[str, str]:
    """Return a page for each group of a model, and an index of all variables.

    Parameters
    ----------
    dictionary : Dictionary
    articles : callable
        Articles of the plan that call for a variable.

    Returns
    -------
    dict of str to str
        File name to Markdown.
    """
    names = _Names(dictionary)
    chinese = {name: zh for name, (_, zh) in dictionary.about.items()}
    pages = {"index.md": _index(dictionary, chinese)}
    for group in groups(dictionary):
        sentence, name = dictionary.about.get(group, ("", ""))
        title = f"{in_markdown(group)} {in_markdown(name)}".rstrip()
        lines = [f"# {title}", "", in_markdown(sentence), ""]
        for item in dictionary.group(group):
            lines += _entry(item, names, articles(item.identifier))
        pages[f"{slug(group)}.md"] = "\n".join(lines)
    return pages


def command_page(program: click.Group) -> str:
    """Return the help of every verb as one page."""
    lines = ["# Commands", "", "What `qiantang VERB --help` prints, verb by verb.", ""]
    context = click.Context(program, info_name="qiantang")
    for name in program.list_commands(context):
        lines += _help(program.get_command(context, name), context, name, 2)
    return "\n".join(lines)


class _Names:
    """Finds the variables of a model in its equations."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._known = {item.name.lower(): item for item in dictionary.values()}
        longest = sorted(self._known, key=len, reverse=True)
        self._any = re.compile(
            r"(?<![\w])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w])", re.IGNORECASE
        )
        self.users: dict[str, list[Variable]] = {}
        for item in dictionary.values():
            for used in dict.fromkeys(one.identifier for one in self._in(item.equation)):
                self.users.setdefault(used, []).append(item)

    def _in(self, equation: str) -> Iterator[Variable]:
        for match in self._any.finditer(equation):
            yield self._known[match[0].lower()]

    def linked(self, item: Variable) -> Markup:
        """Return an equation as HTML, each variable a link to its entry."""
        parts: list[str] = []
        end = 0
        for match in self._any.finditer(item.equation):
            parts += [item.equation[end : match.start()]]
            parts += [link(self._known[match[0].lower()], match[0])]
            end = match.end()
        return join([*parts, item.equation[end:]])


def link(item: Variable, words: str) -> Markup:
    """Return a link to the entry of a variable from any page of the model."""
    return element("a", {"href": f"../{slug(item.group)}/#{item.identifier}"}, words)


def _entry(item: Variable, names: _Names, articles: Sequence[int]) -> list[str]:
    title = in_markdown(" ".join(filter(None, (item.name, item.meaning_zh))))
    facts = [f"`{item.identifier}`", f"unit {_code(item.unit)}", f"limits {_limits(item)}"]
    if articles:
        facts.append("articles " + ", ".join(map(str, articles)))
    equation = names.linked(item)
    if len(item.equation) > _LONGEST:
        equation = join([item.equation[:_LONGEST], " ..."])
    users = names.users.get(item.identifier, [])
    used = join((link(one, one.name) for one in users if one is not item), ", ")
    lines = [f"## {title} {{ #{item.identifier} }}", "", " · ".join(facts), ""]
    lines += [in_markdown(item.meaning), ""] if item.meaning else []
    lines += [element("pre", {"class": "equation"}, element("code", None, equation)), ""]
    lines += [element("p", {"class": "users"}, "Used in ", used), ""] if used else []
    return lines


def _code(text: str) -> str:
    """Return a text as code of Markdown, which escapes all but the marks at its ends."""
    plain = re.sub(r"[`|\s]+", " ", text)
    return f"`{plain}`"


def _limits(item: Variable) -> str:
    low, high = item.limits
    if low is None and high is None:
        return "none"
    ends = ["-∞" if low is None else f"{low:g}", "∞" if high is None else f"{high:g}"]
    return " to ".join(ends)


def _index(dictionary: Dictionary, chinese: Mapping[str, str]) -> str:
    count = len(dictionary)
    lines = [
        "# The model's variables",
        "",
        f"All {count} variables of `{dictionary.path.name}`, which is the model and its only "
        "dictionary. A name in Python and YAML is the Vensim name in lower case with underscores. "
        "`Dmnl` is Vensim's word for a number without a unit.",
        "",
    ]
    for group in groups(dictionary):
        lines += [f"## {in_markdown(group)} {in_markdown(chinese.get(group, ''))}".rstrip(), ""]
        lines += ["| variable | 名称 | unit | limits |", "|---|---|---|---|"]
        for item in dictionary.group(group):
            place = f"{slug(group)}.md#{item.identifier}"
            cells = f"{_code(item.unit)} | {_limits(item)}"
            called, chinese_name = in_markdown(item.name), in_markdown(item.meaning_zh)
            lines.append(f"| [{called}]({place}) | {chinese_name} | {cells} |")
        lines.append("")
    return "\n".join(lines)


def _help(
    command: click.Command | None, parent: click.Context, name: str, depth: int
) -> Iterator[str]:
    if command is None:
        return
    with click.Context(command, parent=parent, info_name=name, terminal_width=100) as context:
        yield f"{'#' * depth} {context.command_path}"
        yield ""
        yield "```text"
        yield command.get_help(context)
        yield "```"
        yield ""
        if isinstance(command, click.Group):
            for verb in command.list_commands(context):
                yield from _help(command.get_command(context, verb), context, verb, depth + 1)
