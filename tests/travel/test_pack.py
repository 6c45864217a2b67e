"""Arrays as text: nothing is lost, whatever the numbers."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiantang.travel.pack import DIGITS, Rows, packed, written


def read(text: str) -> bytes:
    """Read the base as its description has it, in another way than it is written."""
    count, _, digits = text.partition(":")
    total = 0
    for place in range(0, len(digits), 2):
        word = DIGITS.index(digits[place]) + 91 * DIGITS.index(digits[place + 1])
        total |= word << (13 * place // 2)
    return (total & ((1 << 8 * int(count)) - 1)).to_bytes(int(count), "little")


@given(st.binary(max_size=200))
def test_bytes_come_back(content: bytes) -> None:
    assert read(written(content)) == content


def test_the_base_has_91_signs_that_neither_html_nor_json_minds() -> None:
    assert len(set(DIGITS)) == 91
    assert not set(DIGITS) & set(' "<\\')
    assert DIGITS.isascii()
    assert DIGITS.isprintable()


def test_members_that_agree_are_written_once() -> None:
    rng = np.random.default_rng(1)
    alike, apart = np.full((40, 500), np.pi), rng.random((40, 500))
    one, other = (len(packed({"x": Rows(values)})) for values in (alike, apart))
    assert one < 1000 < 100_000 < other


@pytest.mark.parametrize("value", [-0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308])
def test_the_bits_of_odd_floats_are_kept_in_a_browser(browser: Any, value: float) -> None:
    from qiantang.travel.writing import front

    rows = np.array([[value, value], [value, 1.0], [1 / 3, value]])
    text = packed({"a": Rows(rows), "b": rows, "c": np.array([[1, -2], [3, 2**31 - 1]])})
    page = browser.new_page()
    script = (
        f"async (text) => {{ {front('unpack.js')}"
        + """
        const found = unpacked(await inflated(bytesOf(text)));
        const bits = (row) => Array.from(new BigUint64Array(row.slice().buffer), String);
        return { a: found.a.rows.map(bits), b: bits(found.b.data), c: Array.from(found.c.data),
                 shapes: [found.a.shape, found.b.shape, found.c.shape] };
    }"""
    )
    found = page.evaluate(script, text)
    page.close()
    whole = [[str(bits) for bits in row] for row in rows.view(np.uint64).tolist()]
    assert found["a"] == [whole[0][:1], *whole[1:]]
    assert found["b"] == [bits for row in whole for bits in row]
    assert found["c"] == [1, -2, 3, 2**31 - 1]
    assert found["shapes"] == [[3, 2], [3, 2], [2, 2]]


def test_the_head_names_every_array() -> None:
    text = packed({"x": np.zeros((2, 3)), "y": np.arange(4)})
    body = zlib.decompress(read(text))
    size = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + size])
    assert [(part["name"], part["shape"], part["whole"]) for part in head] == [
        ("x", [2, 3], False), ("y", [4], True),
    ]  # fmt: skip
