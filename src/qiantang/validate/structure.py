"""Structure assessment, dimensional consistency and conservation."""

from __future__ import annotations

import importlib.util

from qiantang.model import check_model
from qiantang.model.checks import CheckResult, covered_stocks
from qiantang.validate import loops
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, attempted, judged, listed, open_question, table

COVERED = "A balance is stated for every stock."
POLARITY = "Every named loop is a cycle of the equations, with the polarity it claims."


def structure(ground: Ground) -> list[Finding]:
    """Judge structure assessment."""
    polarity = attempted("loop_polarity", POLARITY, lambda: _polarity(ground))
    return [polarity, _dead_ends(ground), checked(ground, "reality")]


def dimensions(ground: Ground) -> list[Finding]:
    """Judge dimensional consistency."""
    faults = check_model(ground.study.model_file, time_unit=None)
    plain = sum(not item.is_control for item in ground.study.dictionary.values())
    ours = judged(
        "units",
        "Every equation has one unit on both sides, and in all that it adds.",
        not faults,
        figure=f"{len(faults)} faults in {plain} variables",
        limit="no fault",
        reason=listed([str(fault) for fault in faults], 2),
        table=table(("fault",), [(str(fault),) for fault in faults]) if faults else None,
    )
    return [ours, _second_opinion(ground)]


def conservation(ground: Ground) -> list[Finding]:
    """Judge conservation: a stock changes by its flows and by nothing else."""
    stated = attempted("stocks_covered", COVERED, lambda: _covered(ground))
    return [checked(ground, "conservation"), stated]


def _covered(ground: Ground) -> Finding:
    pairs = zip(ground.program.names, ground.program.kinds, strict=True)
    stocks = [name for name, kind in pairs if kind == "stock"]
    covered = covered_stocks(ground.checks)
    bare = [name for name in stocks if name not in covered]
    return judged(
        "stocks_covered",
        COVERED,
        not bare,
        figure=f"{len(stocks) - len(bare)} of {len(stocks)} stocks",
        limit="every stock",
        reason=f"none stated for {listed(bare)}" if bare else "",
    )


def checked(ground: Ground, kind: str) -> Finding:
    """Judge the checks of one kind of model/checks.yaml."""
    asks = f"Every {kind} check that the study states holds."
    return attempted(f"{kind}_checks", asks, lambda: _checked(ground, kind, asks))


def _checked(ground: Ground, kind: str, asks: str) -> Finding:
    ids = {check.id for check in ground.checks if check.kind == kind}
    results: list[CheckResult] = [r for r in ground.reality if r.id in ids]
    if not results:
        return open_question(f"{kind}_checks", asks, f"model/checks.yaml states no {kind} check")
    failed = [result for result in results if not result.passed]
    return judged(
        f"{kind}_checks",
        asks,
        not failed,
        figure=f"{len(results) - len(failed)} of {len(results)} hold",
        limit="all",
        reason=listed([f"{r.id}: {r.detail}" for r in failed], 3),
        table=table(
            ("check", "statement", "holds", "where not"),
            [(r.id, r.statement, "yes" if r.passed else "no", r.detail) for r in results],
        ),
    )


def _polarity(ground: Ground) -> Finding:
    results = loops.polarity(ground)
    wrong = [result for result in results if result.agrees is False]
    unsure = [result for result in results if result.agrees is None]
    shown = table(
        ("loop", "claims", "found", "idle"),
        [(f"{r.loop.id} {r.loop.title}", r.loop.polarity,
          {True: "as claimed", False: "not as claimed", None: "cannot be told"}[r.agrees],
          "; ".join(r.idle) or r.unjudged) for r in results],
    )  # fmt: skip
    if not results:
        return open_question("loop_polarity", POLARITY, "model/loops.yaml names no loop")
    return judged(
        "loop_polarity",
        POLARITY,
        not wrong and not unsure,
        figure=f"{len(results) - len(wrong) - len(unsure)} of {len(results)} loops",
        limit="all",
        reason=listed([str(result) for result in (*wrong, *unsure)], 3),
        table=shown,
    )


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
        "Every constant, lever and outside series is read by some equation.",
        not idle,
        figure=f"{len(inputs) - len(idle)} of {len(inputs)}",
        limit="all",
        reason=f"read by none: {listed(idle)}" if idle else "",
    )


def _second_opinion(ground: Ground) -> Finding:
    asks = "An engine written by others finds no unit error either."
    if importlib.util.find_spec("simlin") is None:
        return open_question("units_elsewhere", asks, "the package pysimlin is not installed")
    import simlin  # no type hints are shipped for it

    found = [str(issue) for issue in simlin.load(ground.study.model_file).check()]
    return judged(
        "units_elsewhere",
        asks,
        not found,
        figure=f"{len(found)} issues reported by pysimlin",
        limit="none",
        reason=listed(found, 2),
    )
