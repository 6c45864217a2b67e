"""`--help` in Chinese: every verb, every option, every name of what is filled in, and no others."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from qiantang.charts.kinds import KINDS
from qiantang.cli import VERBS, Spoken, program
from qiantang.commands.helppage import page
from qiantang.wording import helped

#: Three English words in a row, but for what is typed and the name of a method.
_ENGLISH = re.compile(r"(?!qiantang |Loops that)\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
_NAMES = re.compile(r"(?<![a-z])[A-Z]+(?![a-z])")
TEXTS = helped.helped()


def call(*words: str) -> Result:
    return CliRunner().invoke(program, list(words), env={"COLUMNS": "80"}, catch_exceptions=False)


def contexts() -> Iterator[tuple[str, click.Context]]:
    root = Spoken(program, info_name="qiantang", help_option_names=["-h", "--help"])
    yield "", root
    for name in VERBS:
        verb = program.get_command(root, name)
        assert verb is not None
        whole = Spoken(verb, root, info_name=name)
        yield name, whole
        if isinstance(verb, click.Group):
            for part, one in verb.commands.items():
                yield f"{name} {part}", Spoken(one, whole, info_name=part)


ALL = dict(contexts())


def flags(verb: str) -> dict[str, click.Option]:
    context = ALL[verb]
    return {max(one.opts, key=len): one for one in context.command.get_params(context)
            if isinstance(one, click.Option)}  # fmt: skip


def test_every_verb_has_a_text_and_every_text_a_verb() -> None:
    assert set(TEXTS.verbs) == set(ALL) - {""}


@pytest.mark.parametrize("verb", ALL)
def test_every_option_has_a_text_and_every_text_an_option(verb: str) -> None:
    assert all(helped.option_said(verb, flag) for flag in flags(verb))
    own = TEXTS.verbs[verb].options if verb else {}
    assert set(own) <= set(flags(verb))


@pytest.mark.parametrize("flag", TEXTS.shared)
def test_a_shared_text_says_what_all_of_its_verbs_say(flag: str) -> None:
    sharing = [verb for verb in ALL if flag in flags(verb)
               and not (verb and flag in TEXTS.verbs[verb].options)]  # fmt: skip
    said = {flags(verb)[flag].help for verb in sharing}
    assert len(said) == 1, said


def test_every_name_of_what_is_filled_in_is_told_and_no_other() -> None:
    found = set()
    for context in ALL.values():
        usage = " ".join(context.command.collect_usage_pieces(context))
        records = [one.get_help_record(context) for one in context.command.get_params(context)]
        for text in (usage, *(record[0] for record in records if record)):
            found |= set(_NAMES.findall(text))
    found |= {name for kind in KINDS.values() if kind.says for name in _NAMES.findall(kind.usage)}
    assert found == set(TEXTS.metavars)


def test_every_kind_of_chart_is_told() -> None:
    assert set(TEXTS.kinds) == {name for name, kind in KINDS.items() if kind.says}


def test_every_word_that_is_kept_whole_stands_in_a_text() -> None:
    texts = [TEXTS.program, *TEXTS.kinds.values(), *TEXTS.shared.values()]
    for one in TEXTS.verbs.values():
        texts += [one.says, *one.options.values()]
    whole = "\n".join(texts)
    words = TEXTS.unbroken.split()
    assert [word for word in words if word not in whole or words.count(word) > 1] == []


@pytest.mark.parametrize("verb", ALL)
def test_a_page_is_chinese_and_fits_the_screen(verb: str) -> None:
    told = page(ALL[verb])
    assert told.startswith("用法：qiantang")
    assert "\n选项：\n" in told
    assert not _ENGLISH.search(told), _ENGLISH.search(told)
    assert not re.search(r"\[default|required|OPTIONS|COMMAND", told)
    assert max(map(cell_len, told.splitlines())) <= 80
    assert all(not line.lstrip().startswith(tuple("，。；：、）》")) for line in told.splitlines())


def test_an_english_sentence_would_be_seen() -> None:
    assert _ENGLISH.search("文件：Same seed same members")


@pytest.mark.parametrize(
    "words",
    [("--lang", "zh", "--help"), ("--lang", "zh", "reach", "--help"),
     ("reach", "--lang", "zh", "-h"), ("--lang=zh", "new", "schemas", "--help"),
     ("export", "--lang", "zh", "--help"), ("export", "sweep", "--lang", "zh", "--help")],
)  # fmt: skip
def test_the_language_stands_before_the_verb_or_behind_it(words: tuple[str, ...]) -> None:
    told = call(*words)
    assert told.exit_code == 0
    assert told.output.startswith("用法：")
    verb = [word for word in words if word in (*VERBS, "sweep", "schemas")]
    assert f"用法：program {' '.join(verb)}".rstrip() in told.output


def test_defaults_and_ranges_are_told() -> None:
    told = call("reach", "--lang", "zh", "--help").output
    assert "--members 整数" in told
    assert "模拟的样本数。[默认：1000；x>=1]" in told
    assert "必填" in call("run", "--lang", "zh", "--help").output


def test_a_verb_takes_the_language_given_before_it_unless_it_has_its_own() -> None:
    assert "名称" in call("--lang", "zh", "list", "levers").output
    assert "名称" not in call("--lang", "zh", "list", "levers", "--lang", "en").output
    assert "name" in call("list", "levers").output


@pytest.mark.parametrize(("words", "told"), [
    (("--lang", "zh", "--nought"), "没有选项--nought"),
    (("--lang", "zh", "raech"), "没有"),
    (("--lang", "zh", "run"), "缺少参数"),
    (("--lang", "zh"), "缺少命令"),
])  # fmt: skip
def test_misuse_is_told_in_chinese_wherever_it_is_found(words: tuple[str, ...], told: str) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert told in result.output
    assert "--lang zh --help" in result.output
    assert "此句暂无中文" not in result.output


def test_a_verb_of_parts_alone_shows_its_page() -> None:
    result = call("--lang", "zh", "new")
    assert result.exit_code == 2
    assert result.output.startswith("用法：program new")


def test_the_words_are_read_for_a_chinese_page_alone() -> None:
    for words, read in ((["--help"], False), (["reach", "--help"], False),
                        (["--lang", "zh", "--help"], True)):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "qiantang", *words],
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        assert ("qiantang.wording.helped" in done.stderr) is read


@pytest.mark.parametrize("verb", ALL)
def test_no_page_tells_limits_that_there_are_not(verb: str) -> None:
    assert "None" not in ALL[verb].command.get_help(ALL[verb])
