"""The look of every chart: colours that colour-blind readers can tell apart, light for print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context, rcdefaults, rcParams

from qiantang.charts.fonts import families

#: One colour a scenario, from Okabe and Ito's palette, the yellow left out: too light on paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#6A3D9A", "#7F6000", "#4D4D4D")
#: Strokes and markers repeat the colours, so that a grey copy can be read too.
STROKES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
#: Colour of what all scenarios share: the years before the plan.
SHARED = "#6E6E6E"
#: Bands as (lower, upper, opacity).
BANDS = ((0.05, 0.95, 0.14), (0.25, 0.75, 0.28))
#: Text of a chart; notes and footers are lighter.
INK, NOTE, HAIR = "#1A1A1A", "#595959", "#BFBFBF"
#: Ends of the board's scale: surely missed, even, surely reached.
MISSED, EVEN, REACHED = "#E69F5C", "#FFFFFF", "#6BAED6"
#: Width of a page, fixed so that a memo's layout holds. [inch]
WIDTH = 7.2
#: Space at the left and right of a page. [inch]
MARGIN = 0.14
#: Sizes of text. [point]
TITLE, SUBTITLE, TEXT, SMALL, FOOT = 12.0, 9.0, 8.5, 7.5, 6.8

_STYLE: Any = {
    "svg.hashsalt": "qiantang",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "font.size": TEXT,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8C8C8C",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": NOTE,
    "ytick.color": NOTE,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.0,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 300,
}


@contextmanager
def drawing(lang: str = "en") -> Iterator[None]:
    """Draw in the house's style, whatever the user's own settings are; they come back after.

    Parameters
    ----------
    lang : {"en", "zh"}

    Raises
    ------
    StudyError
        If the font that the package brings is missing.
    """
    with rc_context():
        rcdefaults()
        rcParams.update(_STYLE)
        rcParams["font.family"] = list(families(lang))
        yield


def colour(place: int) -> str:
    """Return the colour of the scenario at a place; they repeat past the eighth."""
    return COLOURS[place % len(COLOURS)]


def stroke(place: int) -> Any:
    """Return the line style of the scenario at a place."""
    return STROKES[place % len(STROKES)]
