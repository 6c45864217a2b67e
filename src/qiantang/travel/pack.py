"""Arrays as text that a page carries: without loss, and as small as random digits allow.

The bytes of a row of numbers are put side by side by their place in the number, so that signs and
exponents, which hardly differ, stand together; a number that all members share is written once. The
whole is deflated, which every browser can undo, and written in the 91 printable characters that
neither HTML nor JSON gives a meaning: 13 bits in two of them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIGITS = "".join(chr(code) for code in range(33, 127) if chr(code) not in '"<\\')
"""Of the base: no space, no quotation mark, no bracket that opens a tag, no backslash."""

BITS = 13
"""Of two digits: 91 times 91 are a few more than two to the power of 13."""


@dataclass(frozen=True)
class Rows:
    """Rows of members, each written apart.

    Parameters
    ----------
    values : ndarray, shape (row, member)
    """

    values: Array


def packed(arrays: Mapping[str, NDArray[Any] | Rows]) -> str:
    """Return arrays as text: a head that names them, and their bytes.

    Parameters
    ----------
    arrays : mapping of str to ndarray or Rows
        Of floats, or of whole numbers below 2**31, which are written as such.
    """
    head: list[dict[str, Any]] = []
    body = bytearray()
    for name, array in arrays.items():
        if isinstance(array, Rows):
            own = [index for index, row in enumerate(array.values) if not _is_shared(row)]
            shared = np.array([row[0] for row in array.values])
            head.append({"name": name, "shape": list(array.values.shape), "own": own})
            body += _planes(shared) + b"".join(_planes(array.values[index]) for index in own)
        else:
            whole = array.dtype.kind in "iu"
            flat = np.ascontiguousarray(array).ravel()
            head.append({"name": name, "shape": list(array.shape), "whole": whole})
            body += _planes(flat.astype("<i4" if whole else "<f8"))
    text = json.dumps(head, separators=(",", ":")).encode()
    return written(zlib.compress(len(text).to_bytes(4, "little") + text + bytes(body), 9))


def _is_shared(row: Array) -> bool:
    """Return whether all members have the same bits."""
    bits = row.view(np.int64)
    return bool((bits == bits[0]).all())


def _planes(values: NDArray[Any]) -> bytes:
    """Return the first byte of every number, then the second of every number, and so on."""
    flat = np.ascontiguousarray(values)
    return flat.view(np.uint8).reshape(len(flat), flat.itemsize).T.tobytes()


def written(content: bytes) -> str:
    """Return bytes in the digits of the base, two for 13 bits, after their number and a colon."""
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), bitorder="little")
    whole = np.append(bits, np.zeros(-len(bits) % BITS, dtype=np.uint8))
    words = whole.reshape(-1, BITS).astype(np.int64) @ (1 << np.arange(BITS))
    digits = np.frombuffer(DIGITS.encode(), dtype=np.uint8)
    pairs = np.stack([digits[words % len(DIGITS)], digits[words // len(DIGITS)]], axis=1)
    return f"{len(content)}:{pairs.tobytes().decode()}"
