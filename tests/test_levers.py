"""Effects of levers: alone against plain runs, shares that add up, articles, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qiantang.cli import program
from qiantang.ensemble.reach import measure
from qiantang.ensemble.runs import run_resolved
from qiantang.levers import articles_of, effects_alone, lever_table
from qiantang.policy.levertable import LeverTable
from qiantang.policy.packages import open_packages
from qiantang.study import Study


@pytest.fixture(scope="module")
def table(small_study: Study) -> LeverTable:
    return lever_table(open_packages(small_study, members=12, seed=1), pairs=2)


def test_every_lever_meets_every_target(table: LeverTable) -> None:
    assert len(table.effects) == len(table.shares) == 19 * 9
    assert len({(effect.lever, effect.target) for effect in table.effects}) == 19 * 9


def test_an_effect_alone_is_the_difference_of_two_plain_runs(small_study: Study) -> None:
    ground, plan = small_study.scenario("current_policy"), small_study.scenario("plan_in_full")
    alone = replace(ground, name="air_routes", levers={"air_routes": plan.levers["air_routes"]})
    runs = run_resolved(small_study, [ground, alone], members=12, seed=1)
    effects = effects_alone(open_packages(small_study, members=12, seed=1))
    for target in small_study.plan.targets.targets:
        values = measure(runs.dataset, target.measure)
        (effect,) = [e for e in effects if (e.lever, e.target) == ("air_routes", target.id)]
        assert effect.median == pytest.approx(np.median(values[1] - values[0]), rel=1e-12)
        reached = target.is_reached(values).mean(axis=1)
        assert effect.probability == pytest.approx(reached[1] - reached[0])


def test_shares_of_levers_and_of_articles_add_up_to_the_full_plan(table: LeverTable) -> None:
    for total in table.totals:
        mine = table.of(total.target)
        for parts in (mine.shares, mine.articles):
            scale = max(abs(part.mean) for part in parts)
            assert sum(part.mean for part in parts) == pytest.approx(total.mean, abs=1e-9 * scale)
            chance = sum(part.probability for part in parts)
            assert chance == pytest.approx(total.probability, abs=1e-9)


def test_an_article_takes_an_even_part_of_each_lever(small_study: Study, table: LeverTable) -> None:
    mine = table.of("passengers")
    shares = {share.name: share.mean for share in mine.shares}
    for row in mine.articles:
        article = next(a for a in small_study.plan.articles.articles if str(a.number) == row.name)
        parts = [shares[name] / len(articles_of(small_study, name)) for name in article.levers]
        assert row.mean == pytest.approx(sum(parts))


def test_the_table_has_the_columns_of_the_chart(table: LeverTable) -> None:
    frame = table.to_pandas()
    columns = ["lever", "target", "median", "p05", "p95", "shapley", "article"]
    assert list(frame.columns) == columns
    assert len(frame) == 19 * 9
    assert frame.shapley.notna().all()


def call(study: Study, *words: str) -> tuple[int, str, str]:
    line = ["levers", *words, "--study", str(study.folder), "--members", "12"]
    done = CliRunner().invoke(program, line, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_prints_tables_json_and_a_chart(small_study: Study, tmp_path: Path) -> None:
    code, out, _ = call(small_study, "--pairs", "2", "--json")
    record = json.loads(out)
    assert code == 0
    assert {"effects", "shares", "articles", "totals", "members", "pairs"} <= set(record)
    code, out, _ = call(small_study, "--pairs", "0", "--lang", "zh")
    assert code == 0
    assert "机场能力" in out
    picture = tmp_path / "levers.svg"
    words = ["--target", "货邮吞吐量", "--pairs", "2", "--out", str(picture)]
    code, out, _ = call(small_study, *words)
    assert code == 0
    assert "Cross border ecommerce" in out
    assert picture.read_text(encoding="utf-8").rstrip().endswith("</svg>")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--pairs", "1"], "one pair has no standard error, expected 0, or 2 and more"),
        (["--out", "x.svg"], "a chart shows one target, name it with --target"),
        (["--out", "x.doc"], "suffix .doc, expected .svg, .png or .pdf"),
        (["--target", "crgo"], "no such target (did you mean cargo?)"),
    ],
)
def test_refusals_are_one_line_with_exit_code_2(
    small_study: Study, words: list[str], sentence: str
) -> None:
    code, out, err = call(small_study, *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
