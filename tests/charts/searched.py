"""What discovery, sensitivity and a robust search might have found, made of plain formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from qiantang.discovery.discover import Discovery, search
from qiantang.discovery.prim import Cases
from qiantang.discovery.table import Factor, Table
from qiantang.naming import find_target
from qiantang.robust.designfile import read_robust
from qiantang.robust.robust import Robust
from qiantang.sensitivity.analyse import DEVIATIONS, DRIVERS, Sensitivity
from qiantang.sensitivity.effects import Effects
from qiantang.study import Study


def made_discovery(study: Study) -> Discovery:
    """Return a target that fails when national FDI is low, execution weak and the plan is off."""
    chance = np.random.default_rng(2)
    inputs = np.column_stack([
        chance.normal(130, 10, 3000), np.repeat([0.0, 1.0], 1500), chance.random(3000),
    ])  # fmt: skip
    hits = (inputs[:, 0] < 128) & (inputs[:, 1] == 0) & (inputs[:, 2] < 0.8)
    factors = (Factor("national_fdi", "driver", "bnUSD/Year"), Factor("plan_in_full", "scenario"),
               Factor("execution_base", "parameter", "Dmnl"))  # fmt: skip
    table = Table(factors, Cases(inputs, hits, np.ones(3)), np.arange(3000) % 300)
    return search(table, find_target(study, "foreign_investment"))


def made_sensitivity(study: Study) -> Sensitivity:
    """Return three groups and five inputs."""
    rows = [("fdi_innovation", "deviation", DEVIATIONS), ("national_fdi", "driver", DRIVERS),
            ("pipeline_time", "parameter", "Foreign investment"),
            ("investment_to_connectivity", "parameter", "Foreign investment"),
            ("exchange_rate", "driver", DRIVERS)]  # fmt: skip
    inputs = pd.DataFrame(rows, columns=["input", "kind", "group"])
    inputs["unit"] = [study.dictionary[name].unit for name in inputs["input"]]
    inputs["correlation"] = [0.4, 0.3, -0.2, 0.1, 0.0]
    inputs["pawn"] = [0.21, 0.15, 0.11, 0.08, 0.05]
    inputs["pawn_p"] = [0.10, 0.09, 0.04, 0.03, 0.02]
    inputs["delta"] = inputs["first"] = [0.2, 0.1, 0.05, 0.02, 0.01]
    shares = np.array([[0.4, 0.1], [0.2, 0.08], [0.15, -0.01]])
    effects = Effects(shares, np.full((3, 2), 0.01), shares.sum(axis=0), 600)
    return Sensitivity(
        find_target(study, "foreign_investment"), study.scenario("plan_in_full"), 1000, 1, 0.86,
        inputs, 0.06, 0.03, (DEVIATIONS, DRIVERS, "Foreign investment"), effects,
    )  # fmt: skip


def made_robust(study: Study) -> Robust:
    """Return a front of thirty packages, of which three are picked."""
    design = read_robust("whatever_comes", study)
    design = replace(design, file=design.file.model_copy(update={"searches": 3}))
    chance = np.random.default_rng(3)
    effort = np.sort(chance.uniform(0, 90, 30))
    table = pd.DataFrame({"pick": ["best_effort", *[""] * 13, "balanced", *[""] * 14,
                                   "best_probability_goods_trade"]})  # fmt: skip
    columns = [0.3 + effort / 500, 0.7 + effort / 800, 39 + effort / 60, 9 - effort / 10, effort]
    for name, column in zip(design.objectives, columns, strict=True):
        noise = 0.0 if name == "effort" else chance.uniform(0, 0.3 * np.ptp(column), 30)
        table[name] = table[f"fresh_{name}"] = column + noise
    table["holds"] = True
    for lever in design.levers:
        table[lever], table[f"late_{lever}"] = np.round(effort / 90, 1), 0.25
    rows = [
        {"pick": pick, "target": target.id, "regret": (3 - place) * 0.01 * (target.threshold + 1),
         "probability": 0.3 + 0.2 * place}
        for place, pick in enumerate(("best_effort", "balanced", "best_probability_goods_trade"))
        for target in study.plan.targets.targets
    ]  # fmt: skip
    volumes = np.array([0.93, 0.97, 0.95])
    return Robust(design, table, pd.DataFrame(rows), volumes, volumes[:, None], 5000, 5000)
