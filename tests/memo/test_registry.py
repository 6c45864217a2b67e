from __future__ import annotations

from qiantang.files.markup import element
from qiantang.memo.registry import Registry, plain, quoted, tip


def test_the_same_number_is_noted_once() -> None:
    registry = Registry()
    first = registry.say("46 million", "threshold", 46.0, unit="Mpax/Year")
    assert registry.say("46 million", "threshold", 46.0, unit="Mpax/Year") == first
    assert registry.say("46 million", "median", 46.0, unit="Mpax/Year") != first
    assert [entry.what for entry in registry.entries] == ["threshold", "median"]


def test_plain_text_bears_no_marks() -> None:
    registry = Registry()
    text = f"about {registry.say('0.02', 'P', 0.0213)} of {quoted('a 3-year plan')}"
    assert plain(text) == "about 0.02 of a 3-year plan"


def test_a_quotation_cannot_break_a_table() -> None:
    assert plain(quoted("a | b\nc")) == r"a \| b c"


def test_a_tip_is_text_and_the_writer_makes_it_safe_in_an_attribute() -> None:
    registry = Registry()
    registry.say("1", 'a "b" <c>', 1.0)
    told = tip(registry.entries[0])
    assert told == 'a "b" <c>; 1'
    assert element("a", {"title": told}) == '<a title="a &#34;b&#34; &lt;c&gt;; 1"></a>'
