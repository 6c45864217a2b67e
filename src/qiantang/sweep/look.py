"""One reading of a design: its raw data beside what the study knows, to look for faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault
from qiantang.files.loose import items, mapping
from qiantang.files.yamlfile import KeyPath, YamlDocument
from qiantang.sweep.designfile import MOVES

if TYPE_CHECKING:
    from qiantang.scenario import Scenario
    from qiantang.study import Study

#: Words that stand for levers or drivers.
ALL, EACH = "all", "each"


class Look:
    """The data of a design, whatever its form, and its study.

    Parameters
    ----------
    document : YamlDocument
    study : Study
    """

    def __init__(self, document: YamlDocument, study: Study) -> None:
        self.data: Mapping[Any, Any] = mapping(document.data)
        self.document, self.study = document, study
        self.kind = self.data.get("kind") if isinstance(self.data.get("kind"), str) else None
        self.axes = mapping(self.data.get("axes"))
        self.scenarios: list[Scenario] = []
        self.shape: Scenario | None = None
        self.faults: Callable[[KeyPath, str], Fault] = document.fault

    def names(self, axis: Any, move: str) -> list[Any]:
        """Return what an axis moves, levers by their English names."""
        given = mapping(axis).get(move)
        names = [given] if isinstance(given, str) else items(given)
        if move in ("uncertainty", "vintage"):
            return names
        lever = self.study.vocabulary.lever
        return [lever(name) or name if isinstance(name, str) else name for name in names]

    def moves(self, axis: Any) -> list[str]:
        """Return the kinds of thing that an axis moves; one, in a sound design."""
        return [key for key in MOVES if mapping(axis).get(key) is not None]
