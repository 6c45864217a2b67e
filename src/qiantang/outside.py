"""What of a study's world a scenario may change, and from when on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qiantang.changefaults import Outside, Quantity

if TYPE_CHECKING:
    from qiantang.model.mdl import Variable
    from qiantang.study import Study


def outside_of(study: Study) -> Outside:
    """Return the drivers and constants of a study, and the end of the past that its fit has seen.

    Without a fit the past ends where the plan's makers knew every figure.
    """
    drivers = {
        name: Quantity(d.unit, chinese=d.title_zh, scheduled=d.between == "step",
                       low=0.0 if d.between == "step" else None)
        for name, d in study.drivers.definitions.items()
    }  # fmt: skip
    levers = {item.identifier for item in study.dictionary.levers()}
    carried = set(study.innovations)
    constants, elsewhere = {}, dict.fromkeys(levers, "a lever, expected under levers")
    elsewhere |= dict.fromkeys(drivers, "a driver, expected under drivers")
    elsewhere |= dict.fromkeys(
        carried, "carries what the structure leaves unexplained, no constant"
    )
    for name, item in study.dictionary.items():
        value = _number(item)
        if name in elsewhere or item.is_control or value is None:
            continue
        low, high = item.limits
        constants[name] = Quantity(item.unit, low, high, item.meaning_zh, value=value)
    for name in study.dictionary:
        if name not in constants:
            elsewhere.setdefault(name, "a variable that the model computes, no constant")
    seen = study.fit.record.sees_until if study.has_fit() else study.about.origin
    last = min(float(study.about.drivers.last), float(study.dictionary["final_time"].equation))
    return Outside(drivers, constants, seen, last, elsewhere)


def _number(item: Variable) -> float | None:
    """Return the value of a constant; None of what the model computes."""
    try:
        value = float(item.equation)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
