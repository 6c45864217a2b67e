"""The memo of a review: what it says in either language, and what it is written to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.memo.document import (
    FigureBlock,
    Number,
    Paragraph,
    TableBlock,
    Text,
    inlines,
    words_of,
)
from qiantang.memo.review import called, day, review_memo
from qiantang.memo.writing import write_memo
from qiantang.policy.answer import Answer
from qiantang.review.review import Review
from qiantang.session import OpenStudy
from qiantang.wording import Wording
from review.conftest import MEMBERS

#: Days and periods, which a text may hold.
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}|\d{4}-[HQ]\d|\d{4}年\d+月\d+日|(19|20)\d\d")


@pytest.fixture(scope="module")
def review(reviewed_study: OpenStudy) -> Review:
    return reviewed_study.as_of("2018-09-30", members=MEMBERS)


def answered(verdict: str) -> Answer:
    return Answer(
        target="destinations", asked=0.5, verdict=verdict, package=(), cost=10.0, full_cost=100.0,
        costs=(), unit="points", probability=0.4, error=0.01, fresh=0.4, fresh_error=0.01, base=0.3,
        full=0.4, ceiling=None, binding=(), limits=(), members=10, seed=1, runs=1,
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_tables_say_what_the_review_says(lang: str, review: Review) -> None:
    memo = review_memo(review, lang=lang)
    tables = {block.key: block for block in memo.blocks if isinstance(block, TableBlock)}
    words = Wording(review.study, lang)
    now = review.odds[-1].chance
    for target, row in zip(review.belief.targets, tables["odds"].rows, strict=True):
        assert words_of(row[0]) == words.target(target)
        assert words_of(row[4]) == words.bare_probability(now[target.id])
    assert len(tables["needs"].rows) == len(review.needs)
    assert sum(isinstance(block, FigureBlock) for block in memo.blocks) == 1
    wanted = "2018年9月30日" if lang == "zh" else "2018-09-30"
    assert wanted in memo.title


@pytest.mark.parametrize("verdict", ["reached", "no_effort", "impossible", "not_found"])
def test_every_verdict_is_said_in_both_languages(verdict: str, review: Review) -> None:
    for lang in ("en", "zh"):
        memo = review_memo(review, lang=lang, answer=answered(verdict))
        body = [b for b in memo.blocks if isinstance(b, Paragraph) and b.role == "body"]
        assert Wording(review.study, lang).target(
            next(t for t in review.study.plan.targets.targets if t.id == "destinations")
        ) in words_of(body[-1].content)


def test_without_news_it_says_so(review: Review) -> None:
    still = replace(review, news=())
    texts = [words_of(b.content) for b in review_memo(still).blocks if isinstance(b, Paragraph)]
    assert any("Nothing that was published since" in text for text in texts)


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_a_memo_is_written(suffix: str, review: Review, tmp_path: Path) -> None:
    out = write_memo(review_memo(review, lang="zh"), tmp_path / f"memo{suffix}")
    assert out.stat().st_size > 10_000


def test_the_memo_command_writes_the_memo_of_a_review(
    review: Review, reviewed_study: OpenStudy, tmp_path: Path
) -> None:
    out = tmp_path / "评估.html"
    words = f"memo --review 2018-09-30 --members {MEMBERS} --lang zh --study"
    result = CliRunner().invoke(
        program, [*words.split(), str(reviewed_study.folder), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    (tmp_path / "same").mkdir()
    same = write_memo(review_memo(review, lang="zh"), tmp_path / "same" / out.name)
    assert out.read_bytes() == same.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("memo", "memo needs a scenario"),
        ("memo --review 2018-09-30 a b", "--review takes one scenario, got 2"),
        ("memo --review 2018-09-30 --why", "--why does not go with --review"),
        ("memo --review 2018-09-30 --where a=1", "--where does not go with --review"),
    ],
)
def test_what_a_memo_does_not_take_is_refused(words: str, said: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(program, [*words.split(), "--out", str(tmp_path / "memo.html")])
    assert result.exit_code == 2
    assert said in result.output
    assert not list(tmp_path.iterdir())


def test_a_revision_is_called_one(review: Review) -> None:
    words = Wording(review.study, "zh")
    assert called("passengers 2019-H1 revised", words) == "机场旅客吞吐量 2019-H1（修订）"


def test_figures_are_called_by_their_titles(review: Review) -> None:
    chinese, english = Wording(review.study, "zh"), Wording(review.study, "en")
    assert called("passengers 2018-H1", chinese) == "机场旅客吞吐量 2018-H1"
    assert called("passengers 2018-H1", english) == "Airport passengers 2018-H1"
    assert called("world outside", chinese) == "外部环境"
    assert day("2018-09-30", chinese) == "2018年9月30日"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_of_a_review_is_traced(lang: str, review: Review) -> None:
    memo = review_memo(review, lang=lang, answer=answered("reached"))
    loose = [
        one.text for block in memo.blocks for one in inlines(block)
        if isinstance(one, Text) and not one.quoted and re.search(r"\d", _DATED.sub("", one.text))
    ]  # fmt: skip
    assert [text for text in loose if "90" not in text] == []
    said = {one.number for b in memo.blocks for one in inlines(b) if isinstance(one, Number)}
    annex = next(b for b in memo.blocks if isinstance(b, TableBlock) and b.anchors)
    assert [int(words_of(row[0])) for row in annex.rows] == sorted(said)
    results = [entry for entry in memo.entries if entry.members]
    assert len(results) > 20
    assert {(e.members, e.seed, e.fit) for e in results} == {
        (str(review.members), str(review.seed), review.study.fit.record.version)
    }
    assert all(entry.origin for entry in memo.entries)
