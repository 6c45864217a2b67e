"""A finished chart: figure, finding, caption, the numbers behind it, and how it is saved."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from qiantang.charts.style import drawing
from qiantang.charts.suffixes import METADATA, check_picture
from qiantang.charts.tables import write_data
from qiantang.files.outfile import put_bytes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from qiantang.wording import Language

#: Half again the 96 dots an inch that a notebook shows, so that letters stay sharp.
_NOTEBOOK_DPI = 144


@dataclass(frozen=True)
class Chart:
    """A finished chart.

    Parameters
    ----------
    kind : str
    lang : {"zh", "en"}
    finding : str
        The title, made from the numbers.
    caption : str
        A sentence for the caption of a memo's figure.
    data : pandas.DataFrame
        The numbers behind the chart, in the units shown, with plain English columns.
    source : dict of str to str
        Model, fit, members, seed and hashes.
    figure : matplotlib.figure.Figure
    """

    kind: str
    lang: Language
    finding: str
    caption: str
    data: pd.DataFrame = field(repr=False)
    source: dict[str, str] = field(repr=False)
    figure: Figure = field(repr=False)

    def save(self, path: str | Path) -> Path:
        """Write the picture, whole or not at all: .svg, .png at 300 dots an inch, or .pdf.

        Raises
        ------
        StudyError
            Another suffix, a missing folder, or a disk that refuses.
        """
        out = check_picture(Path(path))
        put_bytes(out, self._bytes(out.suffix.lower()))
        return out

    def save_data(self, path: str | Path) -> Path:
        """Write the numbers behind the chart: .csv that Excel opens in Chinese too, or .xlsx.

        Raises
        ------
        StudyError
            Another suffix, a missing folder, or a disk that refuses.
        """
        return write_data(self.data, self.source, self.lang, Path(path))

    def svg(self) -> str:
        """Return the chart as SVG text."""
        return self._bytes(".svg").decode("utf-8")

    def png(self, dpi: float = 300) -> bytes:
        """Return the chart as PNG."""
        return self._bytes(".png", dpi)

    def _bytes(self, suffix: str, dpi: float = 300) -> bytes:
        store = io.BytesIO()
        with drawing(self.lang):
            self.figure.savefig(store, format=suffix[1:], dpi=dpi, metadata=METADATA[suffix])
        return store.getvalue()

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the chart for a notebook, a fifth of the SVG in size, and its width there.

        One palette holds the few colours of a chart and the edges of its letters.
        """
        with Image.open(io.BytesIO(self.png(_NOTEBOOK_DPI))) as picture:
            plain = picture.convert("RGB").quantize(method=Image.Quantize.FASTOCTREE)
        store = io.BytesIO()
        plain.save(store, "PNG", optimize=True)
        return store.getvalue(), {"width": round(96 * self.figure.get_figwidth())}

    def __repr__(self) -> str:
        return f"Chart({self.kind}, {self.lang}: {self.finding})"
