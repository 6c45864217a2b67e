"""The fan of a variable of any model file: median and bands of draws, without a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from qiantang.charts import page, style
from qiantang.charts.figures import quantiles, sound
from qiantang.charts.provenance import count, joined
from qiantang.faults import Fault, StudyError, nearest
from qiantang.modelfile.names import spelled
from qiantang.wording import Sentences, reading_unit
from qiantang.wording.figures import brief
from qiantang.wording.units import number

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from qiantang.charts.chart import Chart

#: Height of the picture. [inch]
_HEIGHT = 3.1
_SHORT = 12


def spread(result: xr.Dataset, variable: str, *, lang: str = "en") -> Chart:
    """Draw the median of draws over time with bands of 50 and 90 per cent.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`qiantang.spread.draws.simulate_draws`.
    variable : str
        A variable that it holds, as in the file or in lower case with underscores.
    lang : {"en", "zh"}

    Returns
    -------
    Chart

    Raises
    ------
    StudyError
        Unknown variable or language; every draw ceased to be finite.
    """
    words = Sentences(lang)
    held = find_variable(result, variable)
    values = sound(result[held].to_numpy(), held)
    times = result["Time"].to_numpy()
    bands = pd.DataFrame({"time": times, **quantiles(values)})
    called = words.choose(held.strip('"'), result[held].attrs.get("long_name_zh"))
    unit = reading_unit(str(result[held].attrs.get("units", "")), words.lang)
    for key in bands.columns[1:]:
        bands[key] = bands[key] * unit.factor
    with style.drawing(words.lang):
        paper = page.blank(_HEIGHT)
        line = _draw(paper, bands, words)
        last = bands.iloc[-1]
        said = [number(float(last[key]), words.lang) for key in ("median", "p05", "p95")]
        several = len(values) > 1
        key = "spread.finding" if several else "spread.finding.one"
        finding = words.phrase(key, name=called, time=brief(times[-1]), value=said[0] + unit.short,
                               low=said[1], high=said[2] + unit.short)  # fmt: skip
        return page.finish(
            paper, kind="spread", words=words, finding=finding,
            caption=words.phrase("spread.caption", name=called, draws=count(len(values), words)),
            data=bands.assign(variable=held, unit=unit.label), source=_source(result, len(values)),
            subtitle=words.phrase("comma").join(part for part in (called, unit.label) if part),
            legend=[(line, words.phrase("spread.bands" if several else "spread.line"))],
            notes=[joined(_notes(result, len(values), words), words)],
        )  # fmt: skip


def find_variable(result: xr.Dataset, variable: str) -> str:
    """Return a variable of a result by any spelling of its name.

    Raises
    ------
    StudyError
    """
    held = {spelled(str(name)): str(name) for name in result.data_vars}
    if spelled(variable) not in held:
        what = f"was not saved by this run{nearest(spelled(variable), held)}"
        raise StudyError([Fault(str(result.attrs["model"]), None, variable, what)])
    return held[spelled(variable)]


def _draw(paper: Figure, bands: pd.DataFrame, words: Sentences) -> object:
    axes = paper.subplots()
    for low, high, opacity in (("p05", "p95", 0.14), ("p25", "p75", 0.28)):
        axes.fill_between(bands["time"], bands[low], bands[high], color=style.colour(0),
                          alpha=opacity, lw=0)  # fmt: skip
    (line,) = axes.plot(bands["time"], bands["median"], color=style.colour(0), lw=1.7)
    axes.grid(axis="y")
    axes.set_xlim(float(bands["time"].iloc[0]), float(bands["time"].iloc[-1]))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: number(float(value), words.lang, digits=4))
    )
    return line


def _source(result: xr.Dataset, kept: int) -> dict[str, str]:
    attrs = result.attrs
    file = str(attrs["model"])
    return {
        "qiantang": str(attrs["qiantang"]),
        "study": file.rpartition(".")[0] or file,
        "model": str(attrs["model_sha256"])[:_SHORT],
        "draws": str(kept),
        "seed": str(attrs["seed"]),
        "design": str(attrs["design"]),
        "ranges": ", ".join(map(str, np.atleast_1d(attrs["ranges"]))),
    }


def _notes(result: xr.Dataset, kept: int, words: Sentences) -> list[str]:
    attrs = result.attrs
    spans = words.phrase("and").join(map(str, np.atleast_1d(attrs["ranges"])))
    said = []
    if spans:
        design = words.phrase(f"spread.design.{attrs['design']}")
        said.append(words.phrase("spread.note", draws=count(kept, words), ranges=spans,
                                 design=design, seed=attrs["seed"]))  # fmt: skip
    lost = int(attrs["draws"]) - kept
    return [*said, words.phrase("footer.diverged", diverged=lost)] if lost else said
