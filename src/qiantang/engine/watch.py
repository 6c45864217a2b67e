"""Where members cease to be finite, looked up step by step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Values = list[Any]


@dataclass
class Watch:
    """First slot that was not finite in each member.

    Parameters
    ----------
    order : tuple of int
        Slots in the order in which they are looked at.
    """

    order: tuple[int, ...]
    found: dict[int, tuple[int, float]] = field(default_factory=dict)

    def look(self, values: Values, time: float, members: int) -> None:
        """Note the members in which a value has just ceased to be finite."""
        for slot in self.order:
            value = values[slot]
            bad: Iterable[int]
            if isinstance(value, float):
                bad = range(0 if math.isfinite(value) else members)
            else:
                bad = np.flatnonzero(~np.isfinite(np.broadcast_to(value, (members,))))
            for member in bad:
                self.found.setdefault(int(member), (slot, time))
