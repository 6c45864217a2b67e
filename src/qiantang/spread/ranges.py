"""Ranges of constants, `NAME=5..20`: read, refused, and drawn from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from qiantang.faults import Fault, StudyError

Floats = NDArray[np.float64]
Design = Literal["latin_hypercube", "sobol", "random"]
DESIGNS: tuple[Design, ...] = get_args(Design)
_FORM = "expected NAME=LOW..HIGH, or NAME=LOW..MODE..HIGH"


@dataclass(frozen=True)
class Span:
    """What a constant may be: anything between two ends, or most often a mode between them.

    Parameters
    ----------
    name : str
        Of the constant, as the user writes it.
    low, high : float
        Ends. [unit of the constant]
    mode : float, optional
        Peak of a triangle; without it every value is as likely as any other.
    """

    name: str
    low: float
    high: float
    mode: float | None = None

    @classmethod
    def of(cls, name: str, ends: Sequence[float]) -> Span:
        """Return the range of two ends, or of two ends with a mode between them."""
        low, *mode, high = map(float, ends)
        return cls(name, low, high, mode[0] if mode else None)

    @property
    def fault(self) -> str:
        """What is wrong with the range, empty if nothing."""
        ends = [end for end in (self.low, self.mode, self.high) if end is not None]
        if not all(map(math.isfinite, ends)):
            return f"the range of {self.name} has no finite ends, {_FORM}"
        if ends != sorted(ends):
            return f"the range of {self.name} falls, {_FORM}"
        if self.low == self.high:
            return f"the range of {self.name} is one value, expected two; --set fixes a constant"
        return ""

    def at(self, share: Floats) -> Floats:
        """Return the values below which shares of the distribution lie.

        The triangle is that of Johnson (1997), The Statistician 46(3), equation 2.
        """
        width = self.high - self.low
        if self.mode is None:
            return np.asarray(self.low + share * width)
        peak = (self.mode - self.low) / width
        up = self.low + np.sqrt(share * width * (self.mode - self.low))
        down = self.high - np.sqrt((1 - share) * width * (self.high - self.mode))
        return np.asarray(np.where(share < peak, up, down))

    def __str__(self) -> str:
        ends = [self.low, self.high] if self.mode is None else [self.low, self.mode, self.high]
        return "..".join(f"{end:g}" for end in ends)


def read_ranges(texts: Iterable[str], model: Path) -> list[Span]:
    """Read ranges as the command line writes them.

    Raises
    ------
    StudyError
        With every text that is no range.
    """
    spans, faults = [], []
    for text in texts:
        span, what = _read(text)
        if span is not None:
            spans.append(span)
        else:
            faults.append(Fault(model, None, "--range", what))
    if faults:
        raise StudyError(faults)
    return spans


def _read(text: str) -> tuple[Span | None, str]:
    name, sign, ends = (part.strip() for part in text.rpartition("="))
    parts = [part.strip() for part in ends.split("..")]
    if not sign or not name or len(parts) not in (2, 3):
        return None, f"{text!r} is no range, {_FORM}"
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None, f"the range of {name} is {ends!r}, expected numbers: {_FORM}"
    return Span(name, numbers[0], numbers[-1], numbers[1] if len(numbers) > 2 else None), ""


def points(spans: Sequence[Span], draws: int, design: Design, seed: int) -> Floats:
    """Draw values of constants.

    Parameters
    ----------
    spans : sequence of Span
    draws : int
    design : {"latin_hypercube", "sobol", "random"}
        One draw in each strip of every range; a sequence that fills the space evenly, of which
        the first ``draws`` points count; or each draw by itself.
    seed : int

    Returns
    -------
    array of shape (constant, draw) [unit of each constant]
    """
    from qiantang.sweep.sampling import latin_hypercube, sobol

    if not spans:
        return np.empty((0, draws))
    if design == "sobol":
        share = sobol(1 << (draws - 1).bit_length(), len(spans), seed)[:draws]
    elif design == "random":
        share = np.random.default_rng(seed).random((draws, len(spans)))
    else:
        share = latin_hypercube(draws, len(spans), seed)
    return np.array([span.at(share[:, place]) for place, span in enumerate(spans)])
