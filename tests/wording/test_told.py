"""What is found is told from the same facts in both languages."""

from __future__ import annotations

import re
import string

import pytest

from qiantang.faults import Fault
from qiantang.wording.told import Named, Refused, Row, Told, column, said, sentences, word

KEYS = sentences()
_ENGLISH = re.compile(r"\b(?!qiantang )[a-z]{2,} [a-z]{2,} [a-z]{2,}")
#: Blanks of which a language says less: the id of a series, names that stand in a list.
_SPARE = {"reproduced.name": {"id", "series"}, "listed.more": {"count", "more"}}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_the_same_facts(key: str) -> None:
    one, other = blanks(KEYS[key].en), blanks(KEYS[key].zh)
    assert one ^ other <= _SPARE.get(key, set())


@pytest.mark.parametrize("key", KEYS)
def test_chinese_is_chinese(key: str) -> None:
    assert not _ENGLISH.search(KEYS[key].zh)
    assert not re.search(r"[,;!?] |\(", KEYS[key].zh.replace("28(4)", ""))


def test_an_english_sentence_would_be_seen() -> None:
    assert _ENGLISH.search("所得：without any of them")


def test_a_statement_has_a_name_and_is_asked() -> None:
    asked = {key.rpartition(".")[0] for key in KEYS if key.endswith(".asks")}
    named = {key.rpartition(".")[0] for key in KEYS if key.endswith(".name")}
    assert asked == named


def test_a_sentence_is_english_text_and_is_said_in_chinese() -> None:
    told = Told("stocks_covered.figure", covered=3, stocks=4)
    assert told == "3 of 4 stocks"
    assert told.said("zh") == "4个存量中有3个"
    assert said(told, "en") == "3 of 4 stocks"
    assert said(4.0, "zh") == 4.0


def test_names_in_a_row_are_said_in_the_language_of_the_whole() -> None:
    names = [Named("quay", "码头"), Named("ships", ""), Named("depth", "水深")]
    told = Told("levers_reach_targets.reason", names=Row(names, most=2))
    assert told == "reach none: quay, ships and 1 more"
    assert told.said("zh") == "不作用于任何目标：码头、ships等3项"
    assert Row(["", "a"], "clauses") == "a"


def test_another_sentence_of_the_same_facts() -> None:
    asks = Told("reproduced.asks", series=Named("Ships called", "到港船舶"), id="ships")
    assert asks.of("name") == "ships"
    assert asks.of("name").said("zh") == "到港船舶"


def test_a_fault_is_told_as_a_refusal() -> None:
    found = Refused(Fault("a.yaml", 3, "x", "unknown key"))
    assert found == "a.yaml:3: x: unknown key"
    assert found.said("zh") == "a.yaml:3：x：不认识的键"


def test_words_and_heads_that_are_not_known_stay() -> None:
    assert said(word("judgement"), "zh") == "判断"
    assert word("2.5 km") == "2.5 km"
    assert said(column("scenario"), "zh") == "情景"
    assert column("Um") == "Um"
    with pytest.raises(KeyError):
        Told("no.such.sentence")
