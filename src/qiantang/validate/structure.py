"""Structure assessment, dimensional consistency and conservation."""

from __future__ import annotations

import importlib.util

from qiantang.model import check_model
from qiantang.model.checks import CheckResult, covered_stocks
from qiantang.model.loops import LoopResult
from qiantang.validate import loops, names
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, attempted, judged, listed, open_question, table
from qiantang.wording.told import Refused, Row, Told, word

#: How the table says whether a loop's polarity is as claimed.
FOUND = {True: "as claimed", False: "not as claimed", None: "cannot be told"}


def structure(ground: Ground) -> list[Finding]:
    """Judge structure assessment."""
    asks = Told("loop_polarity.asks")
    polarity = attempted("loop_polarity", asks, lambda: _polarity(ground))
    return [polarity, _dead_ends(ground), checked(ground, "reality")]


def dimensions(ground: Ground) -> list[Finding]:
    """Judge dimensional consistency."""
    faults = check_model(ground.study.model_file, time_unit=None)
    plain = sum(not item.is_control for item in ground.study.dictionary.values())
    ours = judged(
        "units",
        Told("units.asks"),
        not faults,
        figure=Told("units.figure", faults=len(faults), variables=plain),
        limit=Told("limit.no_fault"),
        reason=listed([Refused(fault) for fault in faults], 2),
        table=table(("fault",), [(Refused(fault),) for fault in faults]) if faults else None,
    )
    return [ours, _second_opinion(ground)]


def conservation(ground: Ground) -> list[Finding]:
    """Judge conservation: a stock changes by its flows and by nothing else."""
    stated = attempted("stocks_covered", Told("stocks_covered.asks"), lambda: _covered(ground))
    return [checked(ground, "conservation"), stated]


def _covered(ground: Ground) -> Finding:
    pairs = zip(ground.program.names, ground.program.kinds, strict=True)
    stocks = [name for name, kind in pairs if kind == "stock"]
    covered = covered_stocks(ground.checks)
    bare = [name for name in stocks if name not in covered]
    return judged(
        "stocks_covered",
        Told("stocks_covered.asks"),
        not bare,
        figure=Told("stocks_covered.figure", covered=len(stocks) - len(bare), stocks=len(stocks)),
        limit=Told("limit.stocks"),
        reason=Told("stocks_covered.reason", names=_variables(ground, bare)) if bare else "",
    )


def checked(ground: Ground, kind: str) -> Finding:
    """Judge the checks of one kind of model/checks.yaml."""
    asks = Told(f"{kind}_checks.asks")
    return attempted(f"{kind}_checks", asks, lambda: _checked(ground, kind, asks))


def _checked(ground: Ground, kind: str, asks: str) -> Finding:
    ids = {check.id for check in ground.checks if check.kind == kind}
    results: list[CheckResult] = [r for r in ground.reality if r.id in ids]
    if not results:
        return open_question(f"{kind}_checks", asks, Told(f"{kind}_checks.none"))
    failed = [result for result in results if not result.passed]
    return judged(
        f"{kind}_checks",
        asks,
        not failed,
        figure=Told("checks.figure", hold=len(results) - len(failed), checks=len(results)),
        limit=Told("limit.all"),
        reason=listed([Told("check.failed", id=r.id, detail=r.detail) for r in failed], 3),
        table=table(
            ("check", "statement", "holds", "where not"),
            [(r.id, r.statement, word("yes" if r.passed else "no"), r.detail) for r in results],
        ),
    )


def _polarity(ground: Ground) -> Finding:
    results, asks = loops.polarity(ground), Told("loop_polarity.asks")
    wrong = [result for result in results if result.agrees is False]
    unsure = [result for result in results if result.agrees is None]
    shown = table(
        ("loop", "claims", "found", "idle"),
        [(names.loop(r.loop), word(r.loop.polarity), word(FOUND[r.agrees]),
          _idle(ground, r) or r.unjudged) for r in results],
    )  # fmt: skip
    if not results:
        return open_question("loop_polarity", asks, Told("loop_polarity.none"))
    return judged(
        "loop_polarity",
        asks,
        not wrong and not unsure,
        figure=Told("loop_polarity.figure", agree=len(results) - len(wrong) - len(unsure),
                    loops=len(results)),
        limit=Told("limit.all"),
        reason=listed([_open(ground, result) for result in (*wrong, *unsure)], 3),
        table=shown,
    )  # fmt: skip


def _open(ground: Ground, found: LoopResult) -> str:
    """Say what is wrong with a loop, or why it cannot be judged."""
    loop = names.loop(found.loop)
    if found.missing:
        links = [names.link(ground, link) for link in found.missing]
        return Told("loop.missing", loop=loop, links=Row(links))
    if found.agrees is None:
        return Told("loop.open", loop=loop, why=found.unjudged or _idle(ground, found))
    idle = Told("loop.idle", links=_idle(ground, found)) if found.idle else ""
    return Told("loop.wrong", loop=loop, polarity=word(found.loop.polarity), idle=idle)


def _idle(ground: Ground, found: LoopResult) -> str:
    """Say when which link of a loop is at rest, the variables by name."""
    told = []
    for one in found.idle:
        ends = (str(one.blanks[end]) for end in ("source", "target"))
        source, target = (names.variable(ground, end) for end in ends)
        told.append(Told(one.key, time=one.blanks["time"], source=source, target=target))
    return Row(told, "semicolon")


def _variables(ground: Ground, ids: list[str]) -> str:
    return listed([names.variable(ground, id) for id in ids])


def _dead_ends(ground: Ground) -> Finding:
    """Judge whether every constant, lever and outside series is read by some equation."""
    program = ground.program
    read = {
        used
        for name in program.slot_of
        for used in (*program.dependencies(name), *program.initial_dependencies(name))
    }
    inputs = [
        name
        for name, kind in zip(program.names, program.kinds, strict=True)
        if kind in ("constant", "driver") and name not in program.structural
    ]
    idle = [name for name in inputs if name not in read]
    return judged(
        "no_dead_inputs",
        Told("no_dead_inputs.asks"),
        not idle,
        figure=Told("no_dead_inputs.figure", read=len(inputs) - len(idle), all=len(inputs)),
        limit=Told("limit.all"),
        reason=Told("no_dead_inputs.reason", names=_variables(ground, idle)) if idle else "",
    )


def _second_opinion(ground: Ground) -> Finding:
    asks = Told("units_elsewhere.asks")
    if importlib.util.find_spec("simlin") is None:
        return open_question("units_elsewhere", asks, Told("units_elsewhere.absent"))
    import simlin  # no type hints are shipped for it

    found = [str(issue) for issue in simlin.load(ground.study.model_file).check()]
    return judged(
        "units_elsewhere",
        asks,
        not found,
        figure=Told("units_elsewhere.figure", issues=len(found)),
        limit=Told("limit.none"),
        reason=listed(found, 2),
    )
