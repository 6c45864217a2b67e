"""The package's own Chinese font, cut down to the characters of a memo, for files that carry it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

from qiantang.charts.fonts import font_file

#: Name under which a memo's file carries the font.
FAMILY = "Qiantang Sans SC"


def cut(characters: Iterable[str], weight: int = 400) -> str:
    """Return the font with these characters only, as base64 of WOFF, the same for the same set.

    Parameters
    ----------
    characters : iterable of str
    weight : {400, 700}
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with TTFont(font_file(weight), recalcTimestamp=False) as font:
        options = Options(layout_features=[], hinting=False, notdef_outline=True, flavor="woff")
        cutter = Subsetter(options)
        cutter.populate(unicodes=sorted({ord(letter) for word in characters for letter in word}))
        cutter.subset(font)
        font.flavor = "woff"
        store = io.BytesIO()
        font.save(store, reorderTables=True)
    return base64.b64encode(store.getvalue()).decode("ascii")
