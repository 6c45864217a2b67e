"""What a study holds, as rows for a table: one list a kind, names in one language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qiantang.faults import Fault, StudyError, nearest
from qiantang.wording import Wording

if TYPE_CHECKING:
    from qiantang.study import Study

Rows = list[dict[str, Any]]

#: Groups of a model file that are settings, not parts of the system.
_SETTINGS = frozenset({"Control"})


def listed(study: Study, what: str, lang: str = "en") -> Rows:
    """Return one list of a study.

    Parameters
    ----------
    study : Study
    what : str
        One of :data:`LISTS`.
    lang : {"en", "zh"}
        Of names and units; the keys stay English.

    Returns
    -------
    list of dict
        The first key is the name to use in files and commands.

    Raises
    ------
    StudyError
        Unknown list or language.
    """
    if what not in LISTS:
        known = ", ".join(LISTS)
        fault = Fault("list", None, what, f"no such list{nearest(what, LISTS)}, expected {known}")
        raise StudyError([fault])
    return LISTS[what](study, Wording(study, lang))


def _scenarios(study: Study, words: Wording) -> Rows:
    rows = []
    for name in study.scenario_names():
        scenario = study.scenario(name)
        based = [path.stem for path in scenario.files[1:]]
        rows.append({
            "scenario": name, "name": words.scenario(scenario), "levers": len(scenario.moved),
            "drivers": scenario.vintage, "based_on": ", ".join(based),
        })  # fmt: skip
    return rows


def _levers(study: Study, words: Wording) -> Rows:
    articles: dict[str, list[int]] = {}
    for article in study.plan.articles.articles:
        for lever in article.levers:
            articles.setdefault(lever, []).append(article.number)
    return [
        {"lever": item.identifier, "name": words.lever(item.identifier),
         "unit": _unit(study, words, item.identifier), "low": item.limits[0],
         "high": item.limits[1],
         "articles": ", ".join(map(str, articles.get(item.identifier, ())))}
        for item in study.dictionary.levers()
    ]  # fmt: skip


def _variables(study: Study, words: Wording) -> Rows:
    return [
        {"variable": name, "name": words.model_name(name), "unit": _unit(study, words, name),
         "sector": _sector(study, words, item.group)}
        for name, item in study.dictionary.items() if not item.is_control
    ]  # fmt: skip


def _targets(study: Study, words: Wording) -> Rows:
    return [
        {"target": target.id, "name": words.target(target),
         "unit": words.target_unit(target).label,
         "threshold": target.threshold * words.target_unit(target).factor,
         "years": ", ".join(map(str, target.measure.years)), "article": target.article}
        for target in study.plan.targets.targets
    ]  # fmt: skip


def _sectors(study: Study, words: Wording) -> Rows:
    counts: dict[str, int] = {}
    for item in study.dictionary.values():
        if item.group and item.group not in _SETTINGS:
            counts[item.group] = counts.get(item.group, 0) + 1
    return [
        {"sector": group, "name": _sector(study, words, group), "variables": count}
        for group, count in counts.items()
    ]


def _drivers(study: Study, words: Wording) -> Rows:
    about = study.about
    rows = []
    for name in study.drivers.names:
        definition = study.drivers.definitions[name]
        years = {
            vintage: [one.year for one in study.drivers.figures
                      if one.driver == name and one.vintage == vintage]
            for vintage in about.vintage_names
        }  # fmt: skip
        rows.append({
            "driver": name, "name": words.choose(definition.title, definition.title_zh),
            "unit": words.unit(name).label if name in study.dictionary else definition.unit,
            **{vintage: _span(found) for vintage, found in years.items()},
        })  # fmt: skip
    return rows


def _fits(study: Study, words: Wording) -> Rows:
    from qiantang.files.yamlfile import read_yaml
    from qiantang.fits import fit_folders

    del words  # a fit has a name alone
    rows = []
    for folder in fit_folders(study.folder / "calibration" / "fits"):
        record = read_yaml(folder / "fit.yaml").data
        rows.append({
            "fit": folder.name, "method": record.get("method"), "members": record.get("members"),
            "sees_until": record.get("sees_until"),
        })  # fmt: skip
    return rows


def _unit(study: Study, words: Wording, name: str) -> str:
    return words.unit(name).label or study.dictionary[name].unit


def _sector(study: Study, words: Wording, group: str) -> str:
    return words.choose(group, study.dictionary.about.get(group, ("", ""))[1])


def _span(years: list[float]) -> str:
    return f"{min(years):g}-{max(years):g}" if years else ""


LISTS: dict[str, Callable[[Study, Wording], Rows]] = {
    "scenarios": _scenarios,
    "levers": _levers,
    "variables": _variables,
    "targets": _targets,
    "sectors": _sectors,
    "drivers": _drivers,
    "fits": _fits,
}
"""Each list by its name."""
