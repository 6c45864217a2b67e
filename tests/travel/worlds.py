"""Worlds that the sliders of a page make, as a scenario file says them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: Every kind of slider: a schedule, yearly drivers up and down, a constant.
FRAGMENT = (
    "#lang=zh&levers=air_routes:0.6"
    "&outside=added_us_tariff:0.1,national_fdi:-9.2,national_exports:7.2,"
    "national_passengers:4.8,slot_ceiling:2.2"
)
FILE = """\
title: Another world
question: And then?
base: current_policy
levers:
  air_routes: {unit: Dmnl, path: {2018.5: 0, 2019.0: 0.6}, between: ramp, cites: [7],
    reading: assumed, note: By hand.}
drivers:
  added_us_tariff: {2018.5: 0.1}
  national_fdi: {2019: -7.15 %, 2020: -7.15 %}
  national_exports: {2019: 11.2 %, 2020: 10.2 %}
  national_passengers: {2019: 13.3 %, 2020: 13.3 %}
constants:
  slot_ceiling: {2018.5: x 2.2}
"""


def other_world(study: Any, folder: Path) -> Any:
    """Return the scenario that a page opens with the fragment above."""
    file = folder / "another.yaml"
    file.write_text(FILE, encoding="utf-8")
    return study.scenario(str(file))
