"""Digests of meaning: moved by a value, not by how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.fits import text_digest
from qiantang.meaning import meaning_digest

TEXT = """\
# A comment.
growth:
  central: 1
  p05: 0.5
  source: a book
  known: 2011-05
note:
  central: 2.0
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "priors.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# A comment.\n", ""),
        ("a book", "another book"),
        ("known: 2011-05", "known: 2011-05-31"),
        ("  known: 2011-05\n", ""),
        ("central: 1\n", "central: 1.0\n  note: as said\n"),
    ],
)
def test_words_and_dates_do_not_move_it(file: Path, before: str, after: str) -> None:
    first = meaning_digest(file)
    file.write_text(TEXT.replace(before, after), encoding="utf-8")
    assert meaning_digest(file) == first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("p05: 0.5", "p05: 0.4"),
        ("growth:", "growth_rate:"),
        ("note:\n  central: 2.0\n", ""),  # an entry of that name is no note
        ("  central: 1\n  p05: 0.5\n", "  p05: 0.5\n  central: 1\n"),
    ],
)
def test_values_names_and_their_order_move_it(file: Path, before: str, after: str) -> None:
    first = meaning_digest(file)
    file.write_text(TEXT.replace(before, after), encoding="utf-8")
    assert meaning_digest(file) != first


def test_of_other_files_it_is_the_text(tmp_path: Path) -> None:
    for name, text in (("a.csv", "a,note\n"), ("b.yaml", "a: [1\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert meaning_digest(tmp_path / name) == text_digest(tmp_path / name)
