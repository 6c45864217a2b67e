"""What a user names to be run: scenarios, files, records, and the points of a finished sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.faults import Fault, StudyError, nearest
from qiantang.scenario import Lever, Scenario, resolve_record
from qiantang.sweep.store import MANIFEST

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.engine.path import Path as TimePath
    from qiantang.ensemble.case import Case
    from qiantang.study import Study
    from qiantang.sweep.reading import Sweep

#: A name, a file, the folder of a sweep, the keys of a scenario file, or a scenario.
Named = str | Path | Mapping[str, Any] | Scenario
#: Points of a sweep that are run again at most: more are shown by the charts of sweeps.
MOST = 12
#: What a sweep must have been made from for its points to be run again.
_INPUTS = ("model", "fit", "drivers", "targets", "priors")


def read_named(
    study: Study, names: Sequence[Named], where: Mapping[str, str] | None = None
) -> list[Scenario]:
    """Read scenarios; the folder of a sweep stands for its points.

    Parameters
    ----------
    study : Study
    names : sequence of str, Path, mapping or Scenario
    where : mapping of str to str, optional
        Axis of a sweep, or ``scenario``, to the value that its points must have.

    Raises
    ------
    StudyError
        Every fault at once; more points than can be run.
    """
    faults: list[Fault] = []
    found: list[Scenario] = []
    for place, name in enumerate(names, 1):
        try:
            found += _read(study, name, place, where or {})
        except StudyError as error:
            faults += error.faults
    if faults:
        raise StudyError(faults)
    return found


def is_sweep(name: Named) -> bool:
    """Tell whether a name is the folder of a sweep."""
    return isinstance(name, (str, Path)) and (Path(name) / MANIFEST).is_file()


def _read(study: Study, name: Named, place: int, where: Mapping[str, str]) -> list[Scenario]:
    if isinstance(name, Scenario):
        return [name]
    if isinstance(name, Mapping):
        folder = study.folder / "scenarios"
        return [resolve_record(name, folder, study.vocabulary, f"scenario_{place}")]
    if is_sweep(name):
        from qiantang.sweep.reading import read_sweep  # Arrow, where a sweep is named

        return points_as_scenarios(read_sweep(name), study, where)
    return [study.scenario(str(name))]


def points_as_scenarios(
    sweep: Sweep, study: Study, where: Mapping[str, str] | None = None
) -> list[Scenario]:
    """Return the points of a sweep as scenarios, which give the same numbers when run.

    Parameters
    ----------
    sweep : Sweep
    study : Study
    where : mapping of str to str, optional
        Axis, or ``scenario``, to the value that a point must have.

    Raises
    ------
    StudyError
        If the study is no longer what the sweep was made from, or too many points are left.
    """
    from qiantang.files.yamlfile import parse_yaml, validate
    from qiantang.sweep.cases import cases_of
    from qiantang.sweep.designfile import Design, DesignFile
    from qiantang.sweep.identity import identity
    from qiantang.sweep.points import moves_of

    record = sweep.manifest
    document = parse_yaml(sweep.folder / record["command"].split()[-1], record["design"])
    design = Design(record["name"], document, validate(document, DesignFile))
    now, then = identity(design, study), record["identity"]
    if moved := [key for key in _INPUTS if now[key] != then[key]]:
        what = f"was made with another {' and another '.join(moved)}, run it again"
        raise StudyError([Fault(sweep.folder, None, "", what)])
    moves = moves_of(design, study)
    shape = design.scenario(study, design.file.levers_from) if design.file.levers_from else None
    chosen = _chosen(sweep, where or {})
    found = []
    for name in design.file.scenarios:
        scenario = design.scenario(study, name)
        rows = chosen[chosen["scenario"] == scenario.name]
        values = [[_value(v) for v in row] for row in rows[[m.name for m in moves]].to_numpy()]
        cases, case_of = cases_of(study, [scenario], shape, moves, [tuple(v) for v in values])
        alone = len(record["scenarios"]) == 1
        for row, number in zip(values, case_of, strict=True):
            label = ", ".join(
                f"{move.name} {value:g}" if isinstance(value, float) else f"{move.name} {value}"
                for move, value in zip(moves, row, strict=True) if value is not None
            )  # fmt: skip
            found.append(_scenario(study, scenario, cases[number], label, shape, alone=alone))
    return found


def _chosen(sweep: Sweep, where: Mapping[str, str]) -> pd.DataFrame:
    """Return the points that are wanted."""
    chosen, known = sweep.points, ["scenario", *sweep.axes]
    for name, value in where.items():
        if name not in known:
            what = f"no axis {name!r}{nearest(name, known)}, expected one of {', '.join(known)}"
            raise StudyError([Fault(sweep.folder, None, "--where", what)])
        column = chosen[name]
        told = column.map(lambda one: f"{one:g}" if isinstance(one, float) else str(one))
        if not (told == value).any():
            has = ", ".join(dict.fromkeys(told))
            what = f"no point has {name} {value}, expected one of {has}"
            raise StudyError([Fault(sweep.folder, None, "--where", what)])
        chosen = chosen[told == value]
    if len(chosen) > MOST:
        what = (
            f"{len(chosen):,} points, at most {MOST} are run again as scenarios; choose some by "
            "--where AXIS=VALUE, or draw all: qiantang chart when TARGET DIR"
        )
        raise StudyError([Fault(sweep.folder, None, "", what)])
    return chosen


def _value(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value
    return None if value is None or value != value else float(value)


def _scenario(
    study: Study, base: Scenario, case: Case, label: str, shape: Scenario | None, *, alone: bool
) -> Scenario:
    """Return a point as a scenario: its levers as paths, its drivers, its parameters."""
    known = {**(shape.levers if shape else {}), **base.levers}
    titles = [
        (label if alone else f"{title}: {label}") if label else title
        for title in (base.title, base.title_zh)
    ]
    seen = dict(case.vintages)
    if len(set(seen.values())) == 1:  # one world for all, which has a name
        base, seen = replace(base, vintage=next(iter(seen.values()))), {}
    return replace(
        base, name=f"{base.name} [{label}]" if label else base.name, title=titles[0],
        title_zh=titles[1] if base.title_zh else "", drivers=seen,
        levers=_levers(study, case.levers, known),
        parameters={name: float(np.ravel(v)[0]) for name, v in case.parameters.items()},
        rules=tuple(replace(rule, levers=_levers(study, reply.levers, rule.levers))
                    for rule, reply in zip(base.rules, case.replies, strict=True)),
    )  # fmt: skip


def _levers(
    study: Study, paths: Mapping[str, TimePath], known: Mapping[str, Lever]
) -> dict[str, Lever]:
    """Return paths of levers as a file would have them, with the words of levers that are known."""
    return {
        name: Lever(
            unit=study.vocabulary.levers[name][0],
            path=dict(zip(path.times.tolist(), path.values.tolist(), strict=True)),
            between="ramp", cites=known[name].cites, reading=known[name].reading,
            note=known[name].note,
        )
        for name, path in paths.items()
    }  # fmt: skip
