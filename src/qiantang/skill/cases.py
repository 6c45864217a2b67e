"""What is scored: one figure, or one event, told by one method."""

from __future__ import annotations

from dataclasses import dataclass

#: Name of the model among the methods.
MODEL = "model"


@dataclass(frozen=True)
class Case:
    """One figure forecast by one method."""

    series: str
    setting: str
    origin: float
    year: int
    method: str
    observed: float
    median: float
    crps: float
    relative_error: float
    pit: float
    covered: tuple[bool, ...]

    @property
    def horizon(self) -> int:
        """Years ahead; 1 is the year that begins at the origin."""
        return self.year - int(self.origin) + 1


@dataclass(frozen=True)
class Outcome:
    """One event foretold by one method."""

    series: str
    setting: str
    origin: float
    target: str
    method: str
    probability: float
    happened: bool
