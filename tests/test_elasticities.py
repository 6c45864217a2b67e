"""Elasticities between sectors, beside what studies of other places say."""

from __future__ import annotations

from qiantang.session import open_study
from tools.elasticities import elasticities, table


def test_sectors_move_each_other_as_the_literature_says() -> None:
    rows = elasticities(open_study())
    outside = [(row.raised, row.to, row.found) for row in rows if not row.inside]
    assert len(rows) == 20
    assert len(rows) - len(outside) >= 16, outside
    # No sector that gains lowers another.
    assert all(found > -0.005 for row in rows for found in row.found.values()), outside
    assert f"{len(rows) - len(outside)} of 20 lie inside." in table(rows)
