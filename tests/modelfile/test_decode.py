"""Bytes of model files as text: marks, headers, code pages told from their bytes."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from qiantang.modelfile.decode import UndecodableError, decoded
from qiantang.modelfile.read import read_document

MODEL = "{UTF-8}\n人口 = 3 ~~|\naño = 人口 ~~|\n"
ASCII = "population = 3 ~ people ~ |\n"


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_is_followed_and_no_part_of_the_text(mark: bytes, codec: str) -> None:
    assert decoded(mark + MODEL.encode(codec)) == (MODEL, [])


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(codec: str) -> None:
    text, notes = decoded(ASCII.encode(codec))
    assert text == ASCII
    assert notes == ["read as UTF-16: every other byte is zero"]


def test_utf8_needs_no_header() -> None:
    assert decoded(MODEL.encode()) == (MODEL, [])
    assert decoded(MODEL[8:].encode()) == (MODEL[8:], [])
    assert decoded(b"") == ("", [])


# Words of models in the code page of their country; the shortest are of two characters.
@pytest.mark.parametrize(
    ("codec", "name", "text"),
    [
        ("gb18030", "GBK", "人口 = 3 ~~|\n产值 = 人口 * 2 ~~|"),
        ("gb18030", "GBK", "GDP总量 = 3 ~~|\nGDP增速 = 2 ~~|"),
        ("gb18030", "GBK", "鱼 = 3 ~~|\n羊 = 鱼*2 ~~|"),
        ("gb18030", "GBK", "第1年 = 3 ~ 万元 ~ （节能率） |"),
        ("big5", "Big5", "人口數 = 3 ~~|\n出生率 = 人口數 * 2 ~~|"),
        ("shift_jis", "Shift JIS", "人口 = 3 ~~|\n出生率 = 2 ~ コスト ~ |"),
        ("gb18030", "GBK", "啊=2 ~~|\ny=啊 ~~|"),
        ("big5", "Big5", "功=3 ~~|\n許=2 ~~|\ny=功*許 ~~|"),
        ("big5", "Big5", "許可 = 3 ~~|\n成功 = 2 ~~|"),
        ("cp1252", "Windows-1252", "people’s share = 1 ~~|\nit’s = 2 ~ don’t |"),
        ("cp1252", "Windows-1252", "part d’eau = 1 ~ l’année, qu’il |"),
        ("euc_kr", "EUC-KR", "인구 = 3 ~~|\n출생률 = 2 ~~|"),
        ("cp1252", "Windows-1252", "año = 10 ~~|\nao = 3 ~~|"),
        ("cp1252", "Windows-1252", "população = 3 ~~|\nprodução = 2 ~~|"),
        ("cp1252", "Windows-1252", "Größe = 2 ~ °C ~ Übergang – “groß” |"),
        ("cp1252", "Windows-1252", "mass = 5 ~ µg ~ |"),
        ("cp1251", "Windows-1251", "население = 3 ~~|\nрождаемость = 2 ~~|"),
        ("cp1253", "Windows-1253", "πληθυσμός = 3 ~~|"),
    ],
)
def test_a_code_page_is_told_from_few_letters(codec: str, name: str, text: str) -> None:
    assert decoded(text.encode(codec)) == (
        text,
        [f"read as {name}: the file is not UTF-8 and does not state its code page"],
    )


def test_what_cannot_be_told_is_refused_with_its_line() -> None:
    with pytest.raises(UndecodableError, match="the code page cannot be told") as refused:
        decoded(b"a = 1 ~~|\n\x81\xff\x8d = 2 ~~|")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("codec", "text", "told"),
    [
        ("mac_roman", "año=3 ~~|\nniño=año ~~|", "Mac Roman, DOS 850 or Windows-1252,"),
        ("mac_roman", "población=3 ~~|\nproducción=2 ~~|", "Mac Roman, DOS 850 or Windows-1252,"),
        ("cp850", "año=3 ~~|\nniño=año ~~|", "DOS 850"),
        ("koi8_r", "население=3 ~~|\nрождаемость=2 ~~|", "KOI8-R or Windows-1251,"),
        ("euc_kr", "인구=3 ~~|", "EUC-KR, GBK or "),
        ("cp1252", "supply–demand=3 ~~|", "Mac Roman, DOS 850 or Windows-1252,"),
    ],
)
def test_where_two_readings_are_near_both_are_named(codec: str, text: str, told: str) -> None:
    with pytest.raises(UndecodableError) as refused:
        decoded(text.encode(codec))
    assert f"cannot be told from the file: it may be {told}" in str(refused.value)
    assert refused.value.line == 1


def test_a_header_binds() -> None:
    with pytest.raises(UndecodableError, match="byte 0xf1 is not UTF-8, save the model") as refused:
        decoded(b"{UTF-8}\n\na\xf1o = 1 ~~|")
    assert refused.value.line == 3


def test_the_encoding_of_an_xml_declaration_is_followed() -> None:
    head = '<?xml version="1.0" encoding="{}"?>\n<a>\xf1</a>'
    assert decoded(head.format("ISO-8859-1").encode("latin-1"))[0].endswith("<a>ñ</a>")
    assert decoded(head.format("utf-8").encode()) == (head.format("utf-8"), [])
    chinese = '<?xml version="1.0" encoding="GB2312"?><a>人口</a>'
    assert decoded(chinese.encode("gbk")) == (chinese, [])
    with pytest.raises(UndecodableError, match="the encoding rot13 that the file states"):
        decoded(head.format("rot13").encode())
    with pytest.raises(UndecodableError, match="is not"):
        decoded(head.format("ascii").encode())


def test_zero_bytes_are_no_text() -> None:
    with pytest.raises(UndecodableError, match="a zero byte") as refused:
        decoded(b"a = 1 ~~|\nb\0 = 2 ~~|")
    assert refused.value.line == 2


HIDDEN = ["\u200b", "\u202e", "\u2066", "\ufeff", "\u061c", "\u00ad", "\x1b", "\U000e0041"]


@pytest.mark.parametrize("mark", HIDDEN)
def test_what_cannot_be_seen_is_left_out_and_said(mark: str, tmp_path: Path) -> None:
    """No mark reaches a result, and two names that look alike are one name."""
    text, notes = decoded(f"a = 1 ~~|\nb{mark}c = a ~~|".encode())
    assert text == "a = 1 ~~|\nbc = a ~~|"
    (note,) = notes
    assert note.endswith(f"left out, first U+{ord(mark):04X} on line 2")
    file = tmp_path / "m.mdl"
    file.write_text(f"{{UTF-8}}\nbc = 1 ~~|\nb{mark}c = 2 ~~|\n", encoding="utf-8")
    _, faults = read_document(file)
    assert [(fault.line, fault.what) for fault in faults] == [(3, "defined twice, first on line 2")]


def test_vensims_mark_before_its_settings_stays() -> None:
    assert decoded(b":L\x7f<%^E!@\n") == (":L\x7f<%^E!@\n", [])
