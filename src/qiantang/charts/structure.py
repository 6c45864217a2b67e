"""Stocks, flows and links of a sector, read from the equations of the model file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qiantang.faults import Fault, StudyError, nearest
from qiantang.model.syntax import Syntax, chain, parse
from qiantang.modelfile.tree import Binary, Call, Reference, Tree, Unary, children, walk

if TYPE_CHECKING:
    from qiantang.study import Study

Kind = Literal["stock", "flow", "auxiliary", "lever", "driver", "outside"]

#: Groups that are no sector: what moves the model, how it runs, and what only adds up.
_NO_SECTOR = ("Control", "Levers", "Drivers", "Innovations", "Yearly totals")
#: Groups whose variables are not drawn in another sector.
_UNDRAWN = ("Control", "Innovations", "Yearly totals")
#: So many variables of one form are drawn as one.
_ALIKE = 4


@dataclass(frozen=True)
class Pipe:
    """A flow: its valve, and the stocks it leaves and enters; None is outside the model.

    Parameters
    ----------
    valve : str
        Identifier of the flow, or of the stock with a mark where the flow has no name.
    source, target : str or None
    two_way : bool
        A net flow that may turn.
    """

    valve: str
    source: str | None
    target: str | None
    two_way: bool = False


@dataclass(frozen=True)
class Sector:
    """What a diagram of a sector shows.

    Parameters
    ----------
    name : str
        Group of the model file.
    kinds : mapping of str to str
        Every node: stock, flow, auxiliary, lever, driver or outside.
    pipes : tuple of Pipe
    links : tuple of (str, str)
        From a cause to what its value enters.
    alike : mapping of str to int
        Nodes that stand for so many more of the same form.
    """

    name: str
    kinds: Mapping[str, Kind]
    pipes: tuple[Pipe, ...]
    links: tuple[tuple[str, str], ...]
    alike: Mapping[str, int]


def sectors(study: Study) -> list[str]:
    """Return the names of the sectors that can be drawn: the groups of the model file."""
    groups = dict.fromkeys(item.group for item in study.dictionary.values())
    return [name for name in groups if name and name not in _NO_SECTOR]


def check_sector(study: Study, name: str) -> str:
    """Return the name of a sector as the model file has it, by its Chinese name too.

    Raises
    ------
    StudyError
        Unknown sector.
    """
    known = {item.lower().replace(" ", "_"): item for item in sectors(study)}
    wanted = name.lower().replace(" ", "_")
    chinese = {zh: group for group, (_, zh) in study.dictionary.about.items() if zh}
    if chinese.get(name) in known.values():
        return chinese[name]
    if wanted not in known:
        what = f"no sector of the model{nearest(wanted, known)}, expected one of {', '.join(known)}"
        raise StudyError([Fault(study.model_file, None, name, what)])
    return known[wanted]


def read_sector(study: Study, name: str) -> Sector:
    """Read what a diagram of a sector shows.

    Raises
    ------
    StudyError
        Unknown sector, or an equation that cannot be read.
    """
    group = check_sector(study, name)
    syntax, faults = parse(study.model_file)
    if faults:
        raise StudyError(faults)
    still = _constants(syntax)
    own = [
        item
        for item, entry in syntax.dictionary.items()
        if entry.group == group and item not in still and item not in syntax.tables
    ]
    alike, twins = _twins(syntax, own)
    own = [item for item in own if item not in twins]
    stocks = [item for item in own if _is_stock(syntax, item)]
    pipes, extra = _pipes(syntax, stocks)
    kinds: dict[str, Kind] = dict.fromkeys(stocks, "stock")
    kinds |= dict.fromkeys([pipe.valve for pipe in pipes], "flow")
    kinds |= dict.fromkeys([item for item in own if item not in kinds], "auxiliary")
    links = list(extra)
    for item in own:
        if item not in stocks:
            links += [(used, item) for used in dict.fromkeys(_used(syntax, item))]
    shown = []
    for source, target in dict.fromkeys(links):
        place = _kind_outside(syntax, source)
        if source in twins or (source not in kinds and (source in still and place != "lever")):
            continue
        if source not in kinds and (place is None or source in syntax.tables):
            continue
        kinds.setdefault(source, place or "outside")
        shown.append((source, target))
    return Sector(group, kinds, tuple(pipes), tuple(shown), alike)


def _kind_outside(syntax: Syntax, name: str) -> Kind | None:
    """Return how a variable of another group is drawn, None if it is not."""
    if name not in syntax.dictionary:
        return None
    group = syntax.dictionary[name].group
    if group in _UNDRAWN:
        return None
    if group == "Levers":
        return "lever"
    return "driver" if group == "Drivers" else "outside"


def _constants(syntax: Syntax) -> set[str]:
    """Return the variables that never move: numbers, and what depends on such alone."""
    still: set[str] = set()
    names = [item for item in syntax.trees if item in syntax.dictionary]
    drivers = {item.identifier for item in syntax.dictionary.drivers()}
    while True:
        more = {
            item
            for item in names
            if item not in still
            and item not in drivers
            and not _is_stock(syntax, item)
            and all(
                used in still or used in syntax.tables
                for tree in syntax.trees[item]
                for used in syntax.references(tree)
            )
        }
        if not more:
            return still
        still |= more


def _is_stock(syntax: Syntax, name: str) -> bool:
    return _rate(syntax, name) is not None


def _rate(syntax: Syntax, name: str) -> Tree | None:
    """Return the net flow of a stock; None of any other variable."""
    tree = syntax.trees[name][0]
    return tree.arguments[0] if isinstance(tree, Call) and tree.function == "integ" else None


def _used(syntax: Syntax, name: str) -> Iterator[str]:
    for tree in syntax.trees[name]:
        yield from syntax.references(tree)


def _pipes(syntax: Syntax, stocks: list[str]) -> tuple[list[Pipe], list[tuple[str, str]]]:
    """Return the pipes between the stocks, and the links into flows that have no name."""
    inflow: dict[str, list[str]] = {}
    outflow: dict[str, list[str]] = {}
    pipes, links = [], []
    for stock in stocks:
        rate = _rate(syntax, stock)
        if rate is None:
            continue
        terms = list(_terms(rate, 1))
        named = [_named_flow(syntax, stock, node) for node, _ in terms]
        if all(named):
            for flow, (node, sign) in zip(named, terms, strict=True):
                (inflow if sign > 0 else outflow).setdefault(str(flow), []).append(stock)
                links += [(used, str(flow)) for used in syntax.references(node) if used != flow]
        else:
            valve = f"{stock}:net"
            pipes.append(Pipe(valve, None, stock, two_way=True))
            links += [(used, valve) for used in syntax.references(rate)]
    for flow in dict.fromkeys([*inflow, *outflow]):
        ends = inflow.get(flow, [None]), outflow.get(flow, [None])
        pipes.append(Pipe(flow, ends[1][0], ends[0][0]))
    return pipes, links


def _terms(tree: Tree, sign: int) -> Iterator[tuple[Tree, int]]:
    """Yield the terms of a sum with their signs."""
    if isinstance(tree, Unary) and tree.operator in "+-":
        yield from _terms(tree.operand, -sign if tree.operator == "-" else sign)
        return
    parts = chain(tree, "+-")
    if len(parts) == 1:
        yield tree, sign
        return
    for operator, item in parts:
        yield from _terms(item, sign if operator == "+" else -sign)


def _named_flow(syntax: Syntax, stock: str, tree: Tree) -> str | None:
    """Return the variable that is the flow of a term: the one in the stock's unit a year."""
    unit = syntax.dictionary[stock].unit
    if isinstance(tree, Binary) and {sign for sign, _ in chain(tree, "*/")} != {"*"}:
        return None
    names = list(dict.fromkeys(syntax.references(tree)))
    rates = [
        name
        for name in names
        if name in syntax.dictionary and _per_year(syntax.dictionary[name].unit, unit)
    ]
    return rates[0] if len(rates) == 1 and rates[0] != stock else None


def _per_year(rate: str, unit: str) -> bool:
    return rate.replace(" ", "") in (f"{unit}/Year", f"{unit.removesuffix('/Year')}/(Year*Year)")


def _twins(syntax: Syntax, names: list[str]) -> tuple[dict[str, int], set[str]]:
    """Return variables of which one stands for many, and those it stands for.

    Variables are alike where their equations agree but for the name of a lever.
    """
    forms: dict[str, list[str]] = {}
    levers = sorted((item.identifier for item in syntax.dictionary.levers()), key=len, reverse=True)
    for name in names:
        lever = next((item for item in levers if item in name), None)
        if lever is not None:
            forms.setdefault(
                " ".join(_form(tree, lever, syntax) for tree in syntax.trees[name]), []
            ).append(name)
    alike, twins = {}, set()
    for group in forms.values():
        if len(group) >= _ALIKE:
            alike[group[0]] = len(group) - 1
            twins |= set(group[1:])
    return alike, twins


def _form(tree: Tree, lever: str, syntax: Syntax) -> str:
    """Return the shape of an equation with a lever's name left blank and numbers left out.

    The trees in it stand one after the other, each with how many are directly below it.
    """
    parts = []
    for node in walk(tree):
        if isinstance(node, Reference):
            own = f"{syntax.name(node.name).replace(lever, '*')}{node.subscripts}"
        elif isinstance(node, Call):
            own = f"{syntax.name(node.function).replace(lever, '*')}{node.subscripts}"
        else:
            own = node.operator if isinstance(node, (Unary, Binary)) else type(node).__name__
        parts.append(f"{own}:{len(children(node))}")
    return " ".join(parts)
