"""The page on the engine lists the functions that the engine compiles."""

from __future__ import annotations

from pathlib import Path as File

from qiantang.engine.translation import catalogue
from qiantang.engine.translation.builder import _BUILT
from qiantang.engine.translation.expand import EXPANSIONS

PAGE = File(__file__).parents[2] / "docs" / "engine.md"


def test_the_list_in_the_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert catalogue.page(text) == text, (
        "run python -m qiantang.engine.translation.catalogue docs/engine.md"
    )


def test_a_stale_list_would_be_seen() -> None:
    text = PAGE.read_text(encoding="utf-8").replace("VECTOR RANK", "VECTOR RNAK")
    assert catalogue.page(text) != text


def test_every_structure_with_memory_has_a_name() -> None:
    structures = {*EXPANSIONS, *catalogue.ALLOCATIONS}
    assert structures == set(catalogue.STRUCTURES)
    assert structures <= set(_BUILT)
