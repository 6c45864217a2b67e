"""What is under way, in Chinese: what a bench runs or times, what a long answer tells meanwhile.

The English names of a bench are keys of its record.
"""

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
    r"starting": "开始",
    r"members": "样本",
    r"fresh members": "新样本",
    r"cases": "各情形",
    r"tree": "决策树",
    r"boxes": "范围",
    r"half (\d+) of (\d+)": r"对半检验，第\1次，共\2次",
    r"orders (\d+) of (\d+)": r"推进顺序，第\1对，共\2对",
    r"searching: P = (.+)": r"搜索中，概率\1",
    r"saving: cost (.+)": r"压减投入，现为\1",
    r"ceiling: round (\d+)": r"上限，第\1轮",
    r"ceiling: trial (\d+)": r"上限，第\1次试验",
    r"reviewing (.+)": r"评估\1",
    r"delaying (.+)": r"推迟\1",
    r"taking in (.+)": r"计入\1",
    r"running (.+)": r"模拟\1",
    r"learning (.+)": r"了解\1",
    r"seed (\d+), generation (\d+) of (\d+)": r"随机种子\1，第\2代，共\3代",
    r"compiling the model, once; the result is kept": "编译模型，仅需一次，结果留存",
    r"compiling the model for browsers, once; the result is kept":
        "为浏览器编译模型，仅需一次，结果留存",
    r"listing the loops": "列出回路",
    r"scoring loops, (\d+) of (\d+) instants done": r"回路评分，已完成\1个时点，共\2个",
    r"scoring links, (\d+) of (\d+) instants done": r"环节评分，已完成\1个时点，共\2个",
    r"mode, round (\d+) of (\d+): cost (.+)": r"求众数，第\1轮，共\2轮，代价\3",
    r"(\d+) coordinates sampled, (\d+) keep their prior":
        r"抽样参数\1个，另有\2个沿用先验",
    r"(\d+) of (\d+) members settled, (\d+) kept": r"\2组样本中有\1组收敛，保留\3组",
    r"(\d+) figures of (\d+) series up to (.+)": r"截至\3，\2项指标共\1个数据",
    r"trial (\d+) of (\d+): (.+) accepted": r"第\1次试验，共\2次，接受率\3",
    r"(.+): (\d+) of (\d+), (.+) accepted": r"\1：\2步，共\3步，接受率\4",
    r"(\d+) of (\d+) draws kept, likelihood ratio flattened to (.+)":
        r"\2次抽样中保留\1次，似然比压平至\3",
    r"origin (\S+), (.+)": r"起点\1，\2",
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
