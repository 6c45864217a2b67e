"""One chart of each kind from formulas, for the checks that every chart must pass."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg

from qiantang.charts import Chart, scoreboard, style, tornado
from qiantang.ensemble.provenance import Facts, of_one
from qiantang.ensemble.runs import Runs
from qiantang.loops.report import LoopReport
from qiantang.review.review import Stand
from qiantang.review.transfers import InWorld, Pathway
from qiantang.skill.saved import Saved, SkillRecord, inputs_of
from qiantang.study import Study

from .searched import made_discovery, made_robust, made_sensitivity

KINDS = ("fan", "plain_fan", "compare", "board", "tornado", "levers", "multiples", "flow",
         "scoreboard", "dominance", "odds", "pathways", "discovery", "sensitivity", "robust",
         "regrets")  # fmt: skip
LANGUAGES = ("en", "zh")


def lever_rows(study: Study, target: str) -> pd.DataFrame:
    rows = []
    for place, lever in enumerate(sorted(study.vocabulary.levers)):
        median = 30.0 * float(np.exp(-place / 3)) * (-1 if place == 2 else 1)
        rows.append(
            {
                "lever": lever,
                "target": target,
                "median": median,
                "p05": 0.5 * median,
                "p95": 1.5 * median,
                "shapley": 0.8 * median,
                "article": [place + 1, 30],
            }
        )
    return pd.DataFrame(rows)


def draw(kind: str, lang: str, runs: Runs, small: Study, monkeypatch: Any) -> Chart:
    if kind == "fan":
        return runs.chart.fan("passengers", lang=lang)
    if kind == "plain_fan":
        return runs.chart.fan("house_price", scenarios=["plan_in_full"], lang=lang)
    if kind == "compare":
        return runs.chart.compare("foreign_investment", lang=lang)
    if kind == "board":
        return runs.chart.board(lang=lang)
    if kind == "multiples":
        return runs.chart.multiples(lang=lang)
    if kind == "levers":
        return runs.study.chart.levers(lever_rows(runs.study, "goods_trade"), "goods_trade",
                                       lang=lang)  # fmt: skip
    if kind == "dominance":
        return runs.study.chart.dominance(made_loops(), lang=lang)
    if kind == "flow":
        return small.chart.flow("Routes", lang=lang)
    if kind == "scoreboard":
        monkeypatch.setattr(scoreboard, "newest", made_scoreboard)
        return runs.study.chart.scoreboard(lang=lang)
    if kind == "odds":
        return runs.study.chart.odds(made_review(runs.study), lang=lang)
    if kind == "pathways":
        found = made_review(runs.study)
        return runs.study.chart.pathways(found, made_pathways(found), lang=lang)
    if kind == "discovery":
        return runs.study.chart.discovery(made_discovery(runs.study), lang=lang)
    if kind == "sensitivity":
        return runs.study.chart.sensitivity(made_sensitivity(runs.study), lang=lang)
    if kind in ("robust", "regrets"):
        return getattr(runs.study.chart, kind)(made_robust(runs.study), lang=lang)
    monkeypatch.setattr(tornado, "_members", made_members)
    return runs.chart.tornado("passengers", lang=lang)


def drawn(chart: Chart) -> Any:
    """Draw a chart and return the renderer that measures its texts."""
    canvas = FigureCanvasAgg(chart.figure)
    with style.drawing(chart.lang):
        canvas.draw()
    return canvas.get_renderer()


def made_loops() -> LoopReport:
    """Return loops of which one takes over from another, and one that hardly matters."""
    chance = np.random.default_rng(7)
    times, members = np.arange(2016.25, 2026.1, 0.25), 60
    late = 1 / (1 + np.exp(-(times - 2020)))
    courses = np.stack([0.9 * (1 - late), -0.8 * late, np.full(len(times), 0.02)])
    share = courses[:, :, None] * (1 + 0.2 * chance.normal(size=(3, len(times), members)))
    low, middle, high = np.quantile(share, (0.05, 0.5, 0.95), axis=2)
    strongest = (np.abs(share).argmax(axis=0) == np.arange(3)[:, None, None]).mean(axis=2)
    short = ("loop", "time")
    dataset = xr.Dataset(
        {
            "share": ((*short, "member"), share), "median": (short, middle), "p05": (short, low),
            "p95": (short, high), "strongest": (short, strongest),
            "outside": ((*short[1:], "member"), np.full(share.shape[1:], 0.3)),
        },
        coords={
            "loop": ["R2", "B1", "r1"], "time": times, "member": np.arange(members),
            "title": ("loop", ["Connectivity", "Crowding", "Route network > Talent"]),
            "title_zh": ("loop", ["航线通达", "机场拥挤", ""]),
            "polarity": ("loop", ["reinforcing", "balancing", "reinforcing"]),
            "articles": ("loop", ["7", "8", ""]), "partition": ("loop", [1, 1, 1]),
            **of_one("plan_in_full", Facts("", "", "2018", "known", "")),
        },
        attrs={"about": "passengers", "study": "made", "model_sha256": "", "fit": "made",
               "seed": "1", "engine": "", "vintage_given": "", "qiantang": ""},
    )  # fmt: skip
    return LoopReport(dataset, ())


def made_members(*_: object) -> tuple[Any, dict[str, Any]]:
    """Return a target that three uncertainties move, two of them linked."""
    chance = np.random.default_rng(3)
    names = ["air_travel_demand", "slot_growth", "national_gdp", "route_network"]
    inputs = {name: chance.normal(size=200) for name in names}
    inputs["slot_growth"] += 0.8 * inputs["route_network"]
    values = 40 + 3 * inputs["air_travel_demand"] - 2 * inputs["slot_growth"]
    return values + 0.5 * inputs["national_gdp"] + chance.normal(0, 0.2, 200), inputs


def made_review(study: Study) -> Any:
    """Return odds of five reviews, one of them refused."""
    targets = [target for target in study.plan.targets.targets if target.id != "services_share"]
    days = ["2018-06-30", "2018-09-30", "2018-12-31", "2019-03-31", "2019-06-30"]
    odds = []
    for number, day in enumerate(days):
        chance = {
            target.id: float(1 / (1 + np.exp(3 - place + 0.2 * number * (place - 3))))
            for place, target in enumerate(targets)
        }
        refusal = "too few" if number == 2 else ""
        odds.append(Stand(day, 2018.5 + number / 4, number, 500.0 - number, 0.1, refusal,
                          {} if refusal else chance))  # fmt: skip
    return SimpleNamespace(
        study=study, odds=tuple(odds), as_of=days[-1], members=600, seed=1,
        belief=SimpleNamespace(targets=targets, effective=496.0),
        tracker=SimpleNamespace(scenario=study.scenario("current_policy")),
    )  # fmt: skip


def made_pathways(found: Any) -> list[Pathway]:
    """Return packages that keep a target for some quarters, fewer the later the package."""
    starts = ("2019-06-30", "2019-09-30", "2019-12-31", "2020-03-31", "2020-06-30", "2020-09-30")
    made = []
    for row, target in enumerate(found.belief.targets):
        without = 0.1 + 0.12 * row
        for place, package in enumerate(("plan_in_full", "push_airport", "push_talent")):
            chances = tuple(without + 0.3 - 0.1 * place - 0.04 * n for n in range(len(starts)))
            kept = [day for day, p in zip(starts, chances, strict=True) if p >= 0.5]
            worlds = tuple(
                InWorld(kind, "national_gdp", without + more, chances, last)
                for kind, more, last in (
                    ("adverse", -0.1, starts[0]),
                    ("favourable", 0.05, starts[4]),
                )
            )
            made.append(
                Pathway(target.id, package, 0.5, without, starts, chances, kept[-1] if kept else "",
                        0.2, starts[1:4] if place < 2 else (), worlds)
            )  # fmt: skip
        if made[-1].is_short:
            later = {"package": "plan_in_full", "after": "push_talent", "last": starts[3]}
            made.append(replace(made[-1], **later))
    return made


def made_scoreboard(study: Study) -> Saved:
    """Return a scoreboard of two series; one wins in both settings, the other in one."""
    rows = []
    for series, base in (("fdi_used", 0.7), ("goods_exports", 0.9)):
        for setting, more in (("conditional", 0.0), ("ex_ante", 0.2)):
            for horizon in (1, 2, 3, "all"):
                ratio = base + more + (0.0 if horizon == "all" else 0.05 * (int(horizon) - 2))
                rows.append(
                    {"series": series, "setting": setting, "horizon": horizon, "n": 10,
                     "crps_model": 0.1 * ratio, "crps_best_baseline": 0.1, "ratio": ratio,
                     "ratio_p05": 0.7 * ratio, "ratio_p95": 1.4 * ratio, "coverage50": 0.4,
                     "coverage80": 0.7, "coverage90": 1.0, "best_baseline": "ets"}
                )  # fmt: skip
    record = SkillRecord(
        version="made", command="none", members=100, seed=1, origins=[2009.0, 2018.0], packages={},
        inputs=inputs_of(study), files={},
    )  # fmt: skip
    return Saved(study.folder, record, rows)
