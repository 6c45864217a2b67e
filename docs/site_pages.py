"""Hook of the site: reference pages made at build time, and links that leave docs/."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]+)\]\((?P<target>[^)#:\s]+)(?:#[^)]*)?\)")


@cache
def made_pages() -> dict[str, str]:
    """Return the pages made from the model file and from the command line, by place."""
    sys.path.insert(0, str(ROOT))  # tools/ stands beside the package, not in it
    from qiantang.cli import program
    from qiantang.levers import articles_of
    from qiantang.session import open_study
    from tools.docs_reference import command_page, model_pages

    study = open_study()
    pages = model_pages(study.dictionary, articles=lambda name: articles_of(study, name))
    made = {f"reference/model/{name}": text for name, text in pages.items()}
    return made | {"reference/commands.md": command_page(program)}


def on_config(config: Any) -> Any:
    """Complete the navigation: the model's pages, and pages that it does not name."""
    sections = {title: pages for section in config.nav for title, pages in section.items()}
    model = [place for place in made_pages() if place.startswith("reference/model/")]
    sections["Reference"] += [{"Model": model}]
    named = set(_named(config.nav))
    for path in sorted((ROOT / "docs").rglob("*.md")):
        place = path.relative_to(ROOT / "docs").as_posix()
        if place not in named:
            sections["How to" if place.startswith("how-to/") else "Trust"].append(place)
    return config


def _named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _named(part)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made."""
    for place, text in made_pages().items():
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links to files of the repository outside docs/ into their paths."""
    here = (ROOT / "docs" / page.file.src_uri).parent

    def plain(match: re.Match[str]) -> str:
        target = (here / match["target"]).resolve()
        if target.is_relative_to(ROOT / "docs") or not target.exists():
            return match[0]
        return f"{match['words']} (`{target.relative_to(ROOT).as_posix()}`)"

    return _LINK.sub(plain, markdown)
