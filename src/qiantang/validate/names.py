"""What the report calls things: English keeps the names of the files, Chinese those of people."""

from __future__ import annotations

from qiantang.evidence.observations import Series
from qiantang.faults import StudyError
from qiantang.model.loops import Loop
from qiantang.plan.targets import Target
from qiantang.study import Study
from qiantang.validate.ground import Ground
from qiantang.wording import Language, Wording, reading_unit
from qiantang.wording.tabled import keeps_ids
from qiantang.wording.told import Named


def variable(ground: Ground, name: str, *, plain: bool = False) -> Named:
    """Return the name of a variable; plain, without the marks between the words of an id."""
    shown = name.replace("_", " ") if plain else name
    return Named(shown, _chinese(ground.study, name))


def _chinese(study: Study, name: str) -> str:
    if name not in study.dictionary:
        return name
    words = Wording(study, "zh")
    try:
        return words.variable(name)
    except StudyError:  # a study without evidence: as the model file names it
        return words.model_name(name)


def target(one: Target, *, plain: bool = False) -> Named:
    """Return the name of a target."""
    return Named(one.id.replace("_", " ") if plain else one.id, one.title_zh)


def target_of(ground: Ground, id: str, *, plain: bool = False) -> Named:
    """Return the name of the target of an id; none has none."""
    found = next((one for one in ground.targets if one.id == id), None)
    return Named(id, id) if found is None else target(found, plain=plain)


def scenario(ground: Ground, name: str) -> Named:
    """Return the name of a scenario."""
    found = next((one for one in ground.scenarios if one.name == name), None)
    return Named(name, "" if found is None else found.title_zh)


def series(one: Series) -> Named:
    """Return the id of an observed series, in Chinese its title."""
    return Named(one.name, one.title_zh)


def series_title(one: Series) -> Named:
    """Return the title of an observed series."""
    return Named(one.title, one.title_zh)


def loop(one: Loop) -> Named:
    """Return number and title of a loop."""
    return Named(f"{one.id} {one.title}", f"{one.id} {one.title_zh or one.title}")


def unit(study: Study, name: str) -> Named:
    """Return a unit, in Chinese as an office writes it."""
    return Named(name, reading_unit(name, "zh", own=study.about.units).label)


def drawn_unit(study: Study, name: str, lang: Language) -> tuple[str, float]:
    """Return a picture's unit and what figures are multiplied by: English keeps the model's."""
    if keeps_ids(lang):
        return name, 1.0
    reading = reading_unit(name, lang, own=study.about.units)
    return reading.label, reading.factor


def link(ground: Ground, ends: tuple[str, str]) -> Named:
    """Return a link from one variable to another."""
    source, target = (variable(ground, name) for name in ends)
    return Named(f"{source} -> {target}", f"{source.chinese} → {target.chinese}")
