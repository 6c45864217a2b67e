"""Where the sliders stand: how strong each lever is, and how late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qiantang.deck.controls import DECIMALS, refuse_intensities
from qiantang.deck.scenarios import deck_scenario
from qiantang.faults import Fault, StudyError

if TYPE_CHECKING:
    from qiantang.scenario import Scenario

#: Latest that a lever may begin after its time in the plan, as in a robust search. [Year]
LATEST = 10.0


@dataclass(frozen=True)
class Setting:
    """A state of the sliders.

    Parameters
    ----------
    names : tuple of str
        Levers, in the order of the sliders.
    shares : tuple of float
        Intensity of each. [Dmnl]
    late : tuple of float
        By how much each comes later than in the plan. [Year]
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    late: tuple[float, ...]

    @classmethod
    def of(cls, names: Sequence[str], shares: Any, late: Any = ()) -> Setting:
        """Take what a browser or a notebook gives; without delays there are none.

        Raises
        ------
        StudyError
            If there are not as many as sliders, or one is outside its bounds.
        ValueError
            If one is no number.
        """
        count = len(names)
        if not isinstance(shares, (list, tuple)) or len(shares) != count:
            what = f"expected {count} intensities"
            raise StudyError([Fault("deck", None, "levers", what)])
        wanted = {n: round(float(v), DECIMALS) for n, v in zip(names, shares, strict=True)}
        refuse_intensities(wanted, names)
        given = late if isinstance(late, (list, tuple)) else [late]
        delays = [round(float(years), 6) for years in given] or [0.0] * count
        if len(delays) != count or not all(0.0 <= years <= LATEST for years in delays):
            what = f"expected {count} delays from 0 to {LATEST:g} years"
            raise StudyError([Fault("deck", None, "late", what)])
        return cls(tuple(names), tuple(wanted.values()), tuple(delays))

    @property
    def levers(self) -> dict[str, float]:
        """Intensity of every lever."""
        return dict(zip(self.names, self.shares, strict=True))

    @property
    def delayed(self) -> dict[str, float]:
        """Years of the levers that come later than in the plan."""
        return {name: late for name, late in zip(self.names, self.late, strict=True) if late}

    def __str__(self) -> str:
        """Say which levers are moved, and which of them are late."""
        late = {name: f" (+{years:g} y)" for name, years in self.delayed.items()}
        moved = (f"{n} {value:g}{late.get(n, '')}" for n, value in self.levers.items() if value)
        return ", ".join(moved) or "no lever moved"

    def scenario(self, base: Scenario, plan: Scenario, name: str = "deck") -> Scenario:
        """Return the state as a scenario; see `deck_scenario`."""
        return deck_scenario(base, plan, self.levers, name, self.delayed)
