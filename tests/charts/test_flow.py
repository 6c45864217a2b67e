"""Diagrams of sectors: read rightly from the equations, and readable."""

from __future__ import annotations

from itertools import combinations

import pytest

from qiantang.charts import piping, plumbing
from qiantang.charts.flow import sector_title
from qiantang.charts.structure import Pipe, check_sector, read_sector, sectors
from qiantang.study import Study
from qiantang.wording import Wording

from .gallery import drawn


def test_pipes_links_and_kinds_are_those_of_the_equations(routes: Study) -> None:
    sector = read_sector(routes, "routes")
    assert set(sector.pipes) == {
        Pipe("planning", None, "routes_planned"),
        Pipe("opening", "routes_planned", "routes_open"),
        Pipe("closing", "routes_open", None),
        Pipe("mood:net", None, "mood", two_way=True),
    }
    assert set(sector.links) == {
        ("demand", "planning"), ("routes_planned", "opening"), ("routes_open", "closing"),
        ("routes_open", "demand"), ("mood", "demand"), ("demand", "mood:net"), ("mood", "mood:net"),
    }  # fmt: skip
    assert sector.kinds["routes_open"] == "stock"
    assert sector.kinds["demand"] == "auxiliary"
    assert "elasticity" not in sector.kinds


def test_every_stock_of_the_model_stands_in_a_diagram(study: Study) -> None:
    names = sectors(study)
    assert "Levers" not in names
    assert len(names) > 8
    for name in names:
        sector = read_sector(study, name)
        stocks = {item for item, kind in sector.kinds.items() if kind == "stock"}
        ends = {end for pipe in sector.pipes for end in (pipe.source, pipe.target) if end}
        assert stocks == ends, name
        assert all(source in sector.kinds and target in sector.kinds
                   for source, target in sector.links), name  # fmt: skip


def test_stocks_of_one_form_are_drawn_once(study: Study) -> None:
    sector = read_sector(study, "Policy delivery")
    assert sum(sector.alike.values()) > 10
    delivered = [item for item in sector.kinds if item.startswith("delivered_")]
    assert len([item for item in delivered if sector.kinds[item] == "stock"]) == 1


def test_a_sector_goes_by_either_name(study: Study) -> None:
    title = sector_title(study, "Air travel", Wording(study, "zh"))
    assert title != "Air travel"
    assert {check_sector(study, name) for name in ("Air travel", "air_travel", title)} == {
        "Air travel"
    }


def test_boxes_stand_apart_and_pipes_begin_and_end_at_them() -> None:
    pipes = [Pipe("in", None, "a"), Pipe("ab", "a", "b"), Pipe("out", "a", None),
             Pipe("cb", "c", "b"), Pipe("ic", None, "c")]  # fmt: skip
    (body,) = plumbing.bodies(pipes, dict.fromkeys("abc", 1.0))
    for one, two in combinations(body.boxes.values(), 2):
        apart = abs(one[0] - two[0]) >= (one[2] + two[2]) / 2
        assert apart or abs(one[1] - two[1]) >= (one[3] + two[3]) / 2
    x, y, wide, _ = body.boxes["a"]
    assert body.routes["ab"][0][0] == pytest.approx(x + wide / 2)
    assert len(body.clouds) == 3
    assert abs(body.routes["ab"][0][1] - y) < 0.5


def test_no_two_names_overlap_and_loops_are_named(routes: Study) -> None:
    for lang in ("en", "zh"):
        chart = routes.chart.flow("Routes", lang=lang)
        texts = [text for text in chart.figure.axes[0].texts if text.get_text()]
        renderer = drawn(chart)
        boxes = [text.get_window_extent(renderer) for text in texts if text.get_gid() != "badge"]
        assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
        assert "R1" in [text.get_text() for text in texts]
        row = chart.data[(chart.data["from"] == "demand") & (chart.data["to"] == "planning")]
        assert row["loops"].item() == "R1"


def test_a_picture_without_loops_file_is_drawn_too(routes: Study, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "model").mkdir()
    text = routes.model_file.read_text(encoding="utf-8")
    (folder / "model" / "routes.mdl").write_text(text, encoding="utf-8")
    assert "no named loop" in Study(folder).chart.flow("Routes").finding


def test_shelves_refuse_a_page_that_is_too_low() -> None:
    (body,) = plumbing.bodies([Pipe("in", None, "a")], {"a": 1.0})
    assert piping.shelve([body], 7.0, 0.3) is None
