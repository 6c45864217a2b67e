"""What is wrong with one axis of a design: what it moves, its unit, its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qiantang.faults import Fault, nearest
from qiantang.files.loose import is_number, items, mapping
from qiantang.files.yamlfile import KeyPath
from qiantang.sweep.designfile import AXIS_NAME, MOVES, STEPPED, WAYS
from qiantang.sweep.look import ALL, EACH, Look
from qiantang.vocabulary import vintage_text

#: Columns of a result that no axis may be called.
RESERVED = ("scenario", "point", "case_id", "member", "diverged", "statistic", "measure", "unit")


def axis_faults(look: Look, name: Any) -> Iterator[Fault]:
    """Find what is wrong with one axis."""
    where: KeyPath = ("axes", name)
    if not isinstance(name, str) or not AXIS_NAME.fullmatch(name):
        what = "an axis is named by small letters, digits and _, beginning with a letter"
        yield look.faults(where, what)
    elif name in RESERVED or name in _columns(look):
        yield look.faults(where, f"{name} is a column of every result, name the axis otherwise")
    if not isinstance(look.axes[name], dict):
        return
    axis = look.axes[name]
    moves = look.moves(axis)
    if len(moves) != 1:
        what = f"moves {' and '.join(moves) or 'nothing'}, expected one of {', '.join(MOVES)}"
        yield look.faults(where, what)
        return
    move = moves[0]
    yield from _named_faults(look, where, axis, move)
    yield from _unit_faults(look, where, axis, move)
    yield from _way_faults(look, where, axis, move)
    for index, value in enumerate(items(axis.get("values"))):
        yield from value_faults(look, (*where, "values", index), axis, move, value)
    if axis.get("base") is not None:
        yield from value_faults(look, (*where, "base"), axis, move, axis["base"])
    yield from _repeated(look, where, items(axis.get("values")))
    yield from _range_faults(look, where, axis, move)
    yield from _quantile_faults(look, where, axis, move)


def _columns(look: Look) -> set[str]:
    columns = {target.id for target in look.study.plan.targets.targets}
    for record in items(look.data.get("figures")):
        for year in items(mapping(record).get("years")):
            columns.add(f"{mapping(record).get('variable')}_{year}")
    return columns


def _named_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str
) -> Iterator[Fault]:
    """Find levers, drivers and parameters that do not exist."""
    given, names = axis[move], look.names(axis, move)
    at = (*where, move)
    known: Sequence[str]
    if move == "uncertainty":
        known, kind = look.study.priors.names, "uncertainty of calibration/priors.yaml"
    elif move == "vintage":
        known, kind = sorted(look.study.vocabulary.drivers), "driver"
    else:
        known, kind = sorted(look.study.vocabulary.levers), "lever"
    words = {"uncertainty": (), "vintage": (ALL,)}.get(move, (ALL, EACH))
    for index, name in enumerate(names):
        place = at if isinstance(given, str) else (*at, index)
        if not isinstance(name, str):
            continue
        if name in words and len(names) > 1:
            yield look.faults(place, f"{name!r} stands alone, not in a list")
        elif name not in known and name not in words:
            hint = nearest(name, [*known, *words])
            hint = look.study.vocabulary.hint(name) or hint if kind == "lever" else hint
            yield look.faults(place, f"unknown {kind} {name!r}{hint}")
        elif name in names[:index]:
            yield look.faults(place, f"{name} stands there already")
        elif move == "intensity" and name not in words:
            yield from _unmoved(look, place, name)
        elif move in ("start", "delay") and name not in words:
            yield from _never_moved(look, place, name)
    if move == "intensity" and names in ([ALL], [EACH]) and look.shape is None:
        still = [s.name for s in look.scenarios if not s.moved]
        if still and look.data.get("levers_from") is None:
            what = f"{still[0]} moves no lever, say levers_from: a scenario to scale"
            yield look.faults(at, what)


def _unmoved(look: Look, where: KeyPath, lever: str) -> Iterator[Fault]:
    """Find an intensity of a lever that has no path to scale."""
    if look.data.get("levers_from") is not None:
        if look.shape is not None and lever not in look.shape.levers:
            yield look.faults(where, f"{look.shape.name} does not move {lever}")
        return
    still = [s.name for s in look.scenarios if lever not in s.moved]
    if still:
        what = f"{still[0]} does not move {lever}, say levers_from: a scenario that does"
        yield look.faults(where, what)


def _never_moved(look: Look, where: KeyPath, lever: str) -> Iterator[Fault]:
    """Find a date for a lever that no scenario moves."""
    moved = any(lever in s.levers for s in look.scenarios) or _scaled(look, lever)
    if not moved and look.scenarios:
        yield look.faults(where, f"no scenario of the design moves {lever}")


def _scaled(look: Look, lever: str) -> bool:
    """Tell whether an intensity moves a lever, or might if its axis were sound."""
    if any(len(look.moves(axis)) != 1 for axis in look.axes.values()):
        return True
    scaled = [name for axis in look.axes.values() for name in look.names(axis, "intensity")]
    known = look.study.vocabulary.levers
    return any(name in (lever, ALL, EACH) or name not in known for name in scaled)


def _unit_faults(look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str) -> Iterator[Fault]:
    given, expected = axis.get("unit"), _unit(look, axis, move)
    if move == "vintage":
        if given is not None:
            yield look.faults((*where, "unit"), "a vintage has no unit")
    elif given is None:
        yield look.faults(where, f"required key 'unit' is missing, expected {expected}")
    elif expected and isinstance(given, str) and given and given != expected:
        yield look.faults((*where, "unit"), f"unit is {given!r}, expected {expected!r}")


def _unit(look: Look, axis: Mapping[Any, Any], move: str) -> str:
    if move in ("start", "delay"):
        return "Year"
    name = axis[move]
    if move == "uncertainty" and isinstance(name, str):
        return look.study.dictionary[name].unit if name in look.study.dictionary else ""
    return "Dmnl"


def _way_faults(look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str) -> Iterator[Fault]:
    """Find values given in a way that the kind does not know."""
    given = [way for way in WAYS if axis.get(way) is not None]
    allowed = {"list": ()}.get(str(look.kind), ("values", "range"))
    if look.kind in STEPPED:
        allowed = ("values", "quantiles")
    if look.kind is None:
        return
    for way in given:
        if way not in allowed:
            what = f"{look.kind} knows no {way}"
            what += f", expected {' or '.join(allowed)}" if allowed else ", points has the values"
            yield look.faults((*where, way), what)
    if allowed and not given:
        words = [w for w in allowed if w == "values" or move != "vintage"]
        words = [w for w in words if w != "quantiles" or move == "uncertainty"]
        yield look.faults(where, f"has no values, expected {' or '.join(words)}")
    if len(given) > 1 and all(way in allowed for way in given):
        yield look.faults(where, f"has both {given[0]} and {given[1]}, expected one")
    if axis.get("base") is not None and look.kind not in ("one_at_a_time", "pairs"):
        yield look.faults((*where, "base"), f"belongs to one_at_a_time, not to {look.kind}")


def value_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str, value: Any
) -> Iterator[Fault]:
    """Find a value that its axis cannot take."""
    if move == "vintage":
        known = sorted(look.study.vocabulary.vintages)
        if vintage_text(value) not in known:
            what = f"unknown vintage {value!r}, expected {' or '.join(known)}"
            yield look.faults(where, what)
        return
    if not is_number(value):
        yield look.faults(where, f"expected a finite number, got {value!r}")
        return
    start, end = look.study.vocabulary.time
    if move == "start" and not start <= value <= end:
        what = f"{value} is outside the model's time, {start} to {end}"
        yield look.faults(where, what)
    if move == "delay" and not 0 <= value <= end - start:
        yield look.faults(where, f"a delay of {value} years, expected 0 to {end - start:g}")
    if move == "intensity":
        yield from _intensity_faults(look, where, axis, value)
    if move == "uncertainty":
        yield from _limit_faults(look, where, axis, value)


def _intensity_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], value: float
) -> Iterator[Fault]:
    """Find an intensity that takes a lever outside its limits."""
    sources = [look.shape] if look.shape is not None else look.scenarios
    names = look.names(axis, "intensity")
    for source in sources:
        for lever, setting in source.levers.items():
            if lever not in names and names not in ([ALL], [EACH]):
                continue
            unit, low, high = look.study.vocabulary.levers[lever]
            scaled = [value * knot for knot in setting.path.values()]
            if min(scaled) < low or max(scaled) > high:
                worst = min(scaled) if min(scaled) < low else max(scaled)
                what = f"{value} takes {lever} to {worst:g}, the limits are {low} to {high} {unit}"
                yield look.faults(where, what)
                return


def _limit_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], value: float
) -> Iterator[Fault]:
    name = axis["uncertainty"]
    if isinstance(name, str) and name in look.study.dictionary:
        low, high = look.study.dictionary[name].limits
        if (low is not None and value < low) or (high is not None and value > high):
            what = f"{value} is outside the model's limits, {low} to {high}"
            yield look.faults(where, what)


def _range_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str
) -> Iterator[Fault]:
    given, at = axis.get("range"), (*where, "range")
    if given is None or look.kind in (*STEPPED, "list"):
        return
    if move == "vintage":
        yield look.faults(at, "a vintage has no range, expected values")
    elif given == "prior":
        if move != "uncertainty":
            yield look.faults(at, f"'prior' belongs to an uncertainty, not to {move}")
    elif not isinstance(given, list) or len(given) != 2:
        yield look.faults(at, "expected the lowest and the highest value, [low, high]")
    else:
        found = [
            f for i, v in enumerate(given) for f in value_faults(look, (*at, i), axis, move, v)
        ]
        yield from found
        if not found and not given[0] < given[1]:
            yield look.faults(at, f"{given[0]} is not below {given[1]}")


def _quantile_faults(
    look: Look, where: KeyPath, axis: Mapping[Any, Any], move: str
) -> Iterator[Fault]:
    given, at = axis.get("quantiles"), (*where, "quantiles")
    if given is None or look.kind not in STEPPED:
        return
    if move != "uncertainty":
        yield look.faults(at, f"quantiles belong to an uncertainty, not to {move}")
        return
    for index, value in enumerate(items(given)):
        if not is_number(value) or not 0 < value < 1:
            yield look.faults((*at, index), f"expected a number between 0 and 1, got {value!r}")
    yield from _repeated(look, where, items(given), "quantiles")


def _repeated(
    look: Look, where: KeyPath, values: list[Any], way: str = "values"
) -> Iterator[Fault]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield look.faults((*where, way, index), f"{value!r} stands there already")
