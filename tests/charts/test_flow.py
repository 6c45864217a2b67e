"""Diagrams of sectors: read rightly from the equations, and readable."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from qiantang.charts.flow import sector_title
from qiantang.charts.layout import lay_out
from qiantang.charts.structure import Pipe, check_sector, read_sector, sectors
from qiantang.faults import StudyError
from qiantang.model.syntax import syntax_of
from qiantang.modelfile.read import read_document
from qiantang.study import Study
from qiantang.wording import Wording

from .conftest import SMALL_MODEL, routes_study
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


def test_a_picture_without_loops_file_is_drawn_too(tmp_path: Path) -> None:
    study = routes_study(tmp_path, loops="")
    assert "no named loop" in study.chart.flow("Routes").finding


def test_a_model_without_a_drawing_says_so(tmp_path: Path) -> None:
    message = "the model file has no drawing of it"
    with pytest.raises(StudyError, match=message):
        routes_study(tmp_path, SMALL_MODEL.split("\\\\\\---///")[0]).chart.flow("Routes")


def test_what_a_view_does_not_draw_is_named(tmp_path: Path) -> None:
    lines = [line for line in SMALL_MODEL.split("\n") if not line.startswith(("10,11,", "1,25,"))]
    with pytest.raises(StudyError, match=r"does not draw demand, .*from routes_planned to opening"):
        routes_study(tmp_path, "\n".join(lines)).chart.flow("Routes")


def test_pipes_begin_and_end_at_their_stocks(routes: Study) -> None:
    document, _ = read_document(routes.model_file)
    layout = lay_out(document, syntax_of(document), read_sector(routes, "Routes"), 8.0)
    one, two = layout.boxes["routes_planned"], layout.boxes["routes_open"]
    route = layout.routes["opening"]
    assert route[0] == pytest.approx((one.x + one.width, one.y))
    assert route[-1] == pytest.approx((two.x - two.width, two.y))
    assert len(layout.clouds) == 3
    assert set(layout.valves) == {"planning", "opening", "closing", "mood:net"}


def test_a_flow_without_a_name_is_a_net_change(routes: Study) -> None:
    for lang, said in (("en", "net change"), ("zh", "净变化")):
        texts = routes.chart.flow("Routes", lang=lang).figure.axes[0].texts
        assert said in [text.get_text() for text in texts]


def test_every_sector_of_the_study_is_drawn_in_both_languages(study: Study) -> None:
    for name in sectors(study):
        for lang in ("en", "zh"):
            chart = study.chart.flow(name, lang=lang)
            texts = [text for text in chart.figure.axes[0].texts if text.get_gid() != "badge"]
            assert all(text.get_text() for text in texts), name
            renderer = drawn(chart)
            boxes = [text.get_window_extent(renderer) for text in texts]
            assert not any(one.overlaps(two) for one, two in combinations(boxes, 2)), (name, lang)
