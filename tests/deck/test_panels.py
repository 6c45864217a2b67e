"""One panel a target: its series, its line, its figures, its units."""

from __future__ import annotations

import numpy as np
import pytest

from qiantang.deck.panels import Panel, target_panels
from qiantang.study import Study


@pytest.fixture(scope="module")
def panels(study: Study) -> dict[str, Panel]:
    return {panel.target: panel for panel in target_panels(study, 2008, 2022)}


def test_there_is_a_panel_for_each_target(study: Study, panels: dict[str, Panel]) -> None:
    assert list(panels) == [target.id for target in study.plan.targets.targets]
    assert len(panels) == 9


def test_line_stands_at_the_threshold_or_at_its_yearly_mean(panels: dict[str, Panel]) -> None:
    assert panels["passengers"].line == (2018.0, 2022.0, 46.0)
    line = panels["foreign_investment"].line
    assert line is not None
    assert line[:2] == (2017.5, 2020.5)
    assert line[2] == pytest.approx(20 / 3)
    assert panels["outward_investment"].line is None
    assert panels["services_share"].line is None


def test_points_are_the_figures_in_use(study: Study, panels: dict[str, Panel]) -> None:
    used = {row.year: row for row in study.evidence.series["passengers"].used}
    points = {point.year: point for point in panels["passengers"].points}
    assert points[2017].value == used[2017].value
    assert points[2017].grade == used[2017].grade
    assert min(points) == 2008


def test_ratio_is_that_of_the_target(panels: dict[str, Panel]) -> None:
    panel = panels["services_share"]
    yearly = {"services_trade": np.array([[1.0, 2.0]]), "goods_trade": np.array([[3.0, 2.0]])}
    assert panel.series(yearly).tolist() == [[0.25, 0.5]]
    assert panel.words["zh"]["label"] == "%"
    assert panel.words["zh"]["short"] == "个百分点"


def test_units_are_those_of_the_office(panels: dict[str, Panel]) -> None:
    zh = panels["passengers"].words["zh"]
    assert (zh["factor"], zh["short"], zh["article"]) == (100.0, "万人次", "第七条")
    assert panels["passengers"].words["en"]["factor"] == 1.0
