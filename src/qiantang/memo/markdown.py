"""The Markdown of templates: what of it is read, and words that no mark of it can change.

CommonMark's paragraphs, headings, items, images and escapes, and the tables of GitHub, read by
markdown-it-py; footnotes, containers and classes of blocks by mdit-py-plugins. No other mark is
known: code, links, addresses and HTML stand in the memo as they were written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.attrs import attrs_block_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

from qiantang.memo.registry import BEGIN, END, KEY, QUOTE, UNQUOTE

#: Rules of CommonMark and GitHub that are read, besides plain paragraphs.
_RULES = ("heading", "list", "table", "escape", "image", "newline")
#: Rules that a plugin brings along: footnotes stand where they belong, within the words.
_UNWANTED = ("footnote_def", "footnote_ref")
#: A number of the register, words of a source, a reference.
_OWN = re.compile(
    rf"{BEGIN}(?P<number>\d+){KEY}(?P<said>[^{END}]*){END}"
    rf"|{QUOTE}(?P<quote>[^{UNQUOTE}]*){UNQUOTE}"
    r"|@(?P<kind>figure|table):(?P<key>[A-Za-z0-9_]+)"
)
#: The name under which every container is known to the parser.
CONTAINER = "part"


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """Return the parser of templates.

    Its own tokens: ``number`` and ``ref`` with `meta` of a key, ``quote`` with content, ``bold``
    where bold letters begin or end.
    """
    made = MarkdownIt("zero").enable(_RULES)
    footnote_plugin(made, inline=True, move_to_end=False)
    attrs_block_plugin(made, allowed=("class",))
    container_plugin(made, CONTAINER, validate=lambda words, _: bool(words.strip()))
    made.disable(_UNWANTED)
    for mark in (BEGIN, QUOTE, "@"):
        made.inline.add_terminator_char(mark)
    made.inline.ruler.before("escape", "own", _own)
    made.inline.ruler.before("escape", "bold", _bold)
    return made


def _own(state: StateInline, silent: bool) -> bool:
    """Take a number, a quotation or a reference whole, so that nothing in it is a mark."""
    match = _OWN.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    state.pos = match.end()
    if silent:
        return True
    if match["number"]:
        token = state.push("number", "", 0)
        token.content, token.meta = match["said"], {"number": int(match["number"])}
    elif match["quote"] is not None:
        state.push("quote", "", 0).content = match["quote"].replace(r"\|", "|")
    else:
        token = state.push("ref", "", 0)
        token.content, token.meta = match["key"], {"kind": match["kind"]}
    return True


def _bold(state: StateInline, silent: bool) -> bool:
    """Take two stars, wherever they stand.

    CommonMark ends bold letters at a stop only where a blank or another stop follows (section
    6.2, right-flanking runs); Chinese goes on without one.
    """
    if not state.src.startswith("**", state.pos):
        return False
    state.pos += 2
    if not silent:
        state.push("bold", "", 0)
    return True
