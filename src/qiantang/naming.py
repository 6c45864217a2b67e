"""What a user may call a thing: its id, or its name in English or in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError, nearest
from qiantang.modelfile.names import spelled

if TYPE_CHECKING:
    from qiantang.plan.targets import Target
    from qiantang.study import Study


def variable_id(study: Study, name: str) -> str:
    """Return the id of the variable that a name means; a name that means none stays as it is."""
    if name in study.dictionary:
        return name
    known = {item.identifier: (item.name, item.meaning_zh) for item in study.dictionary.values()}
    found = _meant(name, known)
    if found is not None:
        return found
    observed = (
        (series.variable, (series.name, series.title, series.title_zh))
        for series in study.evidence.series.values()
        if series.variable in study.dictionary
    )
    return next((own for own, names in observed if _is(name, names)), name)


def series_id(study: Study, name: str) -> str:
    """Return the id of the observed series that a name means, its variable's name too."""
    series = study.evidence.series
    if name in series:
        return name
    known = {key: (one.title, one.title_zh) for key, one in series.items()}
    found = _meant(name, known)
    if found is not None:
        return found
    variable = variable_id(study, name)
    return next((key for key, one in series.items() if one.variable == variable), name)


def target_id(study: Study, name: str) -> str:
    """Return the id of the target that a name means."""
    targets = study.plan.targets.targets
    known = {target.id: (target.id, target.title, target.title_zh) for target in targets}
    return _meant(name, known) or name


def lever_id(study: Study, name: str) -> str:
    """Return the id of the lever that a name means."""
    items = study.dictionary.levers()
    known = {item.identifier: (item.identifier, item.name, item.meaning_zh) for item in items}
    return _meant(name, known) or name


def scenario_id(study: Study, name: str) -> str:
    """Return the name of the scenario that a title means; files are read only if need be."""
    from qiantang.files.yamlfile import read_yaml

    names = study.scenario_names()
    if name in names or name.endswith(".yaml"):
        return name
    known = {}
    for one in names:
        try:
            data = read_yaml(study.folder / "scenarios" / f"{one}.yaml").data
        except StudyError:
            continue  # told when it is asked for by its own name
        if isinstance(data, dict):
            known[one] = [str(data.get(key) or "") for key in ("title", "title_zh")]
    return _meant(name, known) or name


def vintage_id(study: Study, name: str) -> str:
    """Return the vintage that a title of `study.yaml` means."""
    vintages = study.about.vintages
    known = {one.name: (one.title, one.title_zh) for one in (vintages.known, vintages.actual)}
    return _meant(name, known) or name


def asked_id(study: Study, asks: str, name: str) -> str:
    """Return what a name means where a kind of chart asks for one.

    Parameters
    ----------
    study : Study
    asks : str
        As :class:`qiantang.charts.kinds.Kind` has it.
    name : str
    """
    if asks in ("TARGET", "NAME"):
        found = target_id(study, name)
        if asks == "TARGET" or found in {target.id for target in study.plan.targets.targets}:
            return found
    return variable_id(study, name) if asks in ("VARIABLE", "NAME") else name


def _meant(name: str, known: Mapping[str, Iterable[str | None]]) -> str | None:
    return next((key for key, names in known.items() if _is(name, names)), None)


def _is(name: str, names: Iterable[str | None]) -> bool:
    """Tell whether a name is one of several, whatever its case, its blanks and underscores."""
    wanted = spelled(name)
    return any(spelled(one) == wanted for one in names if one)


def find_target(study: Study, name: str, option: str = "--target") -> Target:
    """Return a target by its id, its English title or its Chinese title.

    Parameters
    ----------
    study : Study
    name : str
    option : str
        Where the name was given, for the message.

    Raises
    ------
    StudyError
        With the nearest id or title.
    """
    targets = study.plan.targets.targets
    meant = target_id(study, name)
    for target in targets:
        if target.id == meant:
            return target
    known = [name for t in targets for name in (t.id, t.title_zh) if name]
    hint = nearest(name, known) or f", expected one of {', '.join(t.id for t in targets)}"
    raise StudyError([Fault(option, None, name, f"no such target{hint}")])
