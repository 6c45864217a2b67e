"""Memos opened by the programs that people open them with: LibreOffice, a PDF reader, Chromium.

tests/install_programs.sh installs them. Where one is missing its test is skipped and says so;
the other tests of this folder read the files themselves and are never skipped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from qiantang.memo.document import Document, FigureBlock, Heading, TableBlock, words_of
from qiantang.memo.html import html_bytes
from qiantang.memo.pdf import pdf_bytes

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
INSTALL = "is not installed; run sh tests/install_programs.sh"
needs_office = pytest.mark.skipif(
    not shutil.which("soffice"), reason=f"LibreOffice (soffice) {INSTALL}"
)
needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftoppm"), reason=f"poppler (pdftoppm) {INSTALL}"
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason=f"Chromium {INSTALL}")
#: Dots an inch of the pages looked at.
DPI = 50
#: A page number and a header may stand in the margin; letters at the very edge may not. [mm]
EDGE = 9


def pages(pdf: Path) -> list[str]:
    """Return the words of each page, blanks left out."""
    told = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return [re.sub(r"\s", "", page) for page in told.stdout.decode("utf-8").split("\f")[:-1]]


def images(pdf: Path) -> list[np.ndarray]:
    """Return each page as grey values, 0 black to 1 white."""
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-png", str(pdf), str(pdf.with_suffix(""))], check=True
    )
    return [imread(path)[..., :3].mean(axis=-1) for path in sorted(pdf.parent.glob("*.png"))]


def check_pages(memo: Document, pdf: Path) -> None:
    """Hold the pages against the memo: all there, in order, nothing cut off, nothing alone."""
    words = pages(pdf)
    whole = "".join(words)
    assert "\ufffd" not in whole
    squeeze = [re.sub(r"\s", "", text) for text in (memo.title, *headings(memo))]
    assert all(text in whole for text in squeeze)
    for kind, key in memo.places():
        caption = re.sub(r"\s", "", memo.caption(kind, memo.places()[kind, key]))
        assert caption in whole, f"{kind} {key} has no caption"
    drawn = images(pdf)
    assert len(drawn) == len(words) > 8
    edge = round(EDGE / 25.4 * DPI)
    for place, page in enumerate(drawn, start=1):
        frame = np.ones_like(page, dtype=bool)
        frame[edge:-edge, edge:-edge] = False
        assert page[frame].min() > 0.98, f"page {place}: letters at the edge of the paper"
        assert (page < 0.6).mean() > 0.002, f"page {place} is all but empty"


def headings(memo: Document) -> list[str]:
    return [words_of(block.content) for block in memo.blocks if isinstance(block, Heading)]


def figures_with_captions(memo: Document, pdf: Path) -> None:
    """A picture and its caption stand on one page."""
    listed = subprocess.run(["pdfimages", "-list", str(pdf)], capture_output=True, check=True)
    rows = [line.split() for line in listed.stdout.decode("utf-8").splitlines()[2:]]
    at = [int(row[0]) for row in rows if row[2] == "image" and int(row[3]) > 500]
    words = pages(pdf)
    figures = [block for block in memo.blocks if isinstance(block, FigureBlock)]
    assert len(at) == len(figures)
    for page, block in zip(at, figures, strict=True):
        number = memo.caption("figure", memo.places()["figure", block.key])
        caption = re.sub(r"\s", "", number + memo.between + words_of(block.caption))
        assert caption in words[page - 1], f"{number} stands on page {page}, its caption does not"


@needs_office
@needs_poppler
def test_libreoffice_sets_every_page(
    memo: Document, docx_files: dict[str, bytes], tmp_path: Path
) -> None:
    source = tmp_path / "memo.docx"
    source.write_bytes(docx_files[memo.lang])
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    pdf = tmp_path / "memo.pdf"
    check_pages(memo, pdf)
    figures_with_captions(memo, pdf)
    fonts = subprocess.run(["pdffonts", str(pdf)], capture_output=True, check=True).stdout.decode()
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:])
    if memo.lang == "zh":
        assert "一、问题" in "".join(pages(pdf))
        assert "—1—" in pages(pdf)[0]
    tables = [block for block in memo.blocks if isinstance(block, TableBlock)]
    assert len(tables) > 3


@needs_poppler
def test_the_pdf_is_whole(memo: Document, tmp_path: Path) -> None:
    pdf = tmp_path / "memo.pdf"
    pdf.write_bytes(pdf_bytes(memo))
    check_pages(memo, pdf)


@needs_chromium
def test_chromium_shows_the_html(memo: Document, tmp_path: Path) -> None:
    source, shot = tmp_path / "memo.html", tmp_path / "memo.png"
    source.write_bytes(html_bytes(memo))
    assert CHROMIUM is not None
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={tmp_path}/profile", "--window-size=1100,3000",
         f"--screenshot={shot}", source.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    page = imread(shot)[..., :3].mean(axis=-1)
    assert page.shape[1] == 1100
    assert page[:, :40].min() > 0.98, "words run out of the page to the left"
    assert page[:, -40:].min() > 0.98, "words run out of the page to the right"
    thirds = np.array_split(page, 3)
    assert all((third < 0.6).mean() > 0.005 for third in thirds)
