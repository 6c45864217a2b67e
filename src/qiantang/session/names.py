"""The names of a study at hand: an editor completes them, and each is the text that verbs take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from qiantang.faults import nearest
from qiantang.study import Study


@dataclass(frozen=True, repr=False)
class Listed:
    """Names of one kind, such as ``study.names.levers.air_routes``.

    Parameters
    ----------
    kind : str
    tell : callable
        Returns them, when they are asked for.
    """

    kind: str
    tell: Callable[[], Iterable[str]]

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or name not in self:
            raise AttributeError(f"no {self.kind} is called {name}{nearest(name, self)}")
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.tell()))

    def __contains__(self, name: object) -> bool:
        return name in set(self.tell())

    def __dir__(self) -> list[str]:
        return [name for name in self if name.isidentifier()]

    def __repr__(self) -> str:
        return f"{self.kind}: {', '.join(self)}"


@dataclass(frozen=True)
class Names:
    """The names of a study by kind.

    Parameters
    ----------
    study : Study
    """

    study: Study

    @property
    def scenarios(self) -> Listed:
        """Scenarios."""
        return Listed("scenario", self.study.scenario_names)

    @property
    def levers(self) -> Listed:
        """Levers."""
        return Listed("lever", lambda: self.study.vocabulary.levers)

    @property
    def drivers(self) -> Listed:
        """Drivers."""
        return Listed("driver", lambda: self.study.drivers.names)

    @property
    def constants(self) -> Listed:
        """Constants that a scenario may change."""
        return Listed("constant", lambda: self.study.vocabulary.outside().constants)

    @property
    def targets(self) -> Listed:
        """Targets of the plan."""
        return Listed("target", lambda: [t.id for t in self.study.plan.targets.targets])

    @property
    def variables(self) -> Listed:
        """Variables of the model."""
        return Listed("variable", lambda: self.study.dictionary)
