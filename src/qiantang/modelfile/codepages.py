"""Which code page a text of few letters is in: each byte pair is judged by how common it is there.

The tables rest on the layout of the code pages: GB 2312 and Big5 keep their common characters in
blocks of their own (level 1), Shift JIS its kana; an accented letter of a Latin text stands
alone among unaccented ones, and a Cyrillic or Greek word has frequent letters. Code pages of the
Macintosh, of DOS and of Unix are never read, but a text that may be in one of them is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "gb18030": "GBK",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_kr": "EUC-KR",
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
    "koi8_r": "KOI8-R",
}
_UNREAD = frozenset(("mac_roman", "cp850", "koi8_r"))
_ENOUGH = 0.5
_AHEAD = 0.05
_LIKELY = 0.7
_EQUAL = 0.5
_FEW = 0.9
"""Lead of Korean, summed over its characters, that is none over Chinese, and that is too small."""

_SAMPLE = 200_000
_RUN = re.compile(rb"[\x80-\xff]+")
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_PAIRED = re.compile(rb"(?:[\x81-\xfe][\x30-\xfe]|[\x80-\xff])+")
_JIS = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]|[\x80-\xff]")

# The apostrophe of Windows-1252, in English and French words.
_APOSTROPHE = re.compile(
    rb"(?<=[a-zA-Z])\x92(?=(?:s|t|d|m|ll|re|ve)?(?![a-zA-Z\x80-\xff]))"
    rb"|(?<![a-zA-Z\x80-\xff])([ldnmtscjLDNMTSCJ]|[Qq]u)\x92(?=[a-zA-Z\x80-\xff])"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_SMALL = frozenset("áàâäãåçéèêëíìîïñóòôöõúùûüÿæøœß")

# The most frequent characters of Chinese, and those of the words of system dynamics models.
_CHINESE = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过"
    "口数量增长率总值产生死亡出业资源能水土环境城市经济投入消费需求供给时间初始单位系统政策影响因子"
    "比例系数平均区域车辆交通排放污染废物技术收入价格成本利润库存订货销售员工企业农村教育医院面积"
)
# Syllables that Korean words often end with or consist of.
_KOREAN = frozenset(
    "이다의가는을를에은로한인율수구기자사시지도리고하대비용량간평균초산생출사망성장총"
)


@dataclass(frozen=True)
class Guess:
    """What a text of unknown code page may be in.

    Parameters
    ----------
    codec : str
        Name of a codec of Python's that reads the whole of it; empty where none is clearly ahead.
    rivals : tuple of str
        The codecs between which it cannot be told, the likeliest first.
    """

    codec: str
    rivals: tuple[str, ...] = ()


def guessed(content: bytes) -> Guess:
    """Return the codec of a text that is not UTF-8."""
    sample = b"\n".join(line for line in content.split(b"\n") if not line.isascii())[:_SAMPLE]
    found: list[tuple[float, str]] = []
    for codec, weigh in _WEIGHTS.items():
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((_mean(weigh(sample)), codec))
    found.sort(reverse=True)
    (best, codec), (second, other) = [*found, (0.0, ""), (0.0, "")][:2]
    close = tuple(name for score, name in found if round(score, 6) >= _LIKELY)
    if best < _ENOUGH:
        return Guess("")
    if (codec, other) == ("euc_kr", "gb18030"):
        # Two syllables that are common in Korean may be rare characters of Chinese.
        lead = (best - second) * len(set(_pairs(sample)))
        return Guess(other) if lead < _EQUAL else Guess("", close) if lead < _FEW else Guess(codec)
    if codec in _UNREAD or (second >= _ENOUGH and best - second < _AHEAD):
        return Guess("", close)
    return Guess(codec)


def _pairs(sample: bytes) -> list[tuple[int, int]]:
    """Return the pairs of a double-byte text; a byte without a partner has a zero."""
    pairs = []
    for run in _PAIRED.findall(sample):
        at = 0
        while at < len(run):
            if run[at] < 0x80:
                at += 1
                continue
            trail = run[at + 1] if at + 1 < len(run) else 0
            pairs.append((run[at], trail))
            at += 2
    return pairs


def _mean(weights: list[float]) -> float:
    return sum(weights) / len(weights) if weights else 0.0


def _gbk(sample: bytes) -> list[float]:
    def weight(lead: int, trail: int) -> float:
        if trail < 0xA1:
            return 0.05  # an addition of GBK, rare
        if 0xB0 <= lead <= 0xD7:
            common = bytes((lead, trail)).decode("gb18030", "replace") in _CHINESE
            return 1.0 if common else 0.8
        return 0.7 if lead in (0xA1, 0xA3) else 0.3

    return [weight(*pair) for pair in _pairs(sample)]


def _big5(sample: bytes) -> list[float]:
    def weight(lead: int, trail: int) -> float:
        if 0xA4 <= lead <= 0xC6:
            # Half of Big5's second bytes are ASCII, which no text of GB 2312 has.
            return 0.7 if trail >= 0xA1 else 1.0
        return 0.6 if 0xA1 <= lead <= 0xA3 else 0.2

    weights = [weight(*pair) for pair in _pairs(sample)]
    alone = not re.search(rb"[\x80-\xff](?:[\x80-\xff]|[\x40-\x7e][\x80-\xff]|[\\@`])", sample)
    return [w / 2 for w in weights] if alone else weights  # as the sign of micro before a unit


def _shift_jis(sample: bytes) -> list[float]:
    weights = []
    for match in _JIS.finditer(sample):
        letter, lead = match[0], match[0][0]
        if _letter(letter[1:]) and _letter(sample[match.start() - 1 : match.start()]):
            weights.append(0.3)  # as a dash or an apostrophe in a word of Latin letters
            continue
        kana = lead == 0x82 or lead == 0x83
        common = 0x88 <= lead <= 0x97 or lead == 0x81
        weights.append(0.1 if len(letter) == 1 else 1.0 if kana else 0.85 if common else 0.3)
    return weights


def _letter(byte: bytes) -> bool:
    return byte.isalpha() and byte.isascii()


def _euc_kr(sample: bytes) -> list[float]:
    def weight(lead: int, trail: int) -> float:
        if trail < 0xA1 or not 0xB0 <= lead <= 0xC8:
            return 0.1
        return 1.2 if bytes((lead, trail)).decode("euc_kr", "replace") in _KOREAN else 0.6

    return [weight(*pair) for pair in _pairs(sample)]


def _western(sample: bytes) -> list[float]:
    weights: list[float] = []
    for match in _RUN.finditer(_APOSTROPHE.sub(b"'", sample)):
        run = match[0]
        letters = all(byte >= 0xC0 and byte not in (0xD7, 0xF7) for byte in run)
        beside = sample[match.start() - 1 : match.start()] + sample[match.end() : match.end() + 1]
        word = any(chr(byte).isalpha() for byte in beside if byte < 0x80)
        if len(run) == 1 and beside[-1:] in (b"\\", b"@", b"`"):
            weights.append(0.05)  # the second half of a character of Big5 or Shift JIS
        elif len(run) == 1:
            weights.append(1.0 if letters and word else 0.7)
        elif len(run) == 2:
            weights.append(0.7 if letters and word else 0.05)
        else:
            weights += [0.05] * len(run)
    return weights or [0.7]


def _accented(codec: str) -> Callable[[bytes], list[float]]:
    """Return the weights of a code page of the Macintosh or of DOS, by small letters in words."""

    def weigh(sample: bytes) -> list[float]:
        text = _APOSTROPHE.sub(b"'", sample).decode(codec, "replace")
        weights = []
        for match in _LETTERS.finditer(text):
            word = match[0]
            accents = [letter for letter in word[1:] if not letter.isascii()]
            plain = sum(letter.isascii() for letter in word)
            known = plain >= len(accents) and all(letter in _SMALL for letter in accents)
            weights += [1.0 if known else 0.3] * len(accents)
            weights += [0.3] * (not word[0].isascii())
        others = sum(not letter.isascii() for letter in _LETTERS.sub("", text))
        return weights + [0.3] * others

    return weigh


def _by_frequency(codec: str, frequent: str) -> Callable[[bytes], list[float]]:
    """Return the weights of a code page of one byte a letter, by its frequent letters."""
    often = frozenset(frequent)

    def weigh(sample: bytes) -> list[float]:
        weights: list[float] = []
        for word_bytes in _WORD.findall(sample):
            word = word_bytes.decode(codec, "replace")
            one_case = word[1:] == word[1:].lower() or word == word.upper()
            known = one_case and word.isalpha() and not re.search("[A-Za-z]", word)
            most = 0.05 if not known else 1.0 if len(word) > 2 else 0.5
            weights += [most if letter in often else 0.3 * most for letter in word.lower()]
        return weights

    return weigh


_RUSSIAN = "оеаинтсрвлкмдпуыья"
_WEIGHTS: dict[str, Callable[[bytes], list[float]]] = {
    "gb18030": _gbk,
    "big5": _big5,
    "shift_jis": _shift_jis,
    "euc_kr": _euc_kr,
    "cp1252": _western,
    "cp1251": _by_frequency("cp1251", _RUSSIAN),
    "cp1253": _by_frequency("cp1253", "αοιτεσςνηρπκλμυάέήίόύώ"),
    "mac_roman": _accented("mac_roman"),
    "cp850": _accented("cp850"),
    "koi8_r": _by_frequency("koi8_r", _RUSSIAN),
}
