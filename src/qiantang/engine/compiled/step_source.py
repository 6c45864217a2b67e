"""Start, constants and one step of a plan as lines of source; how states move on."""

from __future__ import annotations

from collections.abc import Callable

from qiantang.engine.compiled.body import Body
from qiantang.engine.compiled.layout import Layout, load_text, store_text
from qiantang.engine.ir import Integrator, State, slots_in
from qiantang.engine.plan import Plan


def start_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines that find the states at the initial time."""
    body = Body(rows)
    kept = {state.slot for state in plan.states} | set(rows.first)
    for slot, expression in plan.start:
        body.assign(slot, expression, rows.row[slot] if slot in kept else None)
    first = [store_text(row, f"v{slot}") for slot, row in rows.first.items()]
    return [*body.text(), *first]


def still_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines of what does not change during a run."""
    body = Body(rows)
    for slot, expression in plan.still:
        body.assign(slot, expression, rows.row[slot])
    return body.text()


def full_step(plan: Plan, rows: Layout, integrator: Integrator, hot: bool) -> list[str]:
    """Return all equations of a step, then the rates, then the new states.

    It returns whether the argument of a logarithm or power was odd. The hot kind does not know
    what to do then, and leaves the states as they are.
    """
    body = _parts(plan, rows, hot)
    lines = ["upright()", *_begun(plan, rows), *body.text(spread=True)]
    found = " | ".join([*(["beyond(w)"] if body.bases else []), *body.odd])
    if hot and found:
        lines += [f"if some({found}):", "    return 1"]
    lines += _advanced(plan, rows, _euler if integrator == "euler" else _runge_kutta)
    return [*lines, f"return 1 if some({found}) else 0" if found and not hot else "return 0"]


def _begun(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines that keep what stands at the beginning of a step."""
    lines = []
    for state in plan.states:
        if state.rule == "begin":
            (used,) = slots_in(state.expression)
            now, kept = load_text(rows.row[used]), load_text(rows.row[state.slot])
            lines.append(store_text(rows.row[state.slot], f"choose(stage == 0, {now}, {kept})"))
    return lines


def _parts(plan: Plan, rows: Layout, hot: bool) -> Body:
    fixed = {*plan.constants, *(slot for slot, _ in plan.still)}
    fixed |= {state.slot for state in plan.states if state.rule == "hold"}
    body = Body(rows, hot, frozenset(fixed))
    for slot, expression in plan.step:
        body.assign(slot, expression, rows.row.get(slot))
    _rates(plan, body)
    return body


def still_odd(plan: Plan, rows: Layout) -> list[str]:
    """Return whether a fixed exponent is odd: then every step is a careful one."""
    found = " | ".join(_parts(plan, rows, hot=True).still_odd)
    return [f"return 1 if some({found}) else 0" if found else "return 0"]


def _rates(plan: Plan, body: Body) -> None:
    for number, state in enumerate(s for s in plan.states if s.moves):
        body.line(f"r{number}", state.expression)


def step_body(plan: Plan, rows: Layout) -> list[str]:
    """Return the lines of an Euler step in the order of the equations, nothing looked out for."""
    body = Body(rows, hot=True)
    for slot, expression in plan.step:
        body.assign(slot, expression, rows.row.get(slot))
    _rates(plan, body)
    return [*body.text(), *_advanced(plan, rows, _euler)]


def _advanced(plan: Plan, rows: Layout, advance: Callable[..., list[str]]) -> list[str]:
    lines = []
    for number, state in enumerate(s for s in plan.states if s.moves):
        lines.append(f"v{state.slot} = {load_text(rows.row[state.slot])}")
        lines.extend(advance(state, number, rows))
    return lines


def _euler(state: State, number: int, rows: Layout) -> list[str]:
    new = f"r{number}" if state.rule == "assign" else f"v{state.slot} + r{number} * dt"
    return [store_text(rows.row[state.slot], _kept(state, new))]


def _kept(state: State, text: str) -> str:
    return f"greater({text}, 0.0)" if state.non_negative else text


def _runge_kutta(state: State, number: int, rows: Layout) -> list[str]:
    """Return the lines that move one state through the four stages.

    At stage 0 the state is remembered; at stages 0 to 2 it goes to the next trial point; at
    stage 3 it takes the weighted sum. An assigned state moves at the end only.
    """
    here, rate = rows.row[state.slot], f"r{number}"
    base, total = load_text(rows.base[state.slot]), load_text(rows.total[state.slot])
    if state.rule == "assign":
        return [
            f"t{number} = choose(stage == 0, {rate}, {total})",
            store_text(rows.total[state.slot], f"t{number}"),
            store_text(here, f"choose(stage == 3, t{number}, v{state.slot})"),
        ]
    trial = f"b{number} + {rate} * (choose(stage == 2, 1.0, 0.5) * dt)"
    return [
        f"b{number} = choose(stage == 0, v{state.slot}, {base})",
        store_text(rows.base[state.slot], f"b{number}"),
        f"t{number} = choose(stage == 0, {rate}, {total} + choose(stage == 3, 1.0, 2.0) * {rate})",
        store_text(rows.total[state.slot], f"t{number}"),
        f"n{number} = choose(stage == 3, b{number} + t{number} / 6.0 * dt, {trial})",
        store_text(here, _kept(state, f"n{number}")),
    ]
