from __future__ import annotations

import math

import pytest

from qiantang.panel import prepare
from qiantang.panel.panelfile import PanelFigure
from qiantang.panel.prepare import Figures
from qiantang.panel.quantityfile import Quantity

SHARE = {
    "title": "made", "kind": "share", "series": "flights", "years": [2000, 2010],
    "total": {"drivers": ["exports", "imports"], "times": "rate"},
    "own": {"Town": {}, "Town sales": {"observed": "sales", "total": {"drivers": ["exports"]}}},
}  # fmt: skip


def figures(*rows: tuple[str, str, float, float | None], last: int = 2010) -> Figures:
    return Figures(
        panel=tuple(PanelFigure(*row, "documented", 2) for row in rows),
        errors={"documented": 0.03},
        drivers={
            "exports": {2000: 10.0, 2001: 20.0, 2002: 20.0},
            "imports": {2000: 10.0, 2001: 10.0, 2002: 10.0},
            "rate": {2000: 8.0, 2001: 8.0, 2002: 4.0},
        },
        observed={"sales": {2000: (1.0, 0.0), 2001: (1.0, 0.04)}},
        last=last,
    )


def test_a_share_is_of_the_total_in_its_unit_and_errors_of_both_years_add_up() -> None:
    found = prepare.changes(
        figures(("Town", "flights", 2000, 5.0), ("Town", "flights", 2001, 7.5),
                ("Town", "flights", 2002, 7.5)),
        Quantity.model_validate(SHARE),
    )  # fmt: skip
    assert found.names == ("Town", "Town sales")
    # 5/160, 7.5/240, 7.5/120: level, then doubled; sales 1/10 to 1/20
    assert found.change.tolist() == pytest.approx([0.0, math.log(2), -math.log(2)])
    assert found.error.tolist() == pytest.approx([0.03 * math.sqrt(2)] * 2 + [0.04])
    assert found.first.tolist() == pytest.approx([math.log(5 / 160), math.log(1 / 10)])
    assert found.year.tolist() == [0, 1, 0]


def test_figures_after_the_information_date_change_nothing() -> None:
    rows = (("Town", "flights", 2000.0, 5.0), ("Town", "flights", 2001.0, 7.5))
    later = ("Town", "flights", 2002.0, 7000.0)
    before, after = (
        prepare.changes(figures(*one, last=2001), Quantity.model_validate(SHARE))
        for one in (rows, (*rows, later))
    )
    assert after.change.tolist() == before.change.tolist()
    assert after.span == before.span == (2001, 2001)


def test_a_gap_gives_no_change_and_without_a_total_the_members_sum_stands() -> None:
    quantity = {key: SHARE[key] for key in ("title", "kind", "series", "years")}
    found = prepare.changes(
        figures(("Town", "flights", 2000, 1.0), ("Town", "flights", 2001, 3.0),
                ("Village", "flights", 2000, 1.0), ("Village", "flights", 2001, 1.0),
                ("Village", "flights", 2003, 9.0)),
        Quantity.model_validate(quantity | {"own": {"Town": {}}}),
    )  # fmt: skip
    assert found.change.tolist() == pytest.approx([math.log(1.5), math.log(0.5)])


CROWDING = {
    "title": "made", "kind": "crowding", "series": "flights", "years": [2000, 2010],
    "capacity": "capacity", "own": {"Town": {}},
}  # fmt: skip


def test_crowding_counts_a_new_terminal_by_its_part_of_the_year() -> None:
    rows = (
        ("Town", "flights", 2000.0, 12.0), ("Town", "flights", 2001.0, 18.0),
        ("Town", "flights", 2002.0, 18.0), ("Town", "flights", 2003.0, 18.0),
        ("Town", "capacity", 2000.0, 10.0), ("Town", "capacity", 2001.75, 30.0),
        ("Town", "capacity", 2003.5, None),
    )  # fmt: skip
    found = prepare.crowding(figures(*rows), Quantity.model_validate(CROWDING))
    # 2001: 12 over 0.75 * 10 + 0.25 * 30 = 15; 2002: 18 over 30; 2003 is not known to its end
    assert found.load[:, 0].tolist() == pytest.approx([math.log(12 / 15), math.log(18 / 30)])
    bent = prepare.crowding(figures(*rows), Quantity.model_validate(CROWDING | {"knee": 0.7}))
    below = [math.log(0.7), math.log(0.6)]
    assert bent.load[:, 0].tolist() == pytest.approx(below)
    assert bent.load[:, 1].tolist() == pytest.approx([math.log(0.8 / 0.7), 0.0])


def test_counts_keep_years_without_an_event() -> None:
    quantity = {"title": "made", "kind": "signing", "series": "signed", "years": [2001, 2010],
                "own": {"Town": {}}}  # fmt: skip
    found = prepare.counts(
        figures(("Town", "signed", 2000, 5.0), ("Town", "signed", 2001, 0.0),
                ("Town", "signed", 2002, 2.0)),
        Quantity.model_validate(quantity),
    )  # fmt: skip
    assert found.signed.tolist() == [0, 2]
    assert found.span == (2001, 2002)
