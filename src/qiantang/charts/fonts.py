"""The font of every chart: a cut of Noto Sans SC that comes with the package, no download."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager

from qiantang.faults import Fault, StudyError
from qiantang.files.packed import unpacked

#: Name of the font; its own, so that no installed font of another cut is taken for it.
FAMILY = "Qiantang Sans SC"
#: The Latin cut, asked first in English: its quotation marks are narrow, those of Chinese are wide.
LATIN = "Qiantang Sans"
#: The regular cut, which holds more characters, stands in where the bold one has none.
STAND_IN = "Qiantang Sans SC Stand-in"
_FOLDER = Path(__file__).parent / "fonts"
#: Files by weight, packed.
FILES = {
    400: _FOLDER / "QiantangSansSC-Regular.ttf.xz",
    700: _FOLDER / "QiantangSansSC-Bold.ttf.xz",
}
LATIN_FILES = {
    400: _FOLDER / "QiantangSans-Regular.ttf.xz",
    700: _FOLDER / "QiantangSans-Bold.ttf.xz",
}
#: Fonts of common systems, asked only for a character that the package's own font lacks.
_SYSTEM = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimSun",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)
_LAST = "DejaVu Sans"


def families(lang: str = "zh") -> tuple[str, ...]:
    """Return the families to draw a language with, the first that has a character draws it.

    Raises
    ------
    StudyError
        If a font file is missing from the installed package.
    """
    chinese = _register()
    return chinese if lang == "zh" else (LATIN, *chinese)


def font_folder() -> Path:
    """Return the folder in which the package's fonts stand unpacked.

    Raises
    ------
    StudyError
        If a font file is missing from the installed package.
    """
    packed = (*FILES.values(), *LATIN_FILES.values())
    missing = [path for path in packed if not path.is_file()]
    if missing:
        what = "the font file is missing from the installed package, install qiantang again"
        raise StudyError([Fault(path, None, "font", what) for path in missing])
    return unpacked(packed)


def font_file(weight: int = 400) -> Path:
    """Return the package's Chinese font of a weight, 400 or 700, unpacked."""
    return font_folder() / FILES[weight].stem


@lru_cache(maxsize=1)
def _register() -> tuple[str, ...]:
    """Make the package's fonts known to matplotlib, once."""
    folder = font_folder()
    manager = font_manager.fontManager
    regular = str(folder / FILES[400].stem)
    for weight, path in FILES.items():
        manager.ttflist.append(_entry(str(folder / path.stem), FAMILY, weight))
        manager.ttflist.append(_entry(regular, STAND_IN, weight))
        manager.ttflist.append(_entry(str(folder / LATIN_FILES[weight].stem), LATIN, weight))
    known = set(manager.get_font_names())
    return (FAMILY, STAND_IN, *(name for name in _SYSTEM if name in known), _LAST)


def _entry(path: str, name: str, weight: int) -> font_manager.FontEntry:
    return font_manager.FontEntry(
        fname=path,
        name=name,
        style="normal",
        variant="normal",
        weight=weight,
        stretch="normal",
        size="scalable",
    )


@lru_cache(maxsize=1)
def characters() -> frozenset[str]:
    """Return every character that the package's own font can draw."""
    _register()
    return frozenset(map(chr, font_manager.get_font(str(font_file())).get_charmap()))


def missing(text: str) -> str:
    """Return the characters of a text that the package's own font lacks, each once."""
    known = characters() | {"\n", "\t"}
    return "".join(dict.fromkeys(letter for letter in text if letter not in known))
