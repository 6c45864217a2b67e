"""The font that comes with the package draws every Chinese text of the project."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from qiantang.charts import fonts, style
from qiantang.faults import StudyError

ROOT = Path(__file__).parents[2]
TEXTS = ("model/*.mdl", "model/*.yaml", "scenarios/**/*.yaml", "calibration/*.yaml",
         "calibration/evidence/*", "src/qiantang/**/*.py", "src/qiantang/**/*.yaml",
         "docs/**/*.md", "notebooks/*.ipynb")  # fmt: skip


def project_lines() -> list[str]:
    """Return every line of the project that holds a Chinese character."""
    return [
        line.strip()
        for pattern in TEXTS
        for path in sorted(ROOT.glob(pattern))
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
        if any("\u4e00" <= letter <= "\u9fff" for letter in line)
    ]


def test_no_chinese_character_of_the_project_is_without_a_glyph() -> None:
    known = set(TTFont(fonts.font_file()).getBestCmap())
    lines = project_lines()
    assert len(lines) > 300
    used = {letter for line in lines for letter in line if "\u3000" <= letter <= "\uffef"}
    assert sorted(letter for letter in used if ord(letter) not in known) == []


def test_every_line_is_drawn_without_a_warning_in_both_weights() -> None:
    text = "".join(sorted({letter for line in project_lines() for letter in line
                           if "\u3000" <= letter <= "\uffef"}))  # fmt: skip
    with warnings.catch_warnings(), style.drawing("zh"):
        warnings.simplefilter("error")
        for weight in ("normal", "bold"):
            figure = Figure((7, 7))
            lines = [text[place : place + 60] for place in range(0, len(text), 60)]
            figure.text(0.02, 0.98, "\n".join(lines), va="top", fontsize=7, fontweight=weight)
            figure.savefig(io.BytesIO(), format="png")


def test_a_character_that_no_font_has_is_told_of() -> None:
    assert fonts.missing("目标\U00031350") == "\U00031350"
    with style.drawing("zh"):
        figure = Figure((2, 1))
        figure.text(0, 0, "目标\U00031350")
        with pytest.warns(UserWarning, match="missing from font"):
            figure.savefig(io.BytesIO(), format="png")


def test_gb2312_is_whole_and_the_files_are_small() -> None:
    known = set(TTFont(fonts.font_file()).getBestCmap())
    first, last = 0xB0, 0xF7
    hanzi = set()
    for row in range(first, last + 1):
        for cell in range(0xA1, 0xFF):
            try:
                hanzi.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    assert len(hanzi) == 6763
    assert hanzi <= known
    files = [*fonts.FILES.values(), *fonts.LATIN_FILES.values()]
    assert sum(path.stat().st_size for path in files) < 2 * 2**20
    assert "SIL OPEN FONT LICENSE" in (files[0].parent / "OFL.txt").read_text(encoding="utf-8")


def test_quotation_marks_are_narrow_in_english_and_wide_in_chinese() -> None:
    wide = TTFont(fonts.font_file())
    narrow = TTFont(fonts.font_folder() / fonts.LATIN_FILES[400].stem)
    widths = [font["hmtx"][font.getBestCmap()[ord("“")]][0] for font in (wide, narrow)]
    assert widths[0] == 1000
    assert widths[1] < 600


def test_a_missing_font_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fonts.FILES, 400, Path("nowhere.ttf.xz"))
    fonts._register.cache_clear()
    with pytest.raises(StudyError, match="font file is missing"), style.drawing():
        pass
    monkeypatch.undo()
    fonts._register.cache_clear()


def test_the_users_own_settings_come_back() -> None:
    before = dict(matplotlib.rcParams)
    with style.drawing("zh"):
        assert matplotlib.rcParams["font.family"][0] == fonts.FAMILY
    assert dict(matplotlib.rcParams) == before
