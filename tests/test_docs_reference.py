"""Reference pages hold every variable and verb, and the site is built without a warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qiantang.cli import VERBS, program
from qiantang.model.mdl import read_dictionary
from qiantang.session import open_study
from tools.docs_reference import command_page, groups, model_pages, slug

ROOT = Path(__file__).parents[1]
SMALL = """{UTF-8}
********************************************************
	.Tea room
********************************************************~
		Where tea is. [zh: 茶室]
	|

Room heat=
	20
	~	Degrees [0,?]
	~	Warmth <of> the room. [zh: 室温]
	|

Tea=
	INTEG(-MAX(room heat, 1) * 2, 80)
	~	Degrees
	~	The tea. [zh: 茶温]
	|
"""


def test_every_variable_of_the_study_has_an_entry_and_every_link_an_end() -> None:
    dictionary = open_study().dictionary
    pages = model_pages(dictionary)
    text = {name: re.findall(r"\{ #(\w+) \}", page) for name, page in pages.items()}
    assert sorted(name for names in text.values() for name in names) == sorted(dictionary)
    for page in pages.values():
        for place, anchor in re.findall(r'href="\.\./([\w-]+)/#(\w+)"', page):
            assert anchor in text[f"{place}.md"]
    assert len(pages) == len(groups(dictionary)) + 1


def test_an_entry_tells_unit_limits_meaning_equation_and_users(tmp_path: Path) -> None:
    path = tmp_path / "small.mdl"
    path.write_text(SMALL, encoding="utf-8")
    dictionary = read_dictionary(path)
    page = model_pages(dictionary, articles=lambda name: [7] if name == "tea" else [])[
        "tea-room.md"
    ]
    assert page.startswith("# Tea room 茶室\n\nWhere tea is.")
    assert "## Room heat 室温 { #room_heat }" in page
    assert "unit `Degrees` · limits 0 to ∞" in page
    assert 'INTEG(-MAX(<a href="../tea-room/#room_heat">room heat</a>, 1) * 2, 80)' in page
    assert 'Used in <a href="../tea-room/#tea">Tea</a>' in page
    assert "limits none · articles 7" in page
    assert slug("Cross-border e-commerce") == "cross-border-e-commerce"


def test_every_verb_and_verb_of_a_verb_has_its_help() -> None:
    page = command_page(program)
    assert re.findall(r"^## qiantang (\w+)$", page, re.MULTILINE) == list(VERBS)
    assert "### qiantang new scenario" in page
    assert "--members" in page


def test_site_is_built_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', text)
        assert [one for one in fetched if "canonical" not in one] == [], page.name


@pytest.mark.parametrize("page", ["index", "tutorial", "zh/quick-start"])
def test_first_pages_are_in_the_tree(page: str) -> None:
    assert (ROOT / "docs" / f"{page}.md").is_file()
