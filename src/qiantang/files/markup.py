"""The one writer of HTML and SVG: every text and every attribute escaped.

No page has a script, save the one kind that computes by itself, :func:`running_page`: it runs the
program's own script, named in its policy by a digest, and nothing else.

A text becomes part of a page in two ways only: as a child of :func:`element`, escaped, or as
`Markup`, which nothing but this module and Jinja's own escaping makes. Attribute values are
escaped and quoted; an address that a browser could run is left out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

__all__ = [
    "POLICY", "Markup", "css_string", "element", "in_markdown", "join", "page", "reference",
    "running_page",
]  # fmt: skip

#: What a page may load: its own styles, and pictures and fonts that it carries; never a script.
#: (Content Security Policy Level 3, section 6.)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
#: Elements of HTML without an end (HTML Living Standard, section 13.1.2).
_VOID = frozenset({"br", "col", "hr", "img", "meta"})
#: Elements that run, load or redirect; no page of ours has one.
_BANNED = frozenset({
    "applet", "base", "embed", "form", "frame", "iframe", "link", "object", "script",
    "foreignobject", "animate", "set", "use",
})  # fmt: skip
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ATTRIBUTE = re.compile(r"(?!on)[A-Za-z][A-Za-z0-9:-]*")
#: Attributes that hold an address.
_ADDRESSES = frozenset({"href", "src", "xlink:href", "cite", "poster"})
_ADDRESS = re.compile(r"#|\.\.?/|https?://|data:image/(?:png|jpeg|gif|webp);", re.IGNORECASE)
#: Characters that no page can hold (HTML Living Standard, section 13.2.3.5).
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Marks of Markdown and its extensions that could begin a link, a list of attributes or a cell.
_MARKS = re.compile(r"[\[\]{}`|\\]")
#: What a string of CSS may hold as it is.
_PLAIN_CSS = re.compile(r"[^A-Za-z0-9 _,.\u00a0-\ud7ff\ue000-\ufffd-]")


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: object) -> Markup:
    """Return an element with everything in it escaped.

    Parameters
    ----------
    tag : str
        Named by the program, never by a file.
    attributes : mapping of str to object, optional
        Names are the program's; None and False leave an attribute out, True writes it bare.
        An address that is not http, https, a relative path, a place of the same page or a
        picture is left out.
    *children : object
        `Markup` as it is, anything else as escaped text.

    Raises
    ------
    ValueError
        If the program itself asks for an element or attribute that can run.
    """
    if not _NAME.fullmatch(tag) or tag.lower() in _BANNED:
        raise ValueError(f"no page has an element {tag!r}")
    opened = f"<{tag}{''.join(_attributes(attributes or {}))}>"
    if tag in _VOID:
        return Markup(opened)
    return Markup(f"{opened}{join(children)}</{tag}>")


def _attributes(attributes: Mapping[str, object]) -> Iterable[str]:
    for name, value in attributes.items():
        if not _ATTRIBUTE.fullmatch(name):
            raise ValueError(f"no element has an attribute {name!r}")
        if value is None or value is False:
            continue
        if value is True:
            yield f" {name}"
        elif name not in _ADDRESSES or _ADDRESS.match(str(value)):
            yield f' {name}="{_text(str(value))}"'


def _text(child: object) -> Markup:
    """Return a text escaped, without characters that no page can hold."""
    return Markup(_CONTROLS.sub("\ufffd", escape(child)))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Return parts one after the other: `Markup` as it is, anything else escaped."""
    return Markup(between).join(
        part if isinstance(part, Markup) else _text(str(part)) for part in parts
    )


def reference(key: object) -> str:
    """Return the address of the element of this page whose id is the key."""
    return f"#{key}"


def in_markdown(text: str) -> Markup:
    """Return a text for a page of Markdown: no element, link, attribute or cell begins in it."""
    words = _text(" ".join(text.split()))
    return Markup(_MARKS.sub(lambda match: f"&#{ord(match[0])};", words))


def css_string(text: str) -> str:
    """Return a text as a string of CSS that no quote, backslash or tag inside can end.

    (CSS Syntax Module Level 3, section 4.3.7: an escape is a backslash, hex digits, a blank.)
    """
    return '"' + _PLAIN_CSS.sub(lambda match: f"\\{ord(match[0]):x} ", text) + '"'


def page(title: str, style: str, *body: object, lang: str = "en", kind: str | None = None) -> str:
    """Return a whole page.

    Parameters
    ----------
    title, lang : str
    style : str
        A style sheet of the program; what a file gave stands in it by :func:`css_string`.
    *body : object
        As the children of :func:`element`.
    kind : str, optional
        Class of the body.

    Raises
    ------
    ValueError
        If the style sheet would end its element.
    """
    main = element("main", None, "\n", *body, "\n")
    return _whole(title, style, POLICY, main, lang, kind)


def running_page(
    title: str, style: str, script: str, carried: Mapping[str, object], lang: str = "en"
) -> str:
    """Return a page that computes by itself: one script, and what it reads; nothing is fetched.

    Parameters
    ----------
    title, style, lang : str
        As of :func:`page`.
    script : str
        The program's own; it alone may run, in the page and in workers that it makes.
    carried : mapping of str to object
        By the id of an element: a text as it is, anything else as JSON. No script.

    Raises
    ------
    ValueError
        If the script, or a text, would end its element.
    """
    policy = (
        f"default-src 'none'; script-src {_digest(script)} 'wasm-unsafe-eval'; worker-src blob:; "
        f"style-src {_digest(_styled(style))}; img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts: list[Markup] = [
        _script({"type": "text/plain", "id": key}, value) if isinstance(value, str)
        else _script({"type": "application/json", "id": key}, _json(value))
        for key, value in carried.items()
    ]  # fmt: skip
    body = join([element("main", {"id": "page"}), *parts, _script({}, script)], "\n")
    return _whole(title, style, policy, body, lang, None)


def _json(value: object) -> str:
    r"""Return JSON in which no element begins or ends: `<` as \u003c."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace(
        "<", "\\u003c"
    )


def _script(attributes: Mapping[str, str], text: str) -> Markup:
    if re.search(r"<(?:!--|/?script)", text, re.IGNORECASE):
        raise ValueError("a script holds no end of its own")
    opened = "".join(_attributes(attributes))
    return Markup(f"<script{opened}>{text}</script>")


def _digest(text: str) -> str:
    """Return the source expression of a script or style (CSP Level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _styled(style: str) -> str:
    if "<" in style:
        raise ValueError("a style sheet holds no '<'")
    return f"\n{style}"


def _whole(title: str, style: str, policy: str, body: Markup, lang: str, kind: str | None) -> str:
    head = element(
        "head", None, "\n",
        element("meta", {"charset": "utf-8"}), "\n",
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}), "\n",
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        "\n", element("title", None, title), "\n",
        element("style", None, Markup(_styled(style))), "\n",
    )  # fmt: skip
    whole = element(
        "html", {"lang": lang}, "\n", head, "\n",
        element("body", {"class": kind}, "\n", body, "\n"),
        "\n",
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{whole}\n"
