"""Texts that lie in the package itself: grammars, style sheets, scripts, lists of words."""

from __future__ import annotations

from importlib.resources import files


def own_text(*parts: str) -> str:
    """Return a text of the package by its folders and name."""
    return files("qiantang").joinpath(*parts).read_text(encoding="utf-8")
