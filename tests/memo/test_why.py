"""Why a target stands where it does: the sentence follows the shares of the loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from qiantang.faults import Fault, StudyError
from qiantang.loops.report import LoopReport
from qiantang.memo import make_memo
from qiantang.study import Study

from .test_memo import loose_digits, text_of

#: Shares of two loops, (loop, time, member): the one that holds back is the smaller at first in
#: every member, and at the end the larger in three of four.
SHARES = np.array([[[-0.2, -0.2, -0.2, -0.2], [-0.6, -0.6, -0.6, -0.1]],
                   [[0.5, 0.5, 0.5, 0.5], [0.3, 0.3, 0.3, 0.3]]])  # fmt: skip


def report(outside: bool = True) -> LoopReport:
    """Return a report in which slots decide in the end."""
    short, axes = ("loop", "time"), ("loop", "time", "member")
    strongest = np.array([[0.0, 0.75], [0.25, 0.25]])
    data = {"share": (axes, SHARES), "strongest": (short, strongest)}
    if outside:
        data["outside"] = (axes[1:], np.full((2, 4), 0.47))
    coords = {
        "loop": ["B10", "r1"], "time": [2018.5, 2021.0],
        "title": ("loop", ["Slot ceiling", "A > B > +2"]),
        "title_zh": ("loop", ["时刻增速上限", "A > B > +2"]),
        "polarity": ("loop", ["balancing", "reinforcing"]),
        "articles": ("loop", ["7, 8, 31, 33", ""]),
    }  # fmt: skip
    return LoopReport(xr.Dataset(data, coords=coords), ())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_strongest_loop_is_named_with_its_figures(
    small_study: Study, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def scored(_: Study, about: str, scenario: Any, **options: Any) -> LoopReport:
        asked.append((about, scenario.name, options["members"], options["first"]))
        if len(asked) == 1:
            raise StudyError([Fault("model", None, about, "is on no loop")])
        return report(outside=len(asked) == 2)

    monkeypatch.setattr("qiantang.loops.ofstudy.loops_of_study", scored)
    memo = make_memo(small_study, ["plan_in_full"], lang=lang, members=2, why=True)
    told = text_of(memo)
    first = {
        "en": "is “Slot ceiling”, which holds back (article 7, article 8, article 31): no loop is "
        "stronger in 38 % of members and quarters, and its share of all feedback is −20 % in the "
        "median. What holds back outweighs what drives in 75 % of members at the end, against 0 % "
        "in June 2018. 47 % of the change comes from outside",
        "zh": "最强的反馈多为“时刻增速上限”回路，起抑制作用（涉及第七条、第八条、第三十一条）："
        "在38%的样本与季度中没有更强的回路，占全部反馈的份额中位数为−20%。期末抑制作用大于推动作用"
        "的样本占75%，2018年6月时为0%。变动中有47%来自回路之外",
    }[lang]
    assert first in told
    assert told.count("47%" if lang == "zh" else "47 %") == 1  # the others have no outside
    assert len(asked) == 4
    assert "passengers" in {about for about, *_ in asked}
    assert {row[1:] for row in asked} == {("plan_in_full", 2, 2018.5)}
    assert loose_digits(memo) == []
    (traced,) = [one for one in memo.entries if one.text in ("47 %", "47%")]
    assert (traced.value, traced.members) == ("0.47", "4")


def test_a_model_without_loops_is_told(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Study, about: str, *__: Any, **___: Any) -> LoopReport:
        raise StudyError([Fault("model", None, about, "is on no loop")])

    monkeypatch.setattr("qiantang.loops.ofstudy.loops_of_study", refused)
    with pytest.raises(StudyError, match="is on no loop"):
        make_memo(small_study, ["plan_in_full"], members=2, why=True)
