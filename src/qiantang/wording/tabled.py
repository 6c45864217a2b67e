"""How tables of the command line speak: English keeps ids and the model's units, Chinese names all.

Someone who reads English tables goes on to type what stands in them; someone who reads Chinese ones
hands them on.
"""

from __future__ import annotations

from qiantang.wording.language import Language


def keeps_ids(lang: Language) -> bool:
    """Return whether a table has ids and the model's units in place of names and an office's."""
    return lang == "en"


def exact_chance(value: float, lang: Language) -> str:
    """Write a probability to three places: 0.123, or 12.3%."""
    return f"{100 * value:.1f}%" if lang == "zh" else f"{value:.3f}"


def chance_with_error(value: float, error: float, lang: Language) -> str:
    """Write a probability with its standard error."""
    if lang == "zh":
        return f"{100 * value:.1f}%±{100 * error:.1f}%"
    return f"{value:.3f} ± {error:.3f}"


def chance_change(change: float, lang: Language) -> str:
    """Write a change of a probability: in Chinese in points of a hundred."""
    return f"{100 * change:+.1f}" if lang == "zh" else f"{change:+.3f}"


def chance_gain(gain: float, lang: Language) -> str:
    """Write a gain of a probability as it stands in a sentence, which says its sign in Chinese."""
    return f"{100 * gain:.3g}" if lang == "zh" else chance_change(gain, lang)


def asked_chance(value: float, lang: Language) -> str:
    """Write a probability as it was asked for: 0.5, or 50%."""
    return f"{100 * value:.3g}%" if lang == "zh" else f"{value:g}"


def tenths(share: float) -> str:
    """Write a share of a whole to a tenth of a per cent."""
    return f"{share:.1%}"


def signed_percent(share: float, lang: Language) -> str:
    """Write a share of a whole that may be negative, in whole per cent."""
    whole = round(100 * share)
    return f"{'−' if whole < 0 else ''}{abs(whole)}{'%' if lang == 'zh' else ' %'}"
