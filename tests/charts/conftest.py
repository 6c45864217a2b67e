"""A run made of plain formulas, so that no chart test depends on the newest fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from qiantang.charts import Chart
from qiantang.ensemble.provenance import Facts, along
from qiantang.ensemble.runs import AXES
from qiantang.session import FinishedRuns, OpenStudy, open_study
from qiantang.study import Study

from .gallery import draw

YEARS = np.arange(2000, 2026)
MEMBERS = 80
#: Level of a variable in 2017 and its growth a year; the rest begin at one.
LEVELS = {
    "goods_trade": (500.0, 0.05), "fdi_used": (6.6, 0.02), "passengers": (35.6, 0.07),
    "cargo": (589.0, 0.03), "destinations": (44.0, 0.03), "services_trade": (150.0, 0.08),
    "outward_investment": (2.5, 0.01), "overseas_zones": (3.0, 0.1), "sister_cities": (30.0, 0.02),
    "gdp": (1180.0, 0.07), "house_price": (24.0, 0.05),
}  # fmt: skip


@pytest.fixture(scope="session")
def study() -> OpenStudy:
    return open_study()


def made_runs(
    study: Study, scenarios: dict[str, tuple[str, str]], members: int = MEMBERS
) -> FinishedRuns:
    """Return a run whose figures are formulas: growth, a spread, and a step by scenario."""
    chance = np.random.default_rng(7)
    data = {}
    for name, (level, growth) in LEVELS.items():
        spread = chance.normal(0, 0.03, members)
        age = np.maximum(YEARS - 2017, 0)
        base = level * np.exp(growth * (YEARS - 2017))[None, :]
        values = np.stack(
            [
                base * np.exp(spread[:, None] * (0.1 + age) / 2 + 0.02 * place * age)
                for place in range(len(scenarios))
            ]
        )
        entry = study.dictionary[name]
        attrs = {"units": entry.unit, "long_name": entry.meaning}
        data[name] = xr.DataArray(values, dims=AXES, attrs=attrs)
    data["diverged"] = xr.DataArray(np.zeros((len(scenarios), members), bool), dims=AXES[:2])
    coords = {
        "scenario": list(scenarios), "member": np.arange(members), "time": list(YEARS),
        **along([Facts(*pair, "2018", "known", "ab12" * 16) for pair in scenarios.values()]),
    }  # fmt: skip
    dataset = xr.Dataset(data, coords=coords)
    dataset.attrs = {
        "study": "made",
        "model_sha256": "0123456789abcdef" * 4,
        "fit": "none",
        "seed": "7",
        "engine": "formula",
        "vintage_given": "",
        "qiantang": "0",
    }
    return FinishedRuns(dataset, study)


@pytest.fixture(scope="session")
def runs(study: Study) -> FinishedRuns:
    names = {"current_policy": ("Current policy", "现行政策"),
             "plan_in_full": ("The plan in full", "实施意见全面落实")}  # fmt: skip
    return made_runs(study, names)


@pytest.fixture(scope="session")
def gallery(runs: FinishedRuns, routes: OpenStudy) -> Callable[[str, str], Chart]:
    """Return what draws a chart of a kind in a language, once for all tests that look at it."""

    @cache
    def chart(kind: str, lang: str) -> Chart:
        with pytest.MonkeyPatch.context() as patch:
            return draw(kind, lang, runs, routes, patch)

    return chart


SMALL_MODEL = """{UTF-8}
********************************************************
	.Control
********************************************************~
		Settings. [zh: 控制]
	|
INITIAL TIME= 0 ~ Year ~ Start. [zh: 起始时间] |
FINAL TIME= 10 ~ Year ~ End. [zh: 终止时间] |
TIME STEP= 1 ~ Year ~ Step. [zh: 步长] |
SAVEPER= 1 ~ Year ~ Step. [zh: 间隔] |
********************************************************
	.Routes
********************************************************~
		Routes under way and open. [zh: 航线]
	|
Routes planned= INTEG(Planning - Opening, 5) ~ route ~ Under way. [zh: 筹备航线] |
Routes open= INTEG(Opening - Closing, 20) ~ route ~ Flown. [zh: 在飞航线] |
Planning= Demand * 0.1 ~ route/Year ~ New plans. [zh: 新筹备] |
Opening= Routes planned / 2 ~ route/Year ~ Come into use. [zh: 开通] |
Closing= Routes open / 15 ~ route/Year ~ Given up. [zh: 停航] |
Demand= Routes open * Elasticity * Mood ~ route ~ Wanted. [zh: 需求] |
Elasticity= 1.1 ~ Dmnl ~ A constant. [zh: 弹性] |
Mood= INTEG((Demand / 20 - Mood) / 3, 1) ~ Dmnl ~ A smoothed share. [zh: 预期] |

\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*Routes
$192-192-192,0,Arial|9||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
12,1,48,40,60,10,8,0,3,0,0,-1,0,0,0
11,2,48,110,60,6,8,34,3,0,0,1,0,0,0
10,3,Planning,110,79,30,9,40,3,0,0,-1,0,0,0
10,4,Routes planned,230,60,55,20,3,3,0,0,0,0,0,0
11,5,48,350,60,6,8,34,3,0,0,1,0,0,0
10,6,Opening,350,79,30,9,40,3,0,0,-1,0,0,0
10,7,Routes open,470,60,55,20,3,3,0,0,0,0,0,0
11,8,48,590,60,6,8,34,3,0,0,1,0,0,0
10,9,Closing,590,79,30,9,40,3,0,0,-1,0,0,0
12,10,48,660,60,10,8,0,3,0,0,-1,0,0,0
10,11,Demand,290,170,30,9,8,3,0,0,0,0,0,0
12,12,48,440,210,10,8,0,3,0,0,-1,0,0,0
11,13,48,510,210,6,8,2,3,0,0,1,0,0,0
10,14,Mood,620,210,45,20,3,3,0,0,0,0,0,0
10,15,Elasticity,160,210,30,9,8,3,0,0,0,0,0,0
1,16,2,4,4,0,0,22,0,0,0,-1--1--1,,1|(150,60)|
1,17,2,1,100,0,0,22,0,0,0,-1--1--1,,1|(80,60)|
1,18,5,7,4,0,0,22,0,0,0,-1--1--1,,1|(390,60)|
1,19,5,4,100,0,0,22,0,0,0,-1--1--1,,1|(310,60)|
1,20,8,10,4,0,0,22,0,0,0,-1--1--1,,1|(620,60)|
1,21,8,7,100,0,0,22,0,0,0,-1--1--1,,1|(560,60)|
1,22,13,14,4,0,0,22,0,0,0,-1--1--1,,1|(545,210)|
1,23,13,12,4,0,0,22,0,0,0,-1--1--1,,1|(475,210)|
1,24,11,3,1,0,0,0,0,128,0,-1--1--1,,1|(180,130)|
1,25,4,6,1,0,0,0,0,128,0,-1--1--1,,1|(300,26)|
1,26,7,9,1,0,0,0,0,128,0,-1--1--1,,1|(540,26)|
1,27,7,11,1,0,0,0,0,128,0,-1--1--1,,1|(400,140)|
1,28,14,11,1,0,0,0,0,128,0,-1--1--1,,1|(470,165)|
1,29,11,13,1,0,0,0,0,128,0,-1--1--1,,1|(390,215)|
1,30,14,13,1,0,0,0,0,128,0,-1--1--1,,1|(560,250)|
1,31,15,11,1,0,0,0,0,128,0,-1--1--1,,1|(230,200)|
"""
SMALL_LOOPS = """title: Loops
levers_at_maximum_from: 5
times: [1]
loops:
  - id: R1
    title: Growth
    title_zh: 增长
    polarity: reinforcing
    path: [routes_open, demand, planning, routes_planned, opening]
"""


def routes_study(folder: Path, model: str = SMALL_MODEL, loops: str = SMALL_LOOPS) -> OpenStudy:
    """Write a small study, told by the study.yaml of the repository; without loops if empty."""
    (folder / "model").mkdir()
    (folder / "model" / "routes.mdl").write_text(model, encoding="utf-8")
    if loops:
        (folder / "model" / "loops.yaml").write_text(loops, encoding="utf-8")
    told = (open_study().folder / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(told, encoding="utf-8")
    return OpenStudy(folder)


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> OpenStudy:
    return routes_study(tmp_path_factory.mktemp("small"))
