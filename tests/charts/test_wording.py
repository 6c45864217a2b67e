"""Names, units, numbers and verdicts in both languages."""

from __future__ import annotations

import string

import pytest

from qiantang.faults import StudyError
from qiantang.study import Study
from qiantang.wording import Wording, reading_unit
from qiantang.wording.figures import numeral
from qiantang.wording.language import phrase, phrases
from qiantang.wording.names import VERDICTS
from qiantang.wording.units import _entries, number


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (590, "bnCNY/Year", "5900亿元", "590 bn yuan"),
        (46, "Mpax/Year", "4600万人次", "46 million"),
        (600, "kt/Year", "60万吨", "600 kt"),
        (20, "bnUSD", "200亿美元", "20 bn USD"),
        (50, "destination", "50个", "50"),
        (32, "pair", "32对", "32 pairs"),
        (4, "zone", "4家", "4 zones"),
        (1488.7, "bnCNY10/Year", "1.49万亿元", "1,489 bn yuan"),
        (123.4, "Mpax/Year", "1.23亿人次", "123 million"),
        (24.1, "kCNY/m2", "24100元/平方米", "24.1 thousand yuan a m²"),
        (-1.31, "bnUSD/Year", "−13.1亿美元", "−1.31 bn USD"),
        (2.5, "parsec", "2.5 parsec", "2.5 parsec"),
    ],
)
def test_a_figure_is_written_as_its_readers_write_it(
    study: Study, value: float, unit: str, zh: str, en: str
) -> None:
    assert Wording(study, "zh").figure(value, unit) == zh
    assert Wording(study, "en").figure(value, unit) == en


def test_every_unit_of_a_headline_and_of_a_target_has_words(study: Study) -> None:
    used = {study.dictionary[name].unit for name in study.headlines}
    used |= {target.unit for target in study.plan.targets.targets}
    assert used <= set(_entries()) | set(study.about.units)


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [(0.0, "0", "0"), (12345.6, "12,346", "12346"), (0.01234, "0.0123", "0.0123"),
     (float("nan"), "n/a", "无"), (24.04, "24", "24"), (-0.0001, "−0.0001", "−0.0001")],
)  # fmt: skip
def test_a_number_keeps_three_digits(value: float, en: str, zh: str) -> None:
    assert number(value, "en") == en
    assert number(value, "zh") == zh


def test_a_column_of_numbers_keeps_its_noughts() -> None:
    assert number(24.04, "en", trim=False) == "24.0"


def test_probabilities_never_say_never(study: Study) -> None:
    en, zh = Wording(study, "en"), Wording(study, "zh")
    assert en.probability(0.0) == "P\u00a0<\u00a00.01"
    assert en.probability(0.021) == "P\u00a0=\u00a00.02"
    assert zh.probability(1.0) == "概率>99%"
    assert zh.bare_probability(0.172) == "17%"
    assert zh.bare_probability(float("nan")) == "无"


def test_verdicts_follow_the_probability(study: Study) -> None:
    en, zh = Wording(study, "en"), Wording(study, "zh")
    assert en.verdict(0.02) == "extremely unlikely"
    assert zh.verdict(0.5) == "成败参半"
    assert en.verdict(1.0) == "all but certain"
    assert en.verdict(float("nan")) == "not known"
    words = [en.verdict(end - 1e-6) for end, _ in VERDICTS]
    assert len(set(words)) == len(VERDICTS)


def test_articles_are_cited_as_offices_cite_them(study: Study) -> None:
    zh, en = Wording(study, "zh"), Wording(study, "en")
    assert zh.article(7) == "第七条"
    assert zh.article(33) == "第三十三条"
    assert zh.articles([7, 10]) == "第七、十条"
    assert zh.articles([4, 5, 6, 7, 10]) == "第4、5、6、7、10条"
    assert en.articles([7, 10]) == "art. 7, 10"
    assert en.articles([]) == ""
    assert [numeral(n) for n in (10, 11, 20, 99)] == ["十", "十一", "二十", "九十九"]
    with pytest.raises(ValueError, match="1 to 99"):
        numeral(0)


def test_names_come_from_evidence_model_and_plan(study: Study) -> None:
    zh, en = Wording(study, "zh"), Wording(study, "en")
    assert zh.variable("passengers") == "机场旅客吞吐量"
    assert en.variable("slots_granted") == "Slots granted"
    assert zh.lever("air_routes") == study.dictionary["air_routes"].meaning_zh
    assert all(zh.target(target) == target.title_zh for target in study.plan.targets.targets)


def test_a_rise_of_a_share_is_said_in_percentage_points(study: Study) -> None:
    target = next(t for t in study.plan.targets.targets if t.id == "services_share")
    zh = Wording(study, "zh")
    assert zh.figure(0.0395, zh.target_unit(target)) == "3.95个百分点"
    assert reading_unit("Dmnl", "en", share=True).label == "%"


def test_both_languages_of_a_phrase_ask_for_the_same_words() -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, entry in phrases().items():
        assert blanks(entry.en) - {"verb"} == blanks(entry.zh), key  # Chinese verbs do not bend


def test_an_unknown_language_or_phrase_is_refused(study: Study) -> None:
    with pytest.raises(StudyError, match="expected zh or en"):
        Wording(study, "fr")
    with pytest.raises(KeyError, match="no phrase"):
        phrase("fan.findin", "en")
