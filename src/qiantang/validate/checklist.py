"""The reporting checklist, filled from the study itself: what stands where, and what is missing.

The three parts and two levels are those of Rahmandad and Sterman (2012); the wording is ours.

References
----------
Rahmandad and Sterman (2012), Reporting guidelines for simulation-based research in social sciences,
System Dynamics Review 28(4), doi 10.1002/sdr.1481.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Literal

from qiantang.faults import StudyError
from qiantang.validate.ground import Ground
from qiantang.validate.parameters import fixed_constants
from qiantang.validate.records import Finding, Item, judged, listed, table
from qiantang.validate.saved import read_diagnostics
from qiantang.wording.told import Refused, Told

#: What a line of the checklist finds: whether it is complete, and what was counted where.
Found = tuple[bool, str]
Line = tuple[Literal["minimum", "preferred"], Callable[[Ground], Found]]


def items(ground: Ground) -> list[Item]:
    """Return every line of the checklist, filled in."""
    parts: dict[Literal["model", "experiment", "optimisation"], tuple[Line, ...]] = {
        "model": _MODEL,
        "experiment": _EXPERIMENT,
        "optimisation": _OPTIMISATION,
    }
    found = []
    for part, lines in parts.items():
        if part == "optimisation" and not ground.study.has_fit():
            found += [Item(part, level, _asks(look), "not applicable", Told("item.no_fit"))
                      for level, look in lines]  # fmt: skip
            continue
        for level, look in lines:
            try:
                whole, where = look(ground)
            except StudyError as error:
                whole, where = False, Refused(error.faults[0])
            found.append(Item(part, level, _asks(look), "reported" if whole else "missing", where))
    return found


def _asks(look: Callable[[Ground], Found]) -> str:
    """Return what a line of the checklist asks for: its sentence bears the name of its function."""
    return Told(f"item.{look.__name__.removeprefix('_')}")


def _at(line: str, **found: object) -> str:
    """Return where a line of the checklist stands."""
    return Told(f"item.{line}.where", **found)


def reporting(ground: Ground) -> list[Finding]:
    """Judge the checklist: every line of the minimum must be reported."""
    return [level_of(items(ground), "minimum", 1.0), level_of(items(ground), "preferred", 0.5)]


def level_of(found: list[Item], level: str, needed: float) -> Finding:
    """Judge one level of the checklist: the share of its lines that must be reported."""
    mine = [item for item in found if item.level == level and item.state != "not applicable"]
    missing = [Told("reporting.line", part=Told(f"part.{item.part}"), asks=item.asks)
               for item in mine if item.state == "missing"]  # fmt: skip
    reported = len(mine) - len(missing)
    return judged(
        level,
        Told(f"{level}.asks"),
        bool(mine) and reported >= needed * len(mine),
        figure=Told("reporting.figure", reported=reported, lines=len(mine)),
        limit=Told("limit.all") if needed == 1 else Told("limit.share", share=needed),
        reason=Told("reporting.reason", lines=listed(missing, 3)) if missing else "",
        table=table(("part", "line", "state", "where"),
                    [(Told(f"part.{item.part}"), item.asks, Told(f"state.{item.state}"),
                      item.where) for item in found if item.level == level]),
    )  # fmt: skip


def _model_name(ground: Ground) -> str:
    return f"model/{ground.study.model_file.name}"


def _equations(ground: Ground) -> Found:
    bare = [item.name for item in ground.study.dictionary.values() if not item.equation.strip()]
    count = len(ground.study.dictionary)
    return not bare, _at("equations", file=_model_name(ground), variables=count, bare=len(bare))


def _values(ground: Ground) -> Found:
    constants = ground.program.constants
    draws = len(ground.study.fit.parameters) if ground.study.has_fit() else 0
    where = _at("values", file=_model_name(ground), constants=len(constants), draws=draws)
    return bool(constants), where


def _starts(ground: Ground) -> Found:
    stocks = [k for k in ground.program.kinds if k == "stock"]
    return bool(stocks), _at("starts", file=_model_name(ground), stocks=len(stocks))


def _software(ground: Ground) -> Found:
    python = ".".join(map(str, sys.version_info[:3]))
    own, numpy = version("qiantang"), version("numpy")
    return True, _at("software", own=own, numpy=numpy, python=python)


def _grid(ground: Ground) -> Found:
    p = ground.program
    return True, _at("grid", file=_model_name(ground), first=p.initial_time, last=p.final_time,
                     step=p.time_step)  # fmt: skip


def _data(ground: Ground) -> Found:
    rows = [row for item in ground.study.evidence.series.values() for row in item.used]
    bare = [row for row in rows if not (row.source and row.reference)]
    return bool(rows) and not bare, _at("data", figures=len(rows), bare=len(bare))


def _units(ground: Ground) -> Found:
    bare = [i.name for i in ground.study.dictionary.values() if not i.unit and not i.is_lookup]
    return not bare, _at("units", file=_model_name(ground), bare=len(bare))


def _meanings(ground: Ground) -> Found:
    bare = [item.name for item in ground.study.dictionary.values() if not item.meaning]
    return not bare, _at("meanings", file=_model_name(ground), bare=len(bare))


def _loops(ground: Ground) -> Found:
    from qiantang.validate.loops import loops_of

    _, loops = loops_of(ground)
    return bool(loops.loops), _at("loops", loops=len(loops.loops))


def _inputs(ground: Ground) -> Found:
    drivers = ground.study.drivers
    bare = [n for n, d in drivers.definitions.items() if not (d.projection_known or d.scheduled)]
    return bool(drivers.names), _at("inputs", series=len(drivers.names), bare=len(bare))


def _sources(ground: Ground) -> Found:
    records = ground.study.priors.records
    bare = [record for record in records if not record.source.strip()]
    fixed = fixed_constants(ground)
    where = _at("sources", parameters=len(records), bare=len(bare), file=_model_name(ground),
                fixed=len(fixed))  # fmt: skip
    return bool(records) and not bare and not fixed, where


def _file(ground: Ground) -> Found:
    return True, _at("file", file=_model_name(ground))


def _settings(ground: Ground) -> Found:
    levers = sum(len(scenario.levers) for scenario in ground.scenarios)
    return True, _at("settings", scenarios=len(ground.scenarios), levers=levers)


def _runs(ground: Ground) -> Found:
    kept = ground.study.fit.record.members
    return True, _at("runs", kept=kept, read=ground.members.size)


def _seed(ground: Ground) -> Found:
    return True, _at("seed", seed=ground.seed)


def _measures(ground: Ground) -> Found:
    count = len(ground.targets)
    return bool(count), _at("measures", targets=count)


def _commands(ground: Ground) -> Found:
    return True, _at("commands")


def _cost(ground: Ground) -> Found:
    return True, _at("cost")


def _bands(ground: Ground) -> Found:
    _ = ground.members
    return True, _at("bands")


def _design(ground: Ground) -> Found:
    draws = ground.members.size
    return draws > 1, _at("design", draws=draws, levers=len(ground.full.levers))


def _payoff(ground: Ground) -> Found:
    record = ground.study.fit.record
    return bool(record.method), _at("payoff", fit=record.version, method=record.method)


def _space(ground: Ground) -> Found:
    records = ground.study.priors.records
    return bool(records), _at("space", parameters=len(records))


def _settings_of_fit(ground: Ground) -> Found:
    record = ground.study.fit.record
    return bool(record.inputs), _at(
        "settings_of_fit", fit=record.version, seed=record.seed, members=record.members,
        until=record.sees_until, inputs=len(record.inputs),
    )  # fmt: skip


def _chains(ground: Ground) -> Found:
    _, rows = read_diagnostics(ground.study.fit.folder)
    return bool(rows), _at("chains", fit=ground.study.fit.record.version, parameters=len(rows))


def _intervals(ground: Ground) -> Found:
    names = list(ground.study.fit.parameters)
    fit = ground.study.fit.record.version
    return bool(names), _at("intervals", fit=fit, parameters=len(names))


_MODEL: tuple[Line, ...] = (
    ("minimum", _equations),
    ("minimum", _values),
    ("minimum", _starts),
    ("minimum", _software),
    ("minimum", _grid),
    ("minimum", _data),
    ("preferred", _units),
    ("preferred", _meanings),
    ("preferred", _loops),
    ("preferred", _inputs),
    ("preferred", _sources),
    ("preferred", _file),
)
_EXPERIMENT: tuple[Line, ...] = (
    ("minimum", _settings),
    ("minimum", _runs),
    ("minimum", _seed),
    ("minimum", _measures),
    ("preferred", _commands),
    ("preferred", _cost),
    ("preferred", _bands),
    ("preferred", _design),
)
_OPTIMISATION: tuple[Line, ...] = (
    ("minimum", _payoff),
    ("minimum", _space),
    ("minimum", _settings_of_fit),
    ("preferred", _chains),
    ("preferred", _intervals),
)


def by_part(found: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield each part of the checklist with its lines."""
    for part in dict.fromkeys(item.part for item in found):
        yield part, [item for item in found if item.part == part]
