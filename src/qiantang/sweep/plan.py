"""A sweep made ready: its points, cases and chunks, before anything is run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from qiantang.ensemble.case import Case
from qiantang.ensemble.members import choose_members
from qiantang.ensemble.provenance import facts_of
from qiantang.sweep.cases import cases_of
from qiantang.sweep.chunks import parquet_bytes
from qiantang.sweep.designfile import Design
from qiantang.sweep.identity import FORMAT, digest_of, identity
from qiantang.sweep.points import Move, Point, moves_of, points_of
from qiantang.sweep.world import World, world_of

if TYPE_CHECKING:
    from qiantang.scenario import Scenario
    from qiantang.study import Study


@dataclass(frozen=True)
class Chunk:
    """Some cases that are computed and written together.

    Parameters
    ----------
    number : int
    first : int
        Number of its first case.
    cases : tuple of Case
    address : str
        Digest of all that the chunk asks.
    """

    number: int
    first: int
    cases: tuple[Case, ...]
    address: str


@dataclass(frozen=True)
class SweepPlan:
    """Everything that a sweep will do.

    Parameters
    ----------
    design : Design
    study : Study
    identity : dict
        What the numbers depend on.
    moves : tuple of Move
        The axes.
    points : list of Point
        One scenario's.
    cases : list of Case
    case_of : list of int
        Case of each point, scenarios in the outer loop.
    world : World
    """

    design: Design
    study: Study
    identity: dict[str, Any]
    moves: tuple[Move, ...]
    points: list[Point]
    cases: list[Case]
    case_of: list[int]
    world: World

    @property
    def runs(self) -> int:
        """Runs of the model that are needed: each case once for each member."""
        return len(self.cases) * self.world.members.size

    @property
    def keep(self) -> str:
        """What is kept: every run, or summaries."""
        return self.design.file.keep

    @property
    def chunk_cases(self) -> int:
        """Cases of a chunk, the last one excepted."""
        return max(1, self.design.file.chunk_runs // self.world.members.size)

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks: the same whoever runs them, and on however many cores."""
        size = self.chunk_cases
        shared = {key: value for key, value in self.identity.items() if key != "design"}
        file = self.design.file
        base = digest_of([shared, file.members, file.seed, file.keep,
                          [column.record() for column in self.world.columns]])  # fmt: skip
        chunks = []
        for number, first in enumerate(range(0, len(self.cases), size)):
            cases = tuple(self.cases[first : first + size])
            address = digest_of([base, number, first, [case.digest for case in cases]])
            chunks.append(Chunk(number, first, cases, address))
        return tuple(chunks)

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, in the order of the design."""
        return [scenario.name for scenario in self.resolved]

    @property
    def resolved(self) -> list[Scenario]:
        """The scenarios, in that order."""
        return [self.design.scenario(self.study, name) for name in self.design.file.scenarios]

    def manifest(self) -> bytes:
        """Return the manifest: the same for the same sweep, wherever it runs."""
        file = self.design.file
        record = {
            "format": FORMAT,
            "name": self.design.name,
            "title": file.title,
            "title_zh": file.title_zh,
            "question": file.question,
            "question_zh": file.question_zh,
            "note": file.note,
            "command": f"qiantang sweep {self.design.document.path.name}",
            "kind": file.kind,
            "scenarios": self.scenarios,
            "scenario_facts": [asdict(facts_of(self.study, one)) for one in self.resolved],
            "axes": [
                {"name": move.name, "moves": move.kind, "names": list(move.names),
                 "unit": move.unit}
                for move in self.moves
            ],
            "points": len(self.points),
            "members": file.members,
            "seed": file.seed,
            "keep": file.keep,
            "cases": len(self.cases),
            "runs": self.runs,
            "chunks": len(self.chunks),
            "chunk_cases": self.chunk_cases,
            "columns": [column.record() for column in self.world.columns],
            "identity": self.identity,
            "design": self.design.document.text,
        }  # fmt: skip
        return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()

    def points_table(self) -> bytes:
        """Return the table of the points: scenario, axes, and the case that answers."""
        count = len(self.points)
        data: dict[str, Any] = {
            "scenario": [name for name in self.scenarios for _ in range(count)],
            "point": pa.array(list(range(count)) * len(self.scenarios), pa.int32()),
            "case_id": pa.array(self.case_of, pa.int32()),
        }
        for place, move in enumerate(self.moves):
            column = [point[place] for point in self.points] * len(self.scenarios)
            kind = pa.string() if move.kind == "vintage" else pa.float64()
            data[move.name] = pa.array(column, kind)
        return parquet_bytes(pa.table(data))


def plan_sweep(design: Design, study: Study) -> SweepPlan:
    """Lay out a design.

    Raises
    ------
    StudyError
        If the study has no fit, or one of another model.
    """
    file = design.file
    members = choose_members(study, file.members, file.seed, exact=True)
    moves, points = moves_of(design, study), points_of(design, study)
    scenarios = [design.scenario(study, name) for name in file.scenarios]
    shape = design.scenario(study, file.levers_from) if file.levers_from else None
    cases, case_of = cases_of(study, scenarios, shape, moves, points)
    world = world_of(study, design, members, cases)
    return SweepPlan(design, study, identity(design, study), moves, points, cases, case_of, world)
