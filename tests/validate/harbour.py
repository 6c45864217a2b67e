"""A small study, whole and sound, and a way to break one thing in it at a time.

A harbour takes ships; its quay is built out where it is crowded, and its name grows with traffic.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from qiantang.engine import load_model
from qiantang.evidence.drivers import read_drivers
from qiantang.evidence.lookups import write_driver_lookups
from qiantang.fits import FitRecord, save_fit
from qiantang.meaning import meaning_digest
from qiantang.model.figures import Figure, outputs_of, read_figures, times_of
from qiantang.plan.articles import draft_text, read_articles
from qiantang.session import open_study
from qiantang.study import Study
from qiantang.studyfile import StudyFile, read_study
from qiantang.validate.ground import Ground

MEMBERS = 40
Change = Callable[[str], str]
Broken = Callable[[Mapping[str, Change]], Ground]


def build(
    folder: Path,
    changes: Mapping[str, Change] | None = None,
    files: Mapping[str, str] | None = None,
    later: int = 0,
) -> Study:
    """Write the study into an empty folder, each file as a change makes it.

    Parameters
    ----------
    folder : Path
    changes : mapping of str to callable, optional
        File name, such as ``model/harbour.mdl``, to what is done to its text.
    files : mapping of str to str, optional
        In place of the files below.
    later : int
        Years by which the figures come later. [Year]
    """
    changes = dict(changes or {})
    for name, text in (files or FILES).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changes.get(name, str)(text), encoding="utf-8", newline="\n")
    evidence = folder / "calibration" / "evidence"
    about = read_study(folder)
    _write_drivers(evidence, about, later)
    write_driver_lookups(
        folder / "model" / "harbour.mdl", read_drivers(evidence, about), force=True
    )
    articles = folder / "scenarios" / "plan" / "articles.yaml"
    _sign(articles)
    text = changes.get("calibration/evidence/observations.csv", str)(_observations(folder, later))
    _write_raw(evidence / "observations.csv", text)
    study = open_study(folder)
    add_fit(study, later=later)
    return study


def add_fit(
    study: Study, version: str = "one", shift: float = 0.0, inputs: bool = True, later: int = 0
) -> None:
    """Save a fit of draws about the prior's centre, or so many of its sd away from it."""
    rng = np.random.default_rng(7)
    z = 0.1 * study.priors.draw(MEMBERS, rng) + shift
    times = np.arange(2000.0, 2026.0) + 0.5 + later
    paths = {"trade_innovation": 0.005 * rng.standard_normal((MEMBERS, len(times)))}
    made_from = meaning_digest(study.folder / "calibration" / "priors.yaml")
    record = FitRecord(
        version=version, method="drawn about the centre", members=MEMBERS, seed=1,
        sees_until=2018.0 + later, model=study.model_meaning,
        inputs={"priors.yaml": made_from} if inputs else {}, plan={}, drift={},
        diagnostics={}, runs=0, files={},
    )  # fmt: skip
    folder = study.folder / "calibration" / "fits" / version
    save_fit(folder, record, study.priors.as_parameters(z), times, paths, {})


def _write_raw(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + ".meta.yaml").write_text(
        f'title: T\nproducer: P\ndate_compiled: "2026-01-01"\nlicense: L\nsha256: {digest}\n',
        encoding="utf-8",
    )


def _write_drivers(folder: Path, about: StudyFile, later: int) -> None:
    rows = [
        ["world_trade", about.actual, year + later, f"{100 * 1.04 ** (year - 2000):.4f}",
         "documented", "Yearbook", "page 1", ""]
        for year in range(2000, 2018)
    ]  # fmt: skip
    heads = ["driver", "vintage", "year", "value", "grade", "source", "reference", "note"]
    _write_raw(folder / "drivers.csv", _csv([heads, *rows]))


def _observations(folder: Path, later: int) -> str:
    """Return what the model itself says, with small errors that do not repeat."""
    program = load_model(folder / "model" / "harbour.mdl", use_cache=False)
    years = [year + later for year in range(2003, 2018)]
    figures = [Figure("ships", "yearly_total", year) for year in years]
    figures += [Figure("quay", "year_end", year) for year in years]
    step = program.time_step
    result = program.run(outputs_of(figures), times_of(figures, step), engine="numpy")
    values = read_figures(figures, result.values, result.names, result.times, step)[:, 0]
    errors = 0.01 * np.random.default_rng(3).standard_normal(len(values))
    heads = ["series", "year", "value", "low", "high", "form", "unit", "grade", "source",
             "reference", "note", "use"]  # fmt: skip
    units = {"ships": "kship/Year", "quay": "km"}
    rows = [
        [figure.variable, int(figure.year), f"{value * np.exp(error):.6f}", "", "", "exact",
         units[figure.variable], "documented", "Yearbook", "page 2", "", "yes"]
        for figure, value, error in zip(figures, values, errors, strict=True)
    ]  # fmt: skip
    return _csv([heads, *rows])


def _csv(rows: list[list[object]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _sign(path: Path) -> None:
    """Write the digest of the articles' words."""
    import qiantang.plan.articles as home

    text = path.read_text(encoding="utf-8")
    try:
        read_articles(path)
    except home.StudyError as error:
        found = str(error).rsplit(" ", 1)[1]
        path.write_text(text.replace("0" * 64, found), encoding="utf-8", newline="\n")
    assert draft_text(read_articles(path))


def _entry(name: str, equation: str, unit: str, meaning: str) -> str:
    return f"{name}=\n\t{equation}\n\t~\t{unit}\n\t~\t{meaning}\n\t|\n\n"


def _group(name: str) -> str:
    stars = "*" * 56
    return f"{stars}\n\t.{name}\n{stars}~\n\t\t{name}.\n\t|\n\n"


MODEL = "{UTF-8}\n" + "".join([
    _group("Control"),
    _entry("INITIAL TIME", "2000", "Year", "Start."),
    _entry("FINAL TIME", "2026", "Year", "End."),
    _entry("TIME STEP", "0.015625", "Year", "Step."),
    _entry("SAVEPER", "TIME STEP", "Year", "Saved."),
    _group("Levers"),
    _entry("Dredging", "0.0", "Dmnl [0,1]", "Lever: 0 as today, 1 all of it."),
    _entry("Promotion", "0.0", "Dmnl [0,1]", "Lever: 0 as today, 1 all of it."),
    _group("Drivers"),
    _entry("World trade", "WITH LOOKUP (Time, (\n\t\t(2000,1),(2026,2)))", "kship/Year [0,?]",
           "Driver: ships under way."),
    _group("Innovations"),
    _entry("Trade innovation", "0.0", "Dmnl [-3,3]", "Log deviation of ships."),
    _group("Harbour"),
    _entry("Port share", "0.05", "Dmnl [0.001,0.5]", "Share of ships at the start."),
    _entry("Depth gain", "0.4", "Dmnl [0,2]", "More ships where it is dredged."),
    _entry("Promotion gain", "0.1", "Dmnl [0,2]", "More ships where it is promoted."),
    _entry("Ships wanted", "World trade * Port share * Name^Name power * (1 + Depth gain * "
           "Dredging + Promotion gain * Promotion) * EXP(Trade innovation)",
           "kship/Year [0,?]", "Ships that would call."),
    _entry("Ships a km", "1.0", "kship/(Year*km) [0.1,100]", "Ships that a km of quay takes."),
    _entry("Limit", "Quay * Ships a km", "kship/Year [0,?]", "Ships that the quay takes."),
    _entry("Ships", "Ships wanted / (1 + Ships wanted / Limit)", "kship/Year [0,?]",
           "Ships that call."),
    _entry("Crowding", "Ships wanted / Limit", "Dmnl [0,?]", "Ships wanted for the room."),
    _entry("Building rate", "0.08", "1/Year [0,1]", "Part of the quay built a year if full."),
    _entry("Building", "Quay * Building rate * Crowding", "km/Year [0,?]", "Quay built."),
    _entry("Decay", "Quay / Quay life", "km/Year [0,?]", "Quay lost."),
    _entry("Quay life", "30.0", "Year [5,100]", "Life of a quay."),
    _entry("Initial quay", "8.0", "km [1,50]", "Quay at the start of 2000."),
    _entry("Quay", "INTEG(Building - Decay, Initial quay)", "km [0,?]", "Quay."),
    _entry("Name power", "0.3", "Dmnl [0,1]", "Ships to the name."),
    _entry("Name time", "4.0", "Year [1,20]", "Time in which a name spreads."),
    _entry("Reference ships", "3.0", "kship/Year [0.1,100]", "Ships in 2000."),
    _entry("Name change", "(Ships / Reference ships - Name) / Name time", "1/Year", "Spread."),
    _entry("Name", "INTEG(Name change, 1.0)", "Dmnl [0,?]", "Name of the harbour."),
    _entry("Ships sum", "INTEG(Ships, 0.0)", "kship [0,?]", "Sum of ships since 2000."),
    _entry("Ships tally", "Ships sum + Ships * TIME STEP / 2", "kship [0,?]",
           "Sum by the trapezoid rule."),
]) + "\\\\\\---/// Sketch information - do not modify anything except names\n"  # fmt: skip


def _prior(name: str, unit: str, central: float) -> str:
    return (
        f"{name}:\n  unit: {unit}\n  distribution: lognormal\n  central: {central}\n"
        f"  p05: {0.8 * central:g}\n  p95: {1.25 * central:g}\n  grade: data\n"
        "  source: Yearbook, page 3\n  known: 2011-05\n"
    )


PRIORS = "".join([
    _prior("port_share", "Dmnl", 0.05), _prior("depth_gain", "Dmnl", 0.4),
    _prior("promotion_gain", "Dmnl", 0.1), _prior("ships_a_km", "kship/(Year*km)", 1.0),
    _prior("building_rate", "1/Year", 0.08), _prior("quay_life", "Year", 30.0),
    _prior("initial_quay", "km", 8.0), _prior("name_power", "Dmnl", 0.3),
    _prior("name_time", "Year", 4.0), _prior("reference_ships", "kship/Year", 3.0),
])  # fmt: skip


def _scenario(title: str, levers: str) -> str:
    return (
        f"title: {title}\ntitle_zh: 港口\nquestion: What then?\nquestion_zh: 如何？\n"
        f"base: null\nlevers: {levers}\n"
    )


def _lever(name: str, value: float) -> str:
    return (
        f"\n  {name}:\n    unit: Dmnl\n    path: {{2018.5: 0, 2019.0: {value}}}\n"
        "    between: ramp\n    cites: [2]\n    reading: assumed\n    note: Half a year."
    )


STUDY = """\
title: A harbour
title_zh: 港口
plan: {base_year: 2017, date: 2018.5, when: June 2018, when_zh: 2018年6月}
vintages:
  known: {name: "2018", title: as known in June 2018, title_zh: 2018年6月所知, short: "2018"}
  actual: {name: actual, title: as it happened, title_zh: 如实发生, short: actual}
scenarios: {base: today, full: full}
drivers: {first: 1999, last: 2026}
charts: {first: 2005, last: 2022, year: 2020}
deck: {first: 2008, last: 2022}
hindcasts: {first: 2009, last: 2018}
"""

FILES = {
    "study.yaml": STUDY,
    "model/harbour.mdl": MODEL,
    "model/headlines.yaml": "variables: [ships, quay, name]\n",
    "model/checks.yaml": """\
title: What must hold
checks:
  - id: no_room
    statement: Never more ships than the quay takes.
    kind: reality
    then: [{variable: ships, must: at_most, than: limit}]
  - id: no_trade
    statement: No trade, no ships.
    kind: extreme
    given: {world_trade: {set: 0}}
    then: [{variable: ships, must: equal, than: 0}]
  - id: stocks
    statement: A stock changes by its flows.
    kind: conservation
    then:
      - {variable: quay, must: conserve, inflows: [building], outflows: [decay]}
      - {variable: name, must: conserve, inflows: [name_change]}
      - {variable: ships_sum, must: conserve, inflows: [ships]}
""",
    "model/loops.yaml": """\
title: Loops
levers_at_maximum_from: 2018.5
times: [2005, 2015, 2022]
loops:
  - {id: R1, title: Name, title_zh: 名声, polarity: reinforcing,
     path: [name, ships_wanted, ships, name_change]}
  - {id: B1, title: Room, title_zh: 岸线, polarity: balancing,
     path: [quay, limit, crowding, building]}
""",
    "scenarios/today.yaml": _scenario("As today", "{}"),
    "scenarios/dredge.yaml": _scenario("Dredge", _lever("dredging", 0.5)),
    "scenarios/full.yaml": _scenario("All", _lever("dredging", 1) + _lever("promotion", 1)),
    "scenarios/plan/articles.yaml": f"""\
source: {{title: A draft, title_zh: 草案, issuer: 市政府, date: 2018-06, status: draft,
  language: zh}}
title_block: 草案
opening: {{quote: 现提出意见。, translation: Opinions.}}
sha256: "{"0" * 64}"
chapters: [{{number: 1, title_zh: 总则, title: General, heading: inferred}}]
articles:
  - {{number: 1, chapter: 1, title: Aim, title_zh: 目标, quote: (一)目标。到港船舶达到一千艘次。,
     translation: Reach it., kind: goal, modelled: false, why_not: Gives the aim only.,
     targets: [ships, quay], source: draft, page: article 1}}
  - {{number: 2, chapter: 1, title: Dredge, title_zh: 疏浚, quote: (二)疏浚。,
     translation: Dredge., kind: substantive, modelled: true, levers: [dredging, promotion],
     variables: [ships_wanted], delay_years: [0.5, 1, 2], source: draft, page: article 2}}
""",
    "scenarios/plan/targets.yaml": """\
note: Two promises.
targets:
  - {id: ships, title: Ships, title_zh: 船舶, article: 1, quote: 到港船舶达到一千艘次,
     unit: kship/Year, threshold: 6, sense: at_least,
     measure: {kind: yearly_total, variable: ships, years: [2020]},
     happened: {series: ships, years: [2020]}, note: Reach.}
  - {id: quay, title: Quay, title_zh: 岸线, article: 1, quote: 到港船舶达到一千艘次,
     unit: km, threshold: 10, sense: at_least,
     measure: {kind: year_end, variable: quay, years: [2022]},
     happened: {series: quay, years: [2022]}, note: Reach.}
""",
    "calibration/priors.yaml": PRIORS,
    "calibration/discrepancy.yaml": "ships: {innovation: trade_innovation, sign: 1, "
    "yearly_sd: [0.02, 0.1], persistence: [0.5, 0.9], grade: data, known: 2018-01}\n",
    "calibration/evidence/grades.yaml": "documented: {log_sd: 0.01, reason: stands in it}\n",
    "calibration/evidence/series.yaml": "".join(
        f"{name}: {{title: {name.title()}, title_zh: 港, unit: {unit}, variable: {name}, "
        f"kind: {kind}, role: fit, basis: counted}}\n"
        for name, unit, kind in (
            ("ships", "kship/Year", "yearly_total"),
            ("quay", "km", "year_end"),
        )
    ),
    "calibration/evidence/drivers.yaml": """\
drivers:
  world_trade:
    title: World trade
    title_zh: 世界贸易
    unit: kship/Year
    between: mid_year
    projection_2018:
      - {from: 2018, to: 2026, growth: 0.03, sd: 0.02, grade: extrapolation, source: us,
         reference: none}
    projection_actual:
      - {from: 2018, to: 2026, growth: 0.03, sd: 0.02, grade: extrapolation, source: us,
         reference: none}
""",
}
