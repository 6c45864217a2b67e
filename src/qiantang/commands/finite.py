"""Numbers of the command line that are numbers: `nan` passes every comparison with a limit."""

from __future__ import annotations

import math
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A number within limits; without limits any that is finite."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number.

        Raises
        ------
        click.BadParameter
            If it is none, none that is finite, or outside.
        """
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{number} is no finite number.", param, ctx)
        return float(number)

    def _describe_range(self) -> str:
        """Return the limits as help has them; none where there are none."""
        return "" if self.min is None and self.max is None else super()._describe_range()
