"""Hostile YAML: refused in one sentence, before it costs time or memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from qiantang.faults import StudyError
from qiantang.files import boundedyaml, textbounds
from qiantang.files.yamlfile import read_yaml

DEEP = f"not valid YAML: more than {boundedyaml.MOST_LEVELS} levels deep"
ODD = "not valid YAML: a value is no number, date or text that can be read"
#: Ten levels of nine aliases each: three thousand million entries.
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 11)
)


def told(folder: Path, text: str) -> str:
    path = folder / "town.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(StudyError) as caught:
        read_yaml(path)
    (fault,) = caught.value.faults
    return f"{fault.line}: {fault.where}: {fault.what}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: " + "[" * 100_000, f"1: : {DEEP}"),
        ("a: " + "{a: " * 100_000, f"1: : {DEEP}"),
        ("- " * 100_000, f"1: : {DEEP}"),
        ("? " * 100_000, f"1: : {DEEP}"),
        ("\n".join(" " * i + "a:" for i in range(900)), f"41: : {DEEP}"),
        (BOMB, "None: : more than 50,000 entries once its aliases are written out"),
        ("&a [1, *a]", "None: : not valid YAML: nested without end"),
        ("a: 1\n" + "x" * 300 + ": 2", "2: : a key of 300 characters, at most 200"),
        ("a: 1\nb: " + "x" * 30_000, "2: b: a text of 30,000 characters, at most 20,000"),
        ("a: 1\nb: [" + "x" * 30_000 + "]", "2: b.0: a text of 30,000 characters, at most 20,000"),
        ("a: " + "x" * 1_000_000,
         "None: : longer than 1,000,000 characters, which no file of a study is"),
        ('a: 1\nb: "\\e]0;title\\a"', "2: b: a control character, U+001B, in a text"),
        ('"a\\0": 1', "1: : a control character, U+0000, in a text"),
        ("a: 1\nb: " + "9" * 5000, f"2: : {ODD}"),
        ("a: 1\nb: 2018-99-99", f"2: : {ODD}"),
        ("a: 1\nb: !!int soon", f"2: : {ODD}"),
        ("a: 1\nb: !!float soon", f"2: : {ODD}"),
    ],
    ids=lambda text: ascii(text[:16]),
)  # fmt: skip
def test_what_is_too_much_or_no_value_is_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    assert told(tmp_path, text) == sentence


def test_the_number_of_tokens_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundedyaml, "MOST_TOKENS", 50)
    sentence = "1: : not valid YAML: more than 50 keys, values and marks"
    assert told(tmp_path, f"a: [{'1, ' * 60}]") == sentence


def test_a_long_file_is_refused_by_its_size_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> str:
        raise AssertionError("the file was read")

    path = tmp_path / "town.yaml"
    path.write_bytes(b"#" * (4 * textbounds.MOST_CHARACTERS + 1))
    monkeypatch.setattr(Path, "read_text", never)
    with pytest.raises(StudyError, match="longer than 1,000,000 characters"):
        read_yaml(path)


def test_tags_of_other_languages_make_nothing(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_text('a: !!python/object/apply:os.getcwd ["x"]\n', encoding="utf-8")
    assert read_yaml(path).data == {"a": ["x"]}


def test_what_a_study_needs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_text("a: &a {b: [[[1]]]}\nc: *a\nd: '城市\n\n  x'\n", encoding="utf-8")
    assert read_yaml(path).data == {"a": {"b": [[[1]]]}, "c": {"b": [[[1]]]}, "d": "城市\nx"}
