"""What a scenario changes of the world, in words: every driver, every constant, every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiantang.changes import Change, Changes, Step
    from qiantang.wording.names import Wording


def changes_said(changes: Changes, words: Wording) -> str:
    """Return what a scenario changes: every name with its years and numbers."""
    study = words.study
    said = []
    for name, change in changes.drivers:
        driver = study.drivers.definitions[name]
        dated = driver.between == "step"
        said.append(_one(words.of(driver, "title"), driver.unit, change, words, dated=dated))
    for name, change in changes.constants:
        unit = study.dictionary[name].unit
        said.append(_one(words.model_name(name), unit, change, words, dated=True))
    return words.phrase("semicolon").join(said)


def _one(name: str, unit: str, change: Change, words: Wording, *, dated: bool) -> str:
    steps = [_step(step, unit, words, dated=dated) for step in change.steps]
    if change.spread != 1.0:
        share = words.number(100 * change.spread)
        steps.append(words.phrase("change.spread" if change.spread else "change.sure", share=share))
    return words.phrase("change.of", name=name, steps=words.phrase("comma").join(steps))


def _step(step: Step, unit: str, words: Wording, *, dated: bool) -> str:
    year = f"{step.time:g}"
    if step.kind == "growth":
        key = "change.falls" if step.number < 0 else "change.grows"
        return words.phrase(key, year=year, share=words.number(100 * abs(step.number)))
    kind = f"{'dated' if dated else 'yearly'}.{step.kind}"
    value = words.figure(step.number, unit) if step.kind == "value" else words.number(step.number)
    return words.phrase(f"change.{kind}", year=year, value=value)
