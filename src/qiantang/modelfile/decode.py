"""The bytes of a model file as text."""

from __future__ import annotations


def decoded(content: bytes) -> tuple[str, list[str]]:
    """Return the text of a model file, and what a reader must know about it."""
    return content.decode("utf-8-sig"), []
