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

#: What a line of the checklist finds: whether it is complete, and what was counted where.
Found = tuple[bool, str]
Line = tuple[Literal["minimum", "preferred"], str, Callable[[Ground], Found]]


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
            found += [Item(part, level, asks, "not applicable", "the study has no fit")
                      for level, asks, _ in lines]  # fmt: skip
            continue
        for level, asks, look in lines:
            try:
                whole, where = look(ground)
            except StudyError as error:
                whole, where = False, str(error.faults[0])
            found.append(Item(part, level, asks, "reported" if whole else "missing", where))
    return found


def reporting(ground: Ground) -> list[Finding]:
    """Judge the checklist: every line of the minimum must be reported."""
    return [level_of(items(ground), "minimum", 1.0), level_of(items(ground), "preferred", 0.5)]


def level_of(found: list[Item], level: str, needed: float) -> Finding:
    """Judge one level of the checklist: the share of its lines that must be reported."""
    mine = [item for item in found if item.level == level and item.state != "not applicable"]
    missing = [f"{item.part}: {item.asks}" for item in mine if item.state == "missing"]
    reported = len(mine) - len(missing)
    return judged(
        level,
        f"The {level} that others need is reported.",
        bool(mine) and reported >= needed * len(mine),
        figure=f"{reported} of {len(mine)} lines",
        limit="all" if needed == 1 else f"{needed:.0%}",
        reason=f"missing: {listed(missing, 3)}" if missing else "",
        table=table(("part", "line", "state", "where"),
                    [(item.part, item.asks, item.state, item.where) for item in found
                     if item.level == level]),
    )  # fmt: skip


def _model_name(ground: Ground) -> str:
    return f"model/{ground.study.model_file.name}"


def _equations(ground: Ground) -> Found:
    bare = [item.name for item in ground.study.dictionary.values() if not item.equation.strip()]
    count = len(ground.study.dictionary)
    return not bare, f"{_model_name(ground)}: {count} variables, {len(bare)} without an equation"


def _values(ground: Ground) -> Found:
    constants = ground.program.constants
    draws = len(ground.study.fit.parameters) if ground.study.has_fit() else 0
    return bool(constants), (
        f"{_model_name(ground)}: {len(constants)} constants; the draws of {draws} of them stand in "
        "the folder of the fit"
    )


def _starts(ground: Ground) -> Found:
    stocks = [k for k in ground.program.kinds if k == "stock"]
    return bool(stocks), f"{_model_name(ground)}: {len(stocks)} stocks, each with its start"


def _software(ground: Ground) -> Found:
    python = ".".join(map(str, sys.version_info[:3]))
    return True, f"qiantang {version('qiantang')}, numpy {version('numpy')}, Python {python}"


def _grid(ground: Ground) -> Found:
    p = ground.program
    return True, (
        f"{_model_name(ground)}: {p.initial_time:g} to {p.final_time:g}, step "
        f"{p.time_step:g}, Euler"
    )


def _data(ground: Ground) -> Found:
    rows = [row for item in ground.study.evidence.series.values() for row in item.used]
    bare = [row for row in rows if not (row.source and row.reference)]
    return bool(rows) and not bare, (
        f"calibration/evidence/observations.csv: {len(rows)} figures, {len(bare)} without source "
        "or reference"
    )


def _units(ground: Ground) -> Found:
    bare = [i.name for i in ground.study.dictionary.values() if not i.unit and not i.is_lookup]
    return not bare, f"{_model_name(ground)}: {len(bare)} variables without a unit"


def _meanings(ground: Ground) -> Found:
    bare = [item.name for item in ground.study.dictionary.values() if not item.meaning]
    return not bare, f"{_model_name(ground)}: {len(bare)} variables without a meaning"


def _loops(ground: Ground) -> Found:
    from qiantang.validate.loops import loops_of

    _, loops = loops_of(ground)
    return bool(loops.loops), f"model/loops.yaml: {len(loops.loops)} loops by name and path"


def _inputs(ground: Ground) -> Found:
    drivers = ground.study.drivers
    bare = [n for n, d in drivers.definitions.items() if not (d.projection_known or d.scheduled)]
    return bool(drivers.names), (
        f"calibration/evidence/drivers.yaml: {len(drivers.names)} outside series, how each is "
        f"joined and runs on; {len(bare)} without growth of their own after the last figure"
    )


def _sources(ground: Ground) -> Found:
    records = ground.study.priors.records
    bare = [record for record in records if not record.source.strip()]
    fixed = fixed_constants(ground)
    return bool(records) and not bare and not fixed, (
        f"calibration/priors.yaml: {len(records)} parameters, {len(bare)} without a source; "
        f"{_model_name(ground)}: {len(fixed)} fixed constants, which name none"
    )


def _file(ground: Ground) -> Found:
    return True, f"{_model_name(ground)}, plain text that Vensim and PySD read"


def _settings(ground: Ground) -> Found:
    levers = sum(len(scenario.levers) for scenario in ground.scenarios)
    return True, f"scenarios/: {len(ground.scenarios)} scenarios, {levers} lever paths with units"


def _runs(ground: Ground) -> Found:
    kept = ground.study.fit.record.members
    return True, f"{kept} draws in the fit; {ground.members.size} of them in this report"


def _seed(ground: Ground) -> Found:
    return True, f"numpy PCG64, seed {ground.seed}; the same members in every scenario"


def _measures(ground: Ground) -> Found:
    count = len(ground.targets)
    return bool(count), f"scenarios/plan/targets.yaml: {count} targets, how each is measured"


def _commands(ground: Ground) -> Found:
    return True, "qiantang calibrate, reach, validate: each table is one command"


def _cost(ground: Ground) -> Found:
    return True, "qiantang bench measures runs per second on the reader's own machine"


def _bands(ground: Ground) -> Found:
    _ = ground.members
    return True, "qiantang reach: median and 90 % interval of every target"


def _design(ground: Ground) -> Found:
    return ground.members.size > 1, (
        f"this report: {ground.members.size} draws, {len(ground.full.levers)} levers one at a time"
    )


def _payoff(ground: Ground) -> Found:
    record = ground.study.fit.record
    return bool(record.method), f"fit {record.version}: {record.method}"


def _space(ground: Ground) -> Found:
    records = ground.study.priors.records
    return bool(records), (
        f"calibration/priors.yaml: {len(records)} parameters, each with a 5th and a 95th centile"
    )


def _settings_of_fit(ground: Ground) -> Found:
    record = ground.study.fit.record
    return bool(record.inputs), (
        f"fit {record.version}: seed {record.seed}, {record.members} draws, data to "
        f"{record.sees_until:g}; digests of {len(record.inputs)} inputs"
    )


def _chains(ground: Ground) -> Found:
    _, rows = read_diagnostics(ground.study.fit.folder)
    return bool(rows), f"fit {ground.study.fit.record.version}: R-hat of {len(rows)} parameters"


def _intervals(ground: Ground) -> Found:
    names = list(ground.study.fit.parameters)
    return bool(names), f"fit {ground.study.fit.record.version}: draws of {len(names)} parameters"


_MODEL: tuple[Line, ...] = (
    ("minimum", "every equation and rule that a step of the run computes", _equations),
    ("minimum", "the value of every parameter", _values),
    ("minimum", "the starting value of every stock", _starts),
    ("minimum", "the software, with versions", _software),
    ("minimum", "horizon, time step and integration method", _grid),
    ("minimum", "the data used, and where they come from", _data),
    ("preferred", "the unit of every variable", _units),
    ("preferred", "what every variable means", _meanings),
    ("preferred", "the feedback loops of the causal diagram", _loops),
    ("preferred", "how outside inputs were made", _inputs),
    ("preferred", "the source of every parameter", _sources),
    ("preferred", "the model file itself, open to all", _file),
)
_EXPERIMENT: tuple[Line, ...] = (
    ("minimum", "the setting of every scenario", _settings),
    ("minimum", "how many runs each result rests on", _runs),
    ("minimum", "the random numbers: method and seed", _seed),
    ("minimum", "how results are computed from runs", _measures),
    ("preferred", "commands that make every table anew", _commands),
    ("preferred", "what a run costs in time", _cost),
    ("preferred", "bands of confidence beside every figure", _bands),
    ("preferred", "the design of the sensitivity analysis", _design),
)
_OPTIMISATION: tuple[Line, ...] = (
    ("minimum", "what is maximised, and by which method", _payoff),
    ("minimum", "the space that is searched", _space),
    ("minimum", "seed, data seen, and inputs of the search", _settings_of_fit),
    ("preferred", "evidence that several starts agree", _chains),
    ("preferred", "intervals of the parameters found", _intervals),
)


def by_part(found: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield each part of the checklist with its lines."""
    for part in dict.fromkeys(item.part for item in found):
        yield part, [item for item in found if item.part == part]
