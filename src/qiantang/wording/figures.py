"""Numbers that stand alone in a text: counts, chances, numerals, letters, days."""

from __future__ import annotations

from datetime import date

from qiantang.wording.language import Language
from qiantang.wording.units import hundredths, number

#: Letters of things in a row: of the scenarios of a memo.
LETTERS: dict[Language, str] = {"zh": "甲乙丙丁戊己庚辛壬癸", "en": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
#: Words for large numbers, the largest first.
LARGE: dict[Language, tuple[tuple[str, float], ...]] = {
    "en": (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)),
    "zh": (("万亿", 1e12), ("亿", 1e8), ("万", 1e4)),
}
#: How a spreadsheet writes a probability.
CHANCE_FORMAT: dict[Language, str] = {"zh": "0%", "en": "0.00"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def whole(value: int, lang: Language) -> str:
    """Write a whole number: English groups its thousands, Chinese does not."""
    return f"{value:,}" if lang == "en" else str(value)


def chance(value: float, lang: Language) -> str:
    """Write a probability alone; an ensemble never says quite never or quite surely."""
    if value != value:
        return number(value, lang)
    share = hundredths(value)
    if lang == "zh":
        return "<1%" if value < 0.005 else ">99%" if value > 0.995 else f"{share}%"
    return "<0.01" if value < 0.005 else ">0.99" if value > 0.995 else f"{share / 100:.2f}"


def percent(share: float) -> str:
    """Write a share of a whole in whole per cent: 42%."""
    return f"{share:.0%}"


def rounded(value: float, places: int = 0) -> str:
    """Write a number with so many places after the point."""
    return f"{value:.{places}f}"


def brief(value: float) -> str:
    """Write a time, or another number that is as it was given, without zeros at its end."""
    return f"{value:g}"


def numeral(value: int) -> str:
    """Write a number below a hundred as articles are counted: 7 is 七, 33 is 三十三.

    Raises
    ------
    ValueError
        Outside 1 to 99.
    """
    if not 1 <= value <= 99:
        raise ValueError(f"{value}: expected 1 to 99")
    tens, ones = divmod(value, 10)
    digits = "〇一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones else "")


def day(dated: date, lang: Language) -> str:
    """Write a day as the language does: 1 May and the year, 某年5月1日."""
    if lang == "zh":
        return f"{dated.year}年{dated.month}月{dated.day}日"
    return f"{dated.day} {_MONTHS[dated.month - 1]} {dated.year}"
