"""What a bench runs, timed, or could not, in Chinese: the English names are keys of its record."""

from __future__ import annotations

import re

from qiantang.wording.language import Language

_FIT = "members of the fit, one scenario, warm"
_CHINESE = {
    r"first result of this process, compiled or from the cache":
        "本进程首次得出结果（现编译或取自缓存）",
    r"([\d,]+) members, warm": r"\1组样本，已预热",
    rf"([\d,]+) {_FIT}, from the start to (\S+)":
        r"拟合所得样本\1组，一个情景，已预热，从起点算至\2",
    rf"([\d,]+) {_FIT}, from a history up to (\S+) to (\S+)":
        r"拟合所得样本\1组，一个情景，已预热，从截至\2的历史算至\3",
    r"a new process, kernel in the cache, to its first result":
        "新进程首次得出结果（内核已在缓存）",
    r"a new process, (`.+`), ([\d,]+) members, two scenarios":
        r"新进程运行\1，\2组样本，两个情景",
    r"C lanes: no gcc, or an operation it does not cover": "C：没有gcc，或有其不支持的运算",
    r"SDEverywhere: no library was given": "SDEverywhere：未给出程序库",
    r"(.+): not installed": r"\1：未安装",
    r"([\d,]+) members, streamed": r"\1组样本，流式模拟",
    r"kernel": "内核",
    r"C lanes(?:, (.+))?": r"C \1",
    r"NumPy over members": "NumPy（逐组样本）",
    r"PySD as shipped": "PySD（原版）",
    r"PySD, scalar tables by (\S+)": r"PySD（标量表用\1）",
    r"SDEverywhere's C": "SDEverywhere的C",
}  # fmt: skip


def waited(name: str, lang: Language) -> str:
    """Return what is run or was timed, or why it was not; what is not known stays as it is."""
    if lang == "en":
        return name
    for english, chinese in _CHINESE.items():
        if found := re.fullmatch(english, name):
            return found.expand(chinese).replace(",", "").strip()
    return name
