"""The report as one HTML page: styles and charts inside, no script, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qiantang.files.markup import POLICY
from qiantang.files.outfile import check_outfile, put_text
from qiantang.validate import charts
from qiantang.validate.checklist import by_part
from qiantang.validate.records import Report
from qiantang.wording.language import TONGUES, Language
from qiantang.wording.told import Told, column, said, word

TEMPLATE = "report.html.j2"
#: Colour of each verdict, for the bar; the words stand beside it.
COLOURS = {"pass": "#0072B2", "fail": "#D55E00", "not judged": "#8a8f98"}
#: Rows of a table that stand open; longer ones are folded.
OPEN = 12


def html(report: Report, lang: Language = "en") -> str:
    """Return the report as a page in a language."""
    here = FileSystemLoader(Path(__file__).parent)
    shelf = Environment(loader=here, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)  # fmt: skip
    shelf.filters["cell"] = lambda value: cell(said(value, lang))
    shelf.filters["sentence"] = lambda text: sentence(said(text, lang), lang)
    shelf.filters["column"] = lambda head: said(column(head), lang)
    shelf.filters["worded"] = lambda text: said(word(text), lang)
    shelf.filters["said"] = lambda text: said(text, lang)
    counts = report.counts()
    return shelf.get_template(TEMPLATE).render(
        report=report, counts=counts, bar=charts.verdicts(counts, COLOURS, lang),
        policy=POLICY, parts=list(by_part(list(report.checklist))), open_rows=OPEN, lang=lang,
        tongue=TONGUES[lang], say=lambda key, **found: Told(key, **found).said(lang),
    )  # fmt: skip


def write(report: Report, out: Path, lang: Language = "en") -> None:
    """Write the page whole or not at all.

    Raises
    ------
    StudyError
        If the suffix is not .html, the folder is not there, or the disk refuses.
    """
    check_out(out)
    put_text(out, html(report, lang))


def check_out(out: Path) -> None:
    """Refuse a page that could not be written, before anything is run.

    Raises
    ------
    StudyError
    """
    check_outfile(out, (".html", ".htm"))


def sentence(text: str, lang: Language = "en") -> str:
    """Return a text with one full stop at its end."""
    stopped = text.endswith((".", "!", "?", Told("page.stop", text="").said("zh")))
    return text if stopped else Told("page.stop", text=text).said(lang)


def cell(value: Any) -> str:
    """Return a cell of a table: four figures, nothing where there is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}"
    return str(value)
