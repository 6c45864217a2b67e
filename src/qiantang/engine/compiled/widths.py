"""How many members stand side by side, and where their rows begin."""

from __future__ import annotations

WIDTH = 16
"""Lanes of a value: two of the widest registers there are, so that one fills the other's gaps."""

ALIGNMENT = 64
"""Bytes to a multiple of which a row must be aligned, so that no load straddles two lines."""
