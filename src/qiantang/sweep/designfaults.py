"""What a design says that its study does not know: every fault at once, each with its line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError, nearest
from qiantang.files.loose import is_whole, items, mapping
from qiantang.files.yamlfile import KeyPath, YamlDocument
from qiantang.sweep.axisfaults import axis_faults, value_faults
from qiantang.sweep.designfile import MOST_POINTS, MOVES, SAMPLED, scenario_path
from qiantang.sweep.look import ALL, EACH, Look

if TYPE_CHECKING:
    from qiantang.study import Study


def content_faults(document: YamlDocument, study: Study) -> Iterator[Fault]:
    """Find what the form of a design cannot show; works on files whose form is wrong, too."""
    look = Look(document, study)
    yield from kind_faults(look)
    yield from scenario_faults(look)
    yield from member_faults(look)
    yield from figure_faults(look)
    for name in look.axes:
        yield from axis_faults(look, name)
    yield from overlap_faults(look)
    yield from point_faults(look)
    yield from size_faults(look)


def kind_faults(look: Look) -> Iterator[Fault]:
    """Find keys that the kind needs, or does not know."""
    kind = look.kind
    if kind is None:
        return
    for key, kinds in (("size", SAMPLED), ("points", ("list",))):
        given = look.data.get(key) is not None
        if given and kind not in kinds:
            yield look.faults((key,), f"belongs to {' and '.join(kinds)}, not to {kind}")
        if not given and kind in kinds:
            yield look.faults(("kind",), f"{kind} needs the key {key!r}")
    size = look.data.get("size")
    if kind in ("sobol", "saltelli") and isinstance(size, int) and size & (size - 1):
        nearby = 2 ** round(math.log2(size)) if size > 0 else 1
        yield look.faults(("size",), f"{kind} needs a power of two, for example {nearby}")
    if kind in (*SAMPLED, "one_at_a_time", "pairs") and not look.axes:
        yield look.faults(("kind",), f"{kind} needs at least one axis")


def scenario_faults(look: Look) -> Iterator[Fault]:
    """Find scenarios that do not exist or have faults of their own."""
    given = look.data.get("scenarios")
    seen: list[Any] = []
    for index, name in enumerate(items(given)):
        if not isinstance(name, str) or not name:
            continue
        if name in seen:
            yield look.faults(("scenarios", index), f"{name} stands there already")
            continue
        seen.append(name)
        scenario = yield from _scenario(look, ("scenarios", index), name)
        if scenario is not None and scenario.name in [s.name for s in look.scenarios]:
            yield look.faults(("scenarios", index), f"a second scenario called {scenario.name}")
        elif scenario is not None:
            look.scenarios.append(scenario)
    name = look.data.get("levers_from")
    if isinstance(name, str) and name:
        look.shape = yield from _scenario(look, ("levers_from",), name)


def _scenario(look: Look, where: KeyPath, name: str) -> Any:
    known = look.study.scenario_names()
    try:
        path = scenario_path(look.document, name, look.study)
    except OSError as error:
        yield look.faults(where, f"{name!r} cannot be read: {error.strerror}")
        return None
    if path is None and name not in known:
        yield look.faults(where, f"no such scenario, got {name!r}{nearest(name, known)}")
        return None
    if path is not None and not path.is_file():
        yield look.faults(where, f"no such file, got {name!r}")
        return None
    try:
        return look.study.scenario(str(path or name))
    except StudyError as error:
        yield from error.faults
        return None


def member_faults(look: Look) -> Iterator[Fault]:
    """Find more members than the fit holds."""
    members: Any = look.data.get("members")
    if is_whole(members) and look.study.has_fit():
        most = look.study.fit.record.members
        if members > most:
            yield look.faults(("members",), f"{members} asked for, the fit has {most}")


def figure_faults(look: Look) -> Iterator[Fault]:
    """Find figures of unknown variables or of years outside the model's time."""
    given = look.data.get("figures")
    start, end = look.study.vocabulary.time
    seen: list[tuple[str, int]] = []
    for index, record in enumerate(items(given)):
        name = mapping(record).get("variable")
        if isinstance(name, str) and name:
            if name not in look.study.dictionary:
                hint = nearest(name, look.study.dictionary)
                what = f"no variable of the model, got {name!r}{hint}"
                yield look.faults(("figures", index, "variable"), what)
            elif look.study.dictionary[name].is_lookup:
                what = f"{name} is a table and has no value of its own over time"
                yield look.faults(("figures", index, "variable"), what)
        years = mapping(record).get("years")
        for place, year in enumerate(items(years)):
            at = ("figures", index, "years", place)
            if is_whole(year) and not start <= year < end:
                what = f"year {year} is outside the model's time, {start:g} to {end - 1:g}"
                yield look.faults(at, what)
            if (name, year) in seen:
                yield look.faults(at, f"{name} of {year} stands there already")
            seen.append((str(name), year))


def overlap_faults(look: Look) -> Iterator[Fault]:
    """Find two axes that move one thing in one way."""
    owner: dict[tuple[str, str], str] = {}
    for name, axis in look.axes.items():
        for move in MOVES:
            for target in look.names(axis, move):
                if not isinstance(target, str):
                    continue
                before = owner.get((move, target)) or _wide(owner, move, target)
                if before is not None and before != name:
                    what = f"{move} of {target} is moved by the axis {before} already"
                    yield look.faults(("axes", name, move), what)
                    break
                owner[move, target] = str(name)


def _wide(owner: Mapping[tuple[str, str], str], move: str, target: str) -> str | None:
    if move == "uncertainty":
        return None
    for (other, word), name in owner.items():
        if other == move and (word in (ALL, EACH) or target in (ALL, EACH)):
            return name
    return None


def point_faults(look: Look) -> Iterator[Fault]:
    """Find points of a list that name unknown axes or values."""
    if look.kind != "list":
        return
    for index, point in enumerate(items(look.data.get("points"))):
        for name, value in mapping(point).items():
            where = ("points", index, name)
            if name not in look.axes:
                hint = nearest(str(name), map(str, look.axes))
                yield look.faults(where, f"no axis of this design{hint}")
                continue
            axis, moves = mapping(look.axes[name]), look.moves(look.axes[name])
            if len(moves) == 1 and value is not None:
                yield from value_faults(look, where, axis, moves[0], value)


def size_faults(look: Look) -> Iterator[Fault]:
    """Find a design of more points than can be handled."""
    count = _points(look) * max(1, len(items(look.data.get("scenarios"))))
    if count > MOST_POINTS:
        key = ("size",) if look.data.get("size") is not None else ("axes",)
        what = f"the design has {count:,} points, expected at most {MOST_POINTS:,}"
        yield look.faults(key, what)


def _points(look: Look) -> int:
    counts: list[int] = []
    sources = [look.shape] if look.shape is not None else look.scenarios
    levers = {lever for source in sources for lever in source.levers}
    for axis in look.axes.values():
        record = mapping(axis)
        values = max(len(items(record.get("values"))), len(items(record.get("quantiles"))), 1)
        each = any(record.get(move) in (EACH, [EACH]) for move in MOVES)
        counts += [values] * (len(levers) if each else 1)
    given: Any = look.data.get("size")
    size: int = given if is_whole(given) else 1
    if look.kind == "grid":
        return math.prod(counts)
    if look.kind == "pairs":
        return 1 + sum(counts) + (sum(counts) ** 2 - sum(c * c for c in counts)) // 2
    if look.kind == "saltelli":
        return size * (len(counts) + 2)
    return size
