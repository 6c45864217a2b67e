"""What users get wrong on the command line: one clear sentence in either language, nothing written.

Each mistake is tried in English and in Chinese; the second must hold no English sentence. Exit
codes are those of the documentation: 2 for what is refused.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qiantang.cli import program

MODEL = """{UTF-8}
tea = INTEG(-(tea - room) / time constant, 80) ~ Degrees ~ Tea. |
time constant = 10 ~ Minute [1,100] ~ Time of cooling. |
room = 20 ~ Degrees ~ Stays. |
INITIAL TIME = 0 ~ Minute ~ Start. |
FINAL TIME = 4 ~ Minute ~ End. |
TIME STEP = 1 ~ Minute ~ Step. |
SAVEPER = 1 ~ Minute ~ Saved. |
"""
#: What is typed, and a part of the English and of the Chinese sentence.
MISTAKES = [
    ("rech", "no verb 'rech' (did you mean reach?)", "没有命令'rech'（是否指reach？）"),
    ("reach --membrs 5", "No such option", "没有选项--membrs"),
    ("reach --members many", "is not a valid integer", "--members的值'many'不是整数"),
    ("reach --members 0", "is not in the range", "--members的值0不在"),
    ("reach --vintage 2019", "unknown vintage", "没有这一外部环境"),
    ("reach --fit nope", "no such fit, expected one of", "没有这一拟合，可用："),
    ("reach --study nowhere", "expected one .mdl file in model/, found 0", "实有0个"),
    ("reach plan_in_ful", "did you mean plan_in_full?", "没有这一情景（是否指plan_in_full？）"),
    ("reach --out new.pdf", "suffix .pdf, expected .xlsx, .docx or .csv", "后缀为.pdf，应为"),
    ("reach --out none/new.csv", "the folder does not exist", "文件夹不存在"),
    ("reach --out there.csv", "the file exists; --force", "文件已存在；加--force可覆盖"),
    ("run current_policy", "Missing option '--out'", "缺少选项--out"),
    ("run --out new.csv", "Missing argument", "缺少参数情景..."),
    ("run current_policy --out new.doc", "suffix .doc, expected", "后缀为.doc，应为"),
    ("run current_policy --out there.csv", "--force replaces it", "加--force可覆盖"),
    ("run current_policy --out new.xlsx --members 999999", "a sheet holds", "工作表最多"),
    ("run current_policy --out new.csv --variable pasengers", "no variable of the model (did",
     "模型中没有这一变量（是否指passengers？）"),
    ("chart fan --out new.png", "fan needs a name", "fan需要一个名称"),
    ("chart fan pasengers --out new.png", "no variable of the model", "模型中没有这一变量"),
    ("chart fun passengers --out new.png", "'fun' is not one of", "'fun'不在可选范围内"),
    ("chart fan passengers --out new.gif", "expected .svg, .png or .pdf", "应为.svg"),
    ("chart board --out there.png", "--force replaces it", "加--force可覆盖"),
    ("chart fan passengers --out new.png --numbers new.txt", "suffix .txt", "后缀为.txt"),
    ("chart flow nowhere --out new.png", "no sector of the model", "模型中没有这一部门"),
    ("chart scoreboard extra --out new.png", "takes no name, 1 given", "不接受名称，给出了1个"),
    ("evidence pasengers", "no such series (did you mean passengers?)", "没有这一指标"),
    ("articles 34", "no such article, expected 1 to", "没有这一条，应为第1至"),
    ("articles seven", "is not a valid integer", "不是整数"),
    ("list scenario", "'scenario' is not one of", "'scenario'不在可选范围内"),
    ("list", "Missing argument", "缺少参数"),
    ("levers --target cargoo", "did you mean cargo?", "没有这一目标（是否指cargo？）"),
    ("levers --out new.svg", "a chart shows one target", "一张图只画一项目标"),
    ("levers --pairs 1", "one pair has no standard error", "只抽一对无法给出标准误"),
    ("show plan_in_ful", "no such scenario", "没有这一情景"),
    ("new study there.csv", "the folder exists and is kept", "文件夹已存在，请换一个名称"),
    ("new scenario", "Missing argument 'NAME'", "缺少参数名称"),
    ("simulate absent.mdl --out new.csv", "file not found", "找不到文件"),
    ("simulate there.csv --out new.csv", "is no model file", "不是模型文件"),
    ("simulate cup.mdl --out new.xls", "suffix .xls, expected", "后缀为.xls，应为"),
    ("simulate cup.mdl --out new.csv --set romo=1", "no variable romo (did you mean room?)",
     "模型中没有变量romo（是否指room？）"),
    ("simulate cup.mdl --out new.csv --set room", "is no setting, expected NAME=VALUE", "不是设定"),
    ("simulate cup.mdl --out new.csv --set room=warm", "expected a number", "应为数字"),
    ("simulate cup.mdl --out new.csv --set tea=1", "tea is a stock", "tea是存量，应为常数"),
    ("simulate cup.mdl --out new.csv --range room=9..1", "the range of room falls", "上下颠倒"),
    ("simulate cup.mdl --out new.csv --range room=5", "is no range", "不是取值范围"),
    ("simulate cup.mdl --out new.csv --set time_constant=200 --strict",
     "outside the limits of the model file, 1 to 100", "超出模型文件所定范围1至100"),
    ("simulate cup.mdl --out new.csv --range room=1..2 --draws 0", "0 draws", "要求0组样本"),
    ("simulate cup.mdl --out new.csv --out new.csv", "names the same file", "是同一文件"),
    ("simulate cup.mdl --out new.png", "name it with --chart", "请用--chart指明"),
    ("review --as-of 2019-03-31 --restore boats", "--restore: boats: no such target, expected one",
     "--restore：boats：没有这一目标，可用："),
    ("review --as-of 2019-03-31 --pathways nan", "nan is no finite number",
     "--pathways的值nan不是有限的数字"),
    ("review --as-of 2019-03-31 --pathways half", "is not a valid float", "不是数字"),
    ("review --as-of 2019-03-31 --probability 0.3", "goes with --restore TARGET", "须与--restore"),
    ("review --as-of 2019-03-31 --picture new.png", "draws a map, expected --pathways",
     "请同时给出--pathways"),
    ("review --as-of 2019-03-31 --pathways 0.5 --picture new.gif",
     "--picture: suffix .gif, expected .svg, .png or .pdf",
     "--picture：后缀为.gif，应为.svg、.png或.pdf"),
    ("review --as-of 2019-03-31 --pathways 0.5 --picture new", "--picture: suffix missing",
     "--picture：缺少后缀，应为.svg"),
    ("review --as-of 2019-03-31 --pathways 0.5 --picture .", "--picture: suffix missing",
     "--picture：缺少后缀，应为.svg"),
    ("review --as-of 2019-03-31 --memo new.txt", "--memo: suffix .txt", "--memo：后缀为.txt"),
    ("review --as-of 2019-03-31 --pathways 0.5 --picture new.pdf --memo new.pdf",
     "--picture: --memo names the same file", "--picture：与--memo是同一文件"),
    ("robust whatever_comes --out new --picture new.png --regrets new.png",
     "--regrets: --picture names the same file", "--regrets：与--picture是同一文件"),
    ("robust whatever_comes --out new --regrets new.gif", "--regrets: suffix .gif",
     "--regrets：后缀为.gif"),
    ("robust nothing --out new", "no such design", "没有这一设计"),
    ("robust whatever_comes --out there.csv", "is a file, expected a folder", "是文件，应为文件夹"),
    ("robust whatever_comes --out there.csv/new", "cannot be written: Not a directory",
     "无法写入：路径中有一段不是文件夹"),
    ("loops passengers --from nan", "is no finite number", "不是有限的数字"),
]  # fmt: skip
_ENGLISH = re.compile(r"\b(expected|is not|does not|no such|cannot|Missing|Invalid|unknown)\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("desk")
    (home / "cup.mdl").write_text(MODEL, encoding="utf-8")
    for name in ("there.csv", "there.png"):
        (home / name).write_text("kept", encoding="utf-8")
    return home


def call(words: str, *more: str) -> Result:
    return CliRunner().invoke(program, [*words.split(), *more], catch_exceptions=False)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[0])
def test_a_mistake_is_one_clear_sentence_in_either_language(
    mistake: tuple[str, str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, english, chinese = mistake
    monkeypatch.chdir(folder)
    plain, told = call(words), call(words, "--lang", "zh")
    assert plain.exit_code == told.exit_code == 2
    assert english in plain.output
    assert chinese in told.output
    assert len(told.output.splitlines()) == 1
    assert not _ENGLISH.search(told.output), told.output
    assert "暂无中文" not in told.output
    assert "Traceback" not in plain.output
    assert sorted(path.name for path in folder.iterdir()) == ["cup.mdl", "there.csv", "there.png"]
    assert (folder / "there.csv").read_text(encoding="utf-8") == "kept"


def test_forty_mistakes_are_tried() -> None:
    assert len({words for words, _, _ in MISTAKES}) >= 40
