"""Boundary adequacy and behaviour anomaly: what is inside, what is outside, what each loop does."""

from __future__ import annotations

from collections import Counter

from qiantang.validate import charts
from qiantang.validate.ground import Ground
from qiantang.validate.loops import MOVES, Without, cut_each, largest
from qiantang.validate.records import (
    Finding,
    Table,
    attempted,
    judged,
    listed,
    open_question,
    table,
)

#: Change from which a multiple reads better than per cent. [part of the size]
_MANY = 5.0
OUTSIDE = "Every outside series of the model has evidence of its own."
REACHED = "Every lever acts on some target through the equations."
DECORATION = "Every named loop moves some target of the plan by 1 % or more."


def boundary(ground: Ground) -> list[Finding]:
    """Judge boundary adequacy."""
    return [
        attempted("outside_series", OUTSIDE, lambda: _outside_series(ground)),
        attempted("levers_reach_targets", REACHED, lambda: _reached(ground)),
        attempted("no_decoration", DECORATION, lambda: _decoration(cut_each_once(ground))),
        open_question(
            "excluded",
            "What lies outside the boundary would not change what the plan's reader concludes.",
            "what is missing can be named by those who know the place, not by a program",
        ),
    ]


def anomaly(ground: Ground) -> list[Finding]:
    """Judge behaviour anomaly: a loop whose absence changes nothing explains nothing."""
    cuts = [cut for cut in cut_each_once(ground) if cut.since == "start"]
    able = [cut for cut in cuts if cut.link is not None]
    idle = [_name(cut) for cut in able if abs(largest(cut.variables)[1]) < MOVES]
    uncut = [_name(cut) for cut in cuts if cut.link is None]
    moves = sorted(able, key=lambda cut: -abs(largest(cut.variables)[1]))
    first = moves[0] if moves else None
    findings = [
        judged(
            "loops_matter",
            "Without any one of its loops the model behaves otherwise.",
            not idle and bool(able),
            figure=f"{len(able) - len(idle)} of {len(cuts)} loops, cut since the start, move some "
            f"saved variable by 1 % of its size or more"
            + (f"; most: {_name(first)}, {_move(largest(first.variables))}" if first else ""),
            limit="every loop",
            reason=f"move nothing: {listed(idle)}" if idle else "",
            table=_cut_table(cut_each_once(ground)),
            chart=_cut_chart(cut_each_once(ground)),
        )
    ]
    if uncut:
        findings.append(
            open_question("uncut", "Every loop can be cut.",
                          f"no link of {listed(uncut)} is written directly in an equation")
        )  # fmt: skip
    return findings


def cut_each_once(ground: Ground) -> list[Without]:
    """Return the runs without a loop, made once for both tests that read them."""
    return ground.once("cuts", cut_each)


def _outside_series(ground: Ground) -> Finding:
    kinds = Counter(ground.program.kinds)
    outside = [item.identifier for item in ground.study.dictionary.drivers()]
    known = set(ground.study.drivers.names)
    bare = [name for name in outside if name not in known]
    unused = [name for name in known if name not in outside]
    inside = kinds["stock"] + kinds["auxiliary"]
    return judged(
        "outside_series",
        OUTSIDE,
        not bare and not unused,
        figure=f"{inside} endogenous variables ({kinds['stock']} stocks), {len(outside)} outside "
        f"series, {len(outside) - len(bare)} with evidence; {len(ground.study.innovations)} "
        "deviations and draws carried",
        limit="every outside series",
        reason=" ".join(
            text for text in (
                f"without evidence: {listed(bare)}" if bare else "",
                f"evidence for no variable of the model: {listed(unused)}" if unused else "",
            ) if text
        ),
        table=table(
            ("outside series", "unit", "meaning"),
            [(n, ground.study.dictionary[n].unit, ground.study.dictionary[n].meaning)
             for n in outside],
        ),
    )  # fmt: skip


def _reached(ground: Ground) -> Finding:
    """Judge whether every lever acts on some target, through the equations."""
    program = ground.program
    wanted = {n for t in ground.targets for n in (t.measure.variable, *t.measure.over)}
    seen: set[str] = set()
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name not in seen and name in program.slot_of:
            seen.add(name)
            todo += [*program.dependencies(name), *program.initial_dependencies(name)]
    levers = [item.identifier for item in ground.study.dictionary.levers()]
    lost = [name for name in levers if name not in seen]
    return judged(
        "levers_reach_targets",
        REACHED,
        not lost,
        figure=f"{len(levers) - len(lost)} of {len(levers)} levers; {len(seen)} of "
        f"{len(program.slot_of)} variables act on a target",
        limit="every lever",
        reason=f"reach none: {listed(lost)}" if lost else "",
    )


def _decoration(cuts: list[Without]) -> Finding:
    able = [cut for cut in cuts if cut.since == "start" and cut.link is not None]
    idle = [_name(cut) for cut in able if abs(cut.most_moved[1]) < MOVES]
    late = [cut for cut in cuts if cut.since == "plan" and cut.link is not None]
    slow = [_name(cut) for cut in late if abs(cut.most_moved[1]) < MOVES]
    return judged(
        "no_decoration",
        DECORATION,
        not idle and bool(able),
        figure=f"{len(able) - len(idle)} of {len(able)} loops do when cut since the start, "
        f"{len(late) - len(slow)} when cut since the plan begins",
        limit="every loop, cut since the start",
        reason=f"decoration as far as the targets go: {listed(idle, 8)}" if idle else "",
    )


def _name(cut: Without) -> str:
    return f"{cut.loop.id} {cut.loop.title}"


def _move(found: tuple[str, float]) -> str:
    name, change = found
    by = f"{change:+.1%}" if abs(change) < _MANY else f"times {change + 1:.0f}"
    return f"{name.replace('_', ' ')} {by}"


def _cut_table(cuts: list[Without]) -> Table:
    rows = []
    for cut in cuts:
        target, by = cut.most_moved
        variable, at_most = largest(cut.variables)
        rows.append(
            (_name(cut), " -> ".join(cut.link or ("none",)), f"the {cut.since}", target,
             round(100 * by, 2), variable, round(100 * at_most, 2), round(100 * cut.diverged, 1))
        )  # fmt: skip
    return table(
        ("loop", "cut at", "since", "target moved most", "by %", "variable moved most",
         "at most by %", "members diverged %"),
        rows,
        "Median over members. The target of the link goes on seeing its source as it stood at the "
        "start of the run, or when the plan begins. A change is in per cent of the size of the "
        "figure; of a rise, in per cent of the level it is taken from.",
    )  # fmt: skip


def _cut_chart(cuts: list[Without]) -> str:
    shown = [(cut, abs(cut.most_moved[1]) * 100) for cut in cuts if cut.link is not None]
    return charts.paired_bars(
        "Largest move of any target without the loop, % (log scale)",
        [_name(cut) for cut, _ in shown if cut.since == "start"],
        {
            "cut since the start": [move for cut, move in shown if cut.since == "start"],
            "cut since the plan begins": [move for cut, move in shown if cut.since == "plan"],
        },
        line=MOVES * 100,
        notes=[cut.most_moved[0] for cut, _ in shown if cut.since == "start"],
    )
