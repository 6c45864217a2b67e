"""Every text and attribute that a page holds is escaped, and nothing in it can run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiantang.files.markup import (
    POLICY,
    Markup,
    css_string,
    element,
    in_markdown,
    join,
    page,
    reference,
    running_page,
)

SRC = Path(__file__).parents[2] / "src" / "qiantang"
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&"


class Seen(HTMLParser):
    """Collects elements with their attributes, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_texts_and_attributes_come_back_as_they_were_and_nothing_else() -> None:
    seen = Seen(element("p", {"id": EVIL, "class": EVIL}, EVIL, element("b", None, EVIL)))
    assert seen.tags == [("p", {"id": EVIL, "class": EVIL}), ("b", {})]
    assert seen.words == EVIL * 2


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_the_text_it_makes_no_element(title: str, text: str) -> None:
    seen = Seen(element("p", {"title": title}, text))
    assert [tag for tag, _ in seen.tags] == ["p"]
    assert list(seen.tags[0][1]) == ["title"]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//host/x",
     "data:image/svg+xml;base64,x", "vbscript:x", "file:///etc/passwd", "blob:x", "\tjavascript:x"],
)  # fmt: skip
def test_an_address_that_could_run_or_leave_is_left_out(address: str) -> None:
    assert element("a", {"href": address}, "x") == "<a>x</a>"
    assert element("a", {"xlink:href": address}, "x") == "<a>x</a>"


@pytest.mark.parametrize(
    "address", ["#n1", "https://a.b/c", "http://a.b", "../group/#x", "data:image/png;base64,AAAA"]
)
def test_other_addresses_stay(address: str) -> None:
    assert element("a", {"href": address}) == f'<a href="{address}"></a>'


@pytest.mark.parametrize("tag", ["script", "SCRIPT", "iframe", "a b", "object", "foreignObject"])
def test_the_program_itself_cannot_ask_for_what_runs(tag: str) -> None:
    with pytest.raises(ValueError, match="no page has an element"):
        element(tag)


@pytest.mark.parametrize("name", ["onclick", "on", "a b", 'x"', ""])
def test_the_program_itself_cannot_ask_for_a_handler(name: str) -> None:
    with pytest.raises(ValueError, match="no element has an attribute"):
        element("p", {name: "x"})


def test_attributes_may_be_left_out_or_bare_and_void_elements_do_not_end() -> None:
    assert (
        element("details", {"open": True, "id": None, "class": False}) == "<details open></details>"
    )
    assert element("br") == "<br>"
    assert join(["<", Markup("<b>"), 1], ", ") == "&lt;, <b>, 1"
    assert reference("n1") == "#n1"


def test_characters_that_no_page_holds_are_replaced() -> None:
    assert element("p", {"id": "a\x00"}, "b\x1b\ud800") == '<p id="a\ufffd">b\ufffd\ufffd</p>'


@pytest.mark.parametrize("name", ['Song"; } </style>', "a\\", "仿宋", "a\nb", "x'y", "{}"])
def test_a_name_of_a_font_cannot_end_its_string(name: str) -> None:
    written = css_string(name)
    inside = written[1:-1]
    assert written[0] == written[-1] == '"'
    assert not re.search(r"[\"'<>{};\n]", inside)
    assert re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), inside) == name


def test_a_text_in_markdown_begins_no_element_link_or_attribute() -> None:
    assert in_markdown("[x](javascript:1) {: onclick=x} <b> | `c`\n# d") == (
        "&#91;x&#93;(javascript:1) &#123;: onclick=x&#125; &lt;b&gt; &#124; &#96;c&#96; # d"
    )


def test_a_page_forbids_scripts_and_whatever_is_fetched() -> None:
    whole = page(EVIL, "p { color: red; }", element("p", None, EVIL), lang='en"', kind=EVIL)
    seen = Seen(whole)
    policies = [a["content"] for tag, a in seen.tags if a.get("http-equiv")]
    assert policies == [POLICY]
    assert "default-src 'none'" in POLICY
    assert "script" not in POLICY
    assert [tag for tag, _ in seen.tags] == [
        "html", "head", "meta", "meta", "meta", "title", "style", "body", "main", "p",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="holds no '<'"):
        page("t", "</style><script>", "x")


def test_a_running_page_runs_its_own_script_alone() -> None:
    carried = {"plan": {"title": EVIL, "end": "</script><script>alert(1)</script><!--"}}
    whole = running_page(EVIL, "p { color: red; }", "begin();", carried)
    seen = Seen(whole)
    (policy,) = [a["content"] for tag, a in seen.tags if a.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(b"begin();").digest()).decode()
    assert policy is not None
    assert f"script-src 'sha256-{digest}' 'wasm-unsafe-eval'; worker-src blob:" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe-inline" not in policy
    assert [(a.get("type"), a.get("id")) for tag, a in seen.tags if tag == "script"] == [
        ("application/json", "plan"), (None, None),
    ]  # fmt: skip
    (data,) = re.findall(r'<script type="application/json" id="plan">(.*?)</script>', whole)
    assert json.loads(data) == carried["plan"]
    for script, text in (("a</script>", "x"), ("a", "</SCRIPT >"), ("a", "<!-- <script>")):
        with pytest.raises(ValueError, match="holds no end"):
            running_page("t", "", script, {"text": text})


def test_no_other_module_writes_markup_or_trusts_a_text() -> None:
    """Elements in strings, escaping of one's own, or Jinja's `safe` would go past the writer."""
    raw = re.compile(r"""f?["']</?(a|b|p|td|tr|div|span|svg|text|rect|h\d)[ >{]""")
    allowed = {SRC / "files" / "markup.py"}
    trusted = {SRC / "memo" / "html.py"}  # a picture that Matplotlib drew
    for path in sorted(SRC.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path in allowed:
            continue
        assert "import escape" not in text, path
        assert "html.escape" not in text, path
        assert not raw.search(text), path
        assert path in trusted or "Markup(" not in text, path
    for path in SRC.rglob("*.j2"):
        assert not re.search(r"\|\s*safe|autoescape", path.read_text(encoding="utf-8")), path


def test_the_deck_sets_text_and_never_parses_it() -> None:
    banned = (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "DOMParser", "createContextualFragment", "srcdoc", "javascript:",
    )  # fmt: skip
    parts = [*(SRC / "deck" / "front").glob("*.js"), *(SRC / "travel" / "front").glob("*.js")]
    assert len(parts) > 9
    for path in parts:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in banned if word in text], path
