"""Which code page a text of few letters is in: each byte pair is judged by how common it is there.

The tables rest on the layout of the code pages: GB 2312 and Big5 keep their common characters in
blocks of their own (level 1), Shift JIS its kana; an accented letter of a Latin text stands
alone among unaccented ones, and a Cyrillic or Greek word has frequent letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
}
_ENOUGH = 0.5
_AHEAD = 0.05
_SAMPLE = 200_000
_RUN = re.compile(rb"[\x80-\xff]+")
_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_PAIRED = re.compile(rb"(?:[\x81-\xfe][\x30-\xfe]|[\x80-\xff])+")
_JIS = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]|[\x80-\xff]")

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


def guessed(content: bytes) -> str | None:
    """Return the codec of a text that is not UTF-8; None where no code page is clearly ahead.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str or None
        Name of a codec of Python's that reads the whole of it.
    """
    sample = b"\n".join(line for line in content.split(b"\n") if not line.isascii())[:_SAMPLE]
    found = []
    for codec, score in _SCORES.items():
        try:
            content.decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((score(sample), codec))
    found.sort(reverse=True)
    if not found or found[0][0] < _ENOUGH:
        return None
    if len(found) > 1 and found[0][0] - found[1][0] < _AHEAD:
        return None
    return found[0][1]


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


def _gbk(sample: bytes) -> float:
    def weight(lead: int, trail: int) -> float:
        if trail < 0xA1:
            return 0.05  # an addition of GBK, rare
        if 0xB0 <= lead <= 0xD7:
            common = bytes((lead, trail)).decode("gb18030", "replace") in _CHINESE
            return 1.0 if common else 0.8
        return 0.7 if lead in (0xA1, 0xA3) else 0.3

    return _mean([weight(*pair) for pair in _pairs(sample)])


def _big5(sample: bytes) -> float:
    def weight(lead: int, trail: int) -> float:
        if 0xA4 <= lead <= 0xC6:
            # Half of Big5's second bytes are ASCII, which no text of GB 2312 has.
            return 0.7 if trail >= 0xA1 else 1.0
        return 0.6 if 0xA1 <= lead <= 0xA3 else 0.2

    mean = _mean([weight(*pair) for pair in _pairs(sample)])
    alone = not re.search(rb"[\x80-\xff]{2}|[\x80-\xff][\x40-\x7e][\x80-\xff]", sample)
    return mean / 2 if alone else mean  # as the sign of micro before a unit


def _shift_jis(sample: bytes) -> float:
    weights = []
    for letter in _JIS.findall(sample):
        lead = letter[0]
        kana = lead == 0x82 or lead == 0x83
        common = 0x88 <= lead <= 0x97 or lead == 0x81
        weights.append(0.1 if len(letter) == 1 else 1.0 if kana else 0.85 if common else 0.3)
    return _mean(weights)


def _euc_kr(sample: bytes) -> float:
    def weight(lead: int, trail: int) -> float:
        if trail < 0xA1 or not 0xB0 <= lead <= 0xC8:
            return 0.1
        return 1.2 if bytes((lead, trail)).decode("euc_kr", "replace") in _KOREAN else 0.6

    return _mean([weight(*pair) for pair in _pairs(sample)])


def _western(sample: bytes) -> float:
    weights: list[float] = []
    for match in _RUN.finditer(sample):
        run = match[0]
        letters = all(byte >= 0xC0 and byte not in (0xD7, 0xF7) for byte in run)
        beside = sample[match.start() - 1 : match.start()] + sample[match.end() : match.end() + 1]
        word = any(chr(byte).isalpha() for byte in beside if byte < 0x80)
        if len(run) == 1:
            weights.append(1.0 if letters and word else 0.7)
        elif len(run) == 2:
            weights.append(0.7 if letters and word else 0.05)
        else:
            weights += [0.05] * len(run)
    return _mean(weights)


def _by_frequency(codec: str, frequent: str) -> Callable[[bytes], float]:
    """Return the score of a code page of one byte a letter, by its frequent letters."""
    often = frozenset(frequent)

    def score(sample: bytes) -> float:
        weights: list[float] = []
        for word_bytes in _WORD.findall(sample):
            word = word_bytes.decode(codec, "replace")
            one_case = word[1:] == word[1:].lower() or word == word.upper()
            known = one_case and word.isalpha() and not re.search("[A-Za-z]", word)
            most = 0.05 if not known else 1.0 if len(word) > 2 else 0.5
            weights += [most if letter in often else 0.3 * most for letter in word.lower()]
        return _mean(weights)

    return score


_SCORES: dict[str, Callable[[bytes], float]] = {
    "gb18030": _gbk,
    "big5": _big5,
    "shift_jis": _shift_jis,
    "euc_kr": _euc_kr,
    "cp1252": _western,
    "cp1251": _by_frequency("cp1251", "оеаинтсрвлкмдпуыья"),
    "cp1253": _by_frequency("cp1253", "αοιτεσςνηρπκλμυάέήίόύώ"),
}
