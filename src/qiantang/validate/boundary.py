"""Boundary adequacy and behaviour anomaly: what is inside, what is outside, what each loop does."""

from __future__ import annotations

from collections import Counter
from functools import partial

from qiantang.validate import charts, names
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
from qiantang.wording.language import Language
from qiantang.wording.told import Named, Row, Told, word

#: Change from which a multiple reads better than per cent. [part of the size]
_MANY = 5.0


def boundary(ground: Ground) -> list[Finding]:
    """Judge boundary adequacy."""
    return [
        attempted("outside_series", Told("outside_series.asks"), lambda: _outside_series(ground)),
        attempted(
            "levers_reach_targets", Told("levers_reach_targets.asks"), lambda: _reached(ground)
        ),
        attempted(
            "no_decoration", Told("no_decoration.asks"), lambda: _decoration(cut_each_once(ground))
        ),
        open_question("excluded", Told("excluded.asks"), Told("excluded.reason")),
    ]


def anomaly(ground: Ground) -> list[Finding]:
    """Judge behaviour anomaly: a loop whose absence changes nothing explains nothing."""
    cuts = [cut for cut in cut_each_once(ground) if cut.since == "start"]
    able = [cut for cut in cuts if cut.link is not None]
    idle = [names.loop(cut.loop) for cut in able if abs(largest(cut.variables)[1]) < MOVES]
    uncut = [names.loop(cut.loop) for cut in cuts if cut.link is None]
    moves = sorted(able, key=lambda cut: -abs(largest(cut.variables)[1]))
    first = moves[0] if moves else None
    figure = Told("loops_matter.figure", moving=len(able) - len(idle), loops=len(cuts))
    if first:
        move = _move(ground, largest(first.variables))
        figure = Told("loops_matter.most", figure=figure, loop=names.loop(first.loop), move=move)
    findings = [
        judged(
            "loops_matter",
            Told("loops_matter.asks"),
            not idle and bool(able),
            figure=figure,
            limit=Told("limit.loops"),
            reason=Told("loops_matter.reason", names=listed(idle)) if idle else "",
            table=_cut_table(ground, cut_each_once(ground)),
            chart=partial(_cut_chart, ground, cut_each_once(ground)),
        )
    ]
    if uncut:
        why = Told("uncut.reason", names=listed(uncut))
        findings.append(open_question("uncut", Told("uncut.asks"), why))
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
    dictionary = ground.study.dictionary
    return judged(
        "outside_series",
        Told("outside_series.asks"),
        not bare and not unused,
        figure=Told("outside_series.figure", inside=inside, stocks=kinds["stock"],
                    outside=len(outside), known=len(outside) - len(bare),
                    drawn=len(ground.study.innovations)),
        limit=Told("limit.series"),
        reason=Row((
            Told("outside_series.bare", names=_variables(ground, bare)) if bare else "",
            Told("outside_series.unused", names=listed(unused)) if unused else "",
        ), "clauses"),
        table=table(
            ("outside series", "unit", "meaning"),
            [(names.variable(ground, n), names.unit(ground.study, dictionary[n].unit),
              Named(dictionary[n].meaning, dictionary[n].meaning_zh)) for n in outside],
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
        Told("levers_reach_targets.asks"),
        not lost,
        figure=Told(
            "levers_reach_targets.figure",
            reached=len(levers) - len(lost),
            levers=len(levers),
            seen=len(seen),
            all=len(program.slot_of),
        ),
        limit=Told("limit.levers"),
        reason=Told("levers_reach_targets.reason", names=_variables(ground, lost)) if lost else "",
    )


def _decoration(cuts: list[Without]) -> Finding:
    able = [cut for cut in cuts if cut.since == "start" and cut.link is not None]
    idle = [names.loop(cut.loop) for cut in able if abs(cut.most_moved[1]) < MOVES]
    late = [cut for cut in cuts if cut.since == "plan" and cut.link is not None]
    slow = [cut for cut in late if abs(cut.most_moved[1]) < MOVES]
    return judged(
        "no_decoration",
        Told("no_decoration.asks"),
        not idle and bool(able),
        figure=Told(
            "no_decoration.figure",
            start=len(able) - len(idle),
            loops=len(able),
            plan=len(late) - len(slow),
        ),
        limit=Told("limit.loops.start"),
        reason=Told("no_decoration.reason", names=listed(idle, 8)) if idle else "",
    )


def _variables(ground: Ground, ids: list[str]) -> str:
    return listed([names.variable(ground, id) for id in ids])


def _move(ground: Ground, found: tuple[str, float]) -> str:
    name, change = names.variable(ground, found[0], plain=True), found[1]
    if abs(change) < _MANY:
        return Told("moved.by", name=name, by=change)
    return Told("moved.times", name=name, times=change + 1)


def _cut_table(ground: Ground, cuts: list[Without]) -> Table:
    rows = []
    for cut in cuts:
        target, by = cut.most_moved
        variable, at_most = largest(cut.variables)
        rows.append(
            (names.loop(cut.loop), names.link(ground, cut.link) if cut.link else word("none"),
             Told(f"since.{cut.since}"), names.target_of(ground, target), round(100 * by, 2),
             names.variable(ground, variable), round(100 * at_most, 2),
             round(100 * cut.diverged, 1))
        )  # fmt: skip
    return table(
        ("loop", "cut at", "since", "target moved most", "by %", "variable moved most",
         "at most by %", "members diverged %"),
        rows, Told("cuts.note"),
    )  # fmt: skip


def _cut_chart(ground: Ground, cuts: list[Without], lang: Language) -> str:
    shown = [(cut, abs(cut.most_moved[1]) * 100) for cut in cuts if cut.link is not None]
    return charts.paired_bars(
        Told("cuts.chart"),
        [names.loop(cut.loop) for cut, _ in shown if cut.since == "start"],
        {
            Told("cuts.start"): [move for cut, move in shown if cut.since == "start"],
            Told("cuts.plan"): [move for cut, move in shown if cut.since == "plan"],
        },
        line=MOVES * 100,
        notes=[
            names.target_of(ground, cut.most_moved[0], plain=True)
            for cut, _ in shown
            if cut.since == "start"
        ],
        lang=lang,
    )
