"""The page on the engine lists the functions that the engine compiles."""

from __future__ import annotations

from pathlib import Path as File

from qiantang.engine.functions import FUNCTIONS
from qiantang.engine.translation import catalogue

PAGE = File(__file__).parents[2] / "docs" / "engine.md"


def test_the_list_in_the_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert catalogue.page(text) == text, (
        "run python -m qiantang.engine.translation.catalogue docs/engine.md"
    )


def test_a_stale_list_would_be_seen() -> None:
    text = PAGE.read_text(encoding="utf-8").replace("VECTOR RANK", "VECTOR RNAK")
    assert catalogue.page(text) != text


def test_every_function_is_written_out_or_refused_in_words() -> None:
    for entry in FUNCTIONS.values():
        ways = [entry.plain is not None, entry.special is not None, bool(entry.refused)]
        assert sum(ways) == 1, entry.title
        assert 0 <= entry.least <= entry.most
        assert entry.group or entry.refused
    assert "FIND ZERO" in catalogue.refused()
