"""One memo in each language, of a small study, shared by all tests of the memo."""

from __future__ import annotations

import pytest

from qiantang.memo import Document, make_memo
from qiantang.memo.docx import docx_bytes
from qiantang.study import Study

#: Members of the memos; the small study's fit holds twelve.
MEMBERS = 12
SCENARIOS = ("current_policy", "plan_in_full")


@pytest.fixture(scope="session")
def memos(small_study: Study) -> dict[str, Document]:
    """Return the memo in Chinese and in English."""
    return {
        lang: make_memo(small_study, SCENARIOS, lang=lang, members=MEMBERS) for lang in ("zh", "en")
    }


@pytest.fixture(params=["zh", "en"])
def memo(request: pytest.FixtureRequest, memos: dict[str, Document]) -> Document:
    """Return a memo in each language."""
    return memos[request.param]


@pytest.fixture(scope="session")
def docx_files(memos: dict[str, Document]) -> dict[str, bytes]:
    """Return the .docx of each memo."""
    return {lang: docx_bytes(memo) for lang, memo in memos.items()}
