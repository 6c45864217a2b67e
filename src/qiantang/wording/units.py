"""Units as a reader writes them: 5,900 bn of the model is 5900亿元 in a Chinese office."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel

from qiantang.files.yamlfile import read_yaml, validate
from qiantang.wording.language import Language

_FILE = Path(__file__).with_name("units.yaml")

#: Fewest significant digits of a figure; whole numbers are written whole.
_DIGITS = 3


class Reading(BaseModel):
    """How one language writes a unit: its name, and what the model's number is multiplied by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    times: float = 1.0
    short: str | None = None


class UnitEntry(BaseModel):
    """One unit of the model in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: Reading
    zh: Reading | None = None


class UnitsFile(RootModel[dict[str, UnitEntry]]):
    """The file ``units.yaml``."""


_NONE: Mapping[str, UnitEntry] = {}


@dataclass(frozen=True)
class Unit:
    """A unit for readers.

    Parameters
    ----------
    label : str
        As it stands on an axis; empty for a plain number.
    short : str
        As it follows a number in a sentence.
    factor : float
        What a number of the model is multiplied by.
    """

    label: str
    short: str
    factor: float


#: From here on Chinese takes the next larger unit: 10,000亿 is 1万亿, 10,000万 is 1亿.
_MYRIAD = 10_000.0


def myriad(unit: Unit, largest: float, lang: Language) -> Unit:
    """Return the unit in which a Chinese office would say a figure so large.

    Parameters
    ----------
    unit : Unit
    largest : float
        Largest figure to be said. [unit of the model]
    lang : {"zh", "en"}
    """
    if lang != "zh" or not abs(largest * unit.factor) >= _MYRIAD:
        return unit
    head, rest = unit.short[:1], unit.short[1:]
    larger = {"亿": "万亿", "万": "亿"}.get(head)
    return unit if larger is None else Unit(unit.label, larger + rest, unit.factor / _MYRIAD)


@lru_cache(maxsize=1)
def _entries() -> dict[str, UnitEntry]:
    return validate(read_yaml(_FILE), UnitsFile).root


def reading_unit(
    unit: str, lang: Language, *, share: bool = False, own: Mapping[str, UnitEntry] = _NONE
) -> Unit:
    """Return a unit of the model as readers of a language write it.

    Parameters
    ----------
    unit : str
        As in the model file.
    lang : {"zh", "en"}
    share : bool
        The number is a share of a whole: per cent.
    own : mapping of str to UnitEntry
        Units of a study, which go before the program's.

    Returns
    -------
    Unit
        A unit that the table does not hold is written as in the model.
    """
    entry = own.get(unit) or _entries().get("share" if share and unit == "Dmnl" else unit)
    if entry is None:
        return Unit(unit, f" {unit}", 1.0)
    reading = entry.en if lang == "en" or entry.zh is None else entry.zh
    gap = " " if lang == "en" and reading.label not in ("", "%") else ""
    short = reading.label if reading.short is None else reading.short
    return Unit(reading.label, gap + short if short else "", reading.times)


def hundredths(value: float) -> int:
    """Return a share in hundredths, halves upwards, as the deck's front end has it."""
    return math.floor(round(100 * value, 4) + 0.5)


def number(value: float, lang: Language, *, digits: int = _DIGITS, trim: bool = True) -> str:
    """Write a number: three significant digits, whole from a hundred on, halves away from zero.

    English groups thousands with commas; Chinese offices write the digits without any. With `trim`
    zeros after the point are left away.
    """
    if not math.isfinite(value):
        return {"en": "n/a", "zh": "无"}[lang]
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if places and abs(exact) >= 10 ** (digits - places):  # 99.96 is 100, not 100.0
        exact = Decimal(value).quantize(Decimal(1).scaleb(1 - places), ROUND_HALF_UP)
    text = f"{exact:,f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", "0"):
        text = "0"
    text = text.replace("-", "−")
    return text if lang == "en" else text.replace(",", "")
