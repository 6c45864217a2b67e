"""A front of a robust search, made by hand: six packages on three axes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from qiantang.files.yamlfile import parse_yaml
from qiantang.robust.designfile import robust_of
from qiantang.robust.folder import FRONT, MANIFEST, ground_of
from qiantang.robust.front import Front
from qiantang.study import Study
from small_search import ASKED

DESIGN = f"""title: Airport or trade
title_zh: 机场还是外贸
question: Which packages serve both?
question_zh: 哪些方案两者兼顾？
{ASKED}"""

#: P of trade, the worst tenth of passengers, effort: the last of them is the less the better.
FIGURES = [(0.2, 30.0, 0.0), (0.3, 34.0, 10.0), (0.4, 31.0, 12.0), (0.5, 38.0, 25.0),
           (0.6, 33.0, 20.0), (0.7, 40.0, 40.0)]  # fmt: skip
#: Intensities of airport, routes and access, then their delays.
LEVERS = [(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (0.5, 0.0, 0.0, 0.0, 0.0, 0.0),
          (0.0, 0.2, 0.3, 0.0, 0.0, 0.5), (1.0, 0.4, 0.0, 0.0, 0.25, 0.0),
          (0.3, 0.0, 1.0, 1.0, 0.0, 0.0), (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)]  # fmt: skip
PICKS = ["best_effort", "", "", "balanced", "", "best_superquantile_passengers"]


def made_front(study: Study) -> Front:
    design = robust_of(parse_yaml(Path("airport.yaml"), DESIGN), study)
    table = pd.DataFrame({"pick": PICKS})
    for name, column in zip(design.objectives, zip(*FIGURES, strict=True), strict=True):
        table[name] = table[f"fresh_{name}"] = list(column)
    table["holds"] = True
    asked = ("airport_capacity", "air_routes", "market_access")
    late = tuple(f"late_{name}" for name in asked)
    for name, column in zip((*asked, *late), zip(*LEVERS, strict=True), strict=True):
        table[name] = list(column)
    return Front(design, table)


def written_front(study: Study, folder: Path) -> Path:
    """Write the folder that a finished search leaves, as far as a deck reads it."""
    folder.mkdir(exist_ok=True)
    record = {"name": "airport", "design": DESIGN, "identity": ground_of(study)}
    (folder / MANIFEST).write_text(json.dumps(record), encoding="utf-8")
    text = made_front(study).packages.to_csv(index=False)
    (folder / FRONT).write_text("\ufeff" + text, encoding="utf-8")
    return folder
