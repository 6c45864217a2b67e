"""The language layer: names, units, numbers and verdicts in Chinese and English.

Everything that speaks to a reader - charts, memos, the deck - takes its words here, so that one
thing has one name. ::

    from qiantang.wording import Wording

    zh = Wording(study, "zh")
    zh.variable("passengers")            # 机场旅客吞吐量
    zh.figure(46, "Mpax/Year")           # 4600万人次
    zh.figure(590, "bnCNY/Year")         # 5900亿元
    zh.interval(31.2, 38.9, "Mpax/Year") # 3120万～3890万人次
    zh.probability(0.021)                # 概率约2%
    zh.verdict(0.021)                    # 极不可能
    zh.target(target), zh.lever("air_routes"), zh.article(7), zh.scenario(scenario)
    zh.phrase("fan.finding", ...)        # a sentence of phrases.yaml

Names come from the model file, the evidence and the plan themselves; `units.yaml` and
`phrases.yaml` beside this module hold the rest and can be edited by an economist.
"""

from __future__ import annotations

from qiantang.wording.language import LANGUAGES, Language, Sentences, check_language
from qiantang.wording.names import Wording
from qiantang.wording.units import Unit, reading_unit

__all__ = [
    "LANGUAGES",
    "Language",
    "Sentences",
    "Unit",
    "Wording",
    "check_language",
    "reading_unit",
]
