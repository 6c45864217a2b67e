"""How a study, a scenario, runs and a reach table show themselves, in a terminal and in Jupyter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from qiantang.faults import StudyError
from qiantang.files.markup import element
from qiantang.rendering import (
    block,
    chance,
    facts_html,
    html_table,
    number,
    quiet,
)
from qiantang.wording.language import both, phrase
from qiantang.wording.names import ASSUMED, odds_word

if TYPE_CHECKING:
    from qiantang.ensemble.reach import Reach, Row
    from qiantang.ensemble.runs import Runs
    from qiantang.scenario import Lever, Scenario
    from qiantang.study import Study

#: Most scenarios whose medians stand beside the probabilities; more would not fit a screen.
SIDE_BY_SIDE = 2
#: Most names listed in a line of text.
LISTED = 8


def study_text(study: Study) -> str:
    """Return a study as a few lines of text."""
    names = study.scenario_names()
    facts = [(label, _or_faults(tell)) for label, tell in _study_facts(study)]
    facts.append(("scenarios", f"{len(names)}: {', '.join(names)}"))
    facts.append(("next", _or_faults(lambda: _next(study))))
    return "\n".join([f"Study {study.model_file.stem}", *_aligned(facts)])


def study_html(study: Study) -> str:
    """Return a study as HTML: facts, then its scenarios."""
    facts = [(label, _or_faults(tell)) for label, tell in _study_facts(study)]
    rows = []
    for name in study.scenario_names():
        try:
            one = study.scenario(name)
        except StudyError as error:
            rows.append((name, _faults(error), "", "", ""))
            continue
        rows.append((name, one.title, one.title_zh, str(len(one.levers)), _world(one)))
    head = ("scenario", *both("display.title"), "levers set", "drivers")
    return block(
        f"Study {study.model_file.stem}", facts_html(facts), html_table(head, rows, right={3})
    )


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as a few lines of text."""
    title = f"Scenario {scenario.name}: {scenario.title}  {scenario.title_zh}".rstrip()
    rows = [(name, *_lever_cells(lever)) for name, lever in scenario.levers.items()]
    lines = [title, *_aligned(_scenario_facts(scenario))]
    return "\n".join([*lines, *_aligned(rows)])


def scenario_html(scenario: Scenario) -> str:
    """Return a scenario as HTML: its question, then the paths of its levers."""
    rows = [(name, *_lever_cells(lever), lever.note) for name, lever in scenario.levers.items()]
    head = ("lever", "path", "between", "articles", "reading", "note")
    table = html_table(head, rows) if rows else element("p", None, "No lever moves.")
    title = f"{scenario.name}: {scenario.title} {scenario.title_zh}".rstrip()
    return block(title, facts_html(_scenario_facts(scenario)), table)


def runs_text(runs: Runs) -> str:
    """Return runs as a few lines of text: what was run, what was saved, from what."""
    names = _variables(runs)
    listed = ", ".join(names[:LISTED]) + (" ..." if len(names) > LISTED else "")
    facts = [
        ("saved", f"{len(names)} variables: {listed}"),
        ("made from", _made_from(runs)),
        ("next", f"runs.reach(), runs[{names[0]!r}], runs.dataset" if names else "runs.dataset"),
    ]
    return "\n".join([_runs_title(runs), *_aligned(_run_rows(runs)), *_aligned(facts)])


def runs_html(runs: Runs) -> str:
    """Return runs as HTML: the scenarios, and the variables folded away."""
    head = ("scenario", *both("display.title"), "drivers", "diverged")
    rows = []
    for name in _variables(runs):
        attrs = runs.dataset[name].attrs
        words = (attrs.get("units", ""), attrs.get("figure", ""), attrs.get("long_name", ""))
        rows.append((name, *map(str, words), str(attrs.get("long_name_zh", ""))))
    variables = html_table(("variable", "unit", "figure", *both("display.meaning")), rows)
    return block(
        _runs_title(runs),
        html_table(head, _run_rows(runs, "0"), right={4}),
        element("details", None, element("summary", None, f"{len(rows)} variables"), variables),
        quiet(_made_from(runs)),
    )


def reach_text(reach: Reach) -> str:
    """Return a reach table as text: a line for each target, probabilities by scenario."""
    scenarios, by_target = _by_target(reach)
    if not scenarios:
        return "Reach: no scenario"
    wide = len(scenarios) <= SIDE_BY_SIDE
    head = ["target", "unit", "threshold", "happened"]
    for place in range(1, len(scenarios) + 1):
        head += [f"P [{place}]", "median (5..95 %)"] if wide else [f"[{place}]"]
    rows = []
    for target, cells in by_target.items():
        first = next(iter(cells.values()))
        row = [target, first.unit, number(first.threshold), number(first.actual)]
        for name in scenarios:
            row += [_odds(cells[name])]
            row += [_spread(cells[name], "..")] if wide else []
        rows.append(row)
    lines = ["Reach: probability P that a target is reached"]
    lines += _lines(head, rows, set(range(2, len(head))))
    lines += [f"[{place}] {name}" for place, name in enumerate(scenarios, start=1)]
    return "\n".join(lines + _reach_notes(reach))


def reach_html(reach: Reach) -> str:
    """Return a reach table as HTML: probabilities as bars behind the numbers."""
    scenarios, by_target = _by_target(reach)
    wide = len(scenarios) <= SIDE_BY_SIDE
    head = ["art.", "target", "unit", "threshold", "happened"]
    for name in scenarios:
        title = " ".join(filter(None, reach.titles.get(name, ()))) or name
        head += [f"P: {title}", "median (5 to 95 %)"] if wide else [title]
    rows, bars = [], {}
    for place, (target, cells) in enumerate(by_target.items()):
        first = next(iter(cells.values()))
        title = " ".join(filter(None, reach.titles.get(target, ()))) or target
        row = [str(first.article), title, first.unit, number(first.threshold), number(first.actual)]
        for name in scenarios:
            bars[place, len(row)] = cells[name].probability
            row += [_odds(cells[name])]
            row += [_spread(cells[name])] if wide else []
        rows.append(row)
    table = html_table(head, rows, right=set(range(3, len(head))), bars=bars)
    notes = map(quiet, _reach_notes(reach))
    return block(" ".join(both("display.reach")), table, *notes)


def _odds(row: Row) -> str:
    """Write the odds of a row: in a word where its level is assumed."""
    if row.grade != ASSUMED:
        return chance(row.probability)
    return phrase(f"odds.{odds_word(row.probability)}", "en")


def _lines(
    head: Sequence[str] | None, rows: Iterable[Sequence[str]], right: Collection[int] = ()
) -> list[str]:
    """Return a table as text; its writer is loaded when the first is shown."""
    from qiantang.files.tables import text_table

    return text_table(head, rows, right)


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return texts below each other, a little to the right."""
    return [f"  {line}" for line in _lines(None, rows)]


def _or_faults(tell: Callable[[], str]) -> str:
    try:
        return tell()
    except StudyError as error:
        return _faults(error)


def _faults(error: StudyError) -> str:
    count = len(error.faults)
    return f"{count} {'fault' if count == 1 else 'faults'}, qiantang check tells where"


def _next(study: Study) -> str:
    return f"study.run([{study.about.scenarios.full!r}]).reach(), study.deck()"


def _study_facts(study: Study) -> list[tuple[str, Callable[[], str]]]:
    def model() -> str:
        start, end = study.vocabulary.time
        return f"{len(study.dictionary)} variables, {start:g} to {end:g}"

    def plan() -> str:
        plan = study.plan
        levers, articles = len(study.vocabulary.levers), len(plan.articles.articles)
        return f"{articles} articles, {len(plan.targets.targets)} targets, {levers} levers"

    def evidence() -> str:
        series = study.evidence.series.values()
        figures = sum(len(one.used) for one in series)
        return f"{figures} figures in {len(series)} series, {len(study.drivers.names)} drivers"

    def fit() -> str:
        if not study.has_fit():
            return "none yet, run: qiantang calibrate"
        record = study.fit.record
        return f"{record.version}, {record.members:,} members, sees until {record.sees_until:g}"

    return [("model", model), ("plan", plan), ("evidence", evidence), ("fit", fit)]


def _scenario_facts(scenario: Scenario) -> list[tuple[str, str]]:
    asked = zip(both("display.question"), (scenario.question, scenario.question_zh), strict=True)
    facts = [(label, text) for label, text in asked if text]
    if len(scenario.files) > 1:
        facts.append(("based on", " <- ".join(path.stem for path in scenario.files[1:])))
    facts.append(("drivers", _vintages(scenario)))
    facts += [("note", " ".join(scenario.note.split()))] if scenario.note else []
    facts += [("rule", f"{', '.join(rule.levers)} where {rule.when.told()}")
              for rule in scenario.rules]  # fmt: skip
    return [*facts, ("levers", str(len(scenario.levers) or "none moves"))]


def _vintages(scenario: Scenario) -> str:
    others = [f"{name} {v}" for name, v in scenario.drivers.items() if v != scenario.vintage]
    return ", ".join([scenario.vintage, *others, *scenario.changes.told()])


def _world(scenario: Scenario) -> str:
    """Return the vintage, and how many drivers run at the other one."""
    others = sum(vintage != scenario.vintage for vintage in scenario.drivers.values())
    more = f", {others} driver{'s' if others > 1 else ''} of another" if others else ""
    own = ", the user's world" if scenario.changes else ""
    return scenario.vintage + more + own


def _lever_cells(lever: Lever) -> tuple[str, str, str, str]:
    path = " -> ".join(f"{value:g} in {time:g}" for time, value in lever.path.items())
    return path, lever.between, f"art. {', '.join(map(str, lever.cites))}", lever.reading


def _variables(runs: Runs) -> list[str]:
    return [str(name) for name in runs.dataset.data_vars if name != "diverged"]


def _runs_title(runs: Runs) -> str:
    sizes, years = runs.dataset.sizes, runs.dataset.time.to_numpy()
    span = f", {years[0]:g} to {years[-1]:g}" if len(years) else ""
    plural = "" if sizes["scenario"] == 1 else "s"
    return f"Runs of {sizes['scenario']} scenario{plural}, {sizes['member']:,} members{span}"


def _run_rows(runs: Runs, none: str = "") -> list[tuple[str, ...]]:
    from qiantang.ensemble.provenance import titles_of, vintages_of

    data = runs.dataset
    names = list(map(str, data.scenario.values))
    vintages, titles = vintages_of(data), titles_of(data)
    diverged = data["diverged"].sum("member").to_numpy() if "diverged" in data else [0] * len(names)
    words = [str(int(n)) if none else f"{int(n)} diverged" if n else "" for n in diverged]
    drivers = [vintages[n] if none else f"drivers {vintages[n]}" for n in names]
    return [(name, *titles[name], *rest) for name, *rest in zip(names, drivers, words, strict=True)]


def _made_from(runs: Runs) -> str:
    from qiantang.ensemble.provenance import origin_of

    made = origin_of(runs.dataset)
    return f"fit {made.fit}, seed {made.seed}, engine {made.engine}, model {made.model_sha256[:12]}"


def _by_target(reach: Reach) -> tuple[list[str], dict[str, dict[str, Row]]]:
    scenarios = list(dict.fromkeys(row.scenario for row in reach.rows))
    by_target: dict[str, dict[str, Row]] = {}
    for row in reach.rows:
        by_target.setdefault(row.target, {})[row.scenario] = row
    return scenarios, by_target


def _spread(row: Row, between: str = " to ") -> str:
    return f"{number(row.median)} ({number(row.p05)}{between}{number(row.p95)})"


def _reach_notes(reach: Reach) -> list[str]:
    notes = {
        f"{row.scenario}: {row.diverged} of {row.members} members diverged and are left out"
        for row in reach.rows if row.diverged
    }  # fmt: skip
    members = sorted({row.members for row in reach.rows})
    size = f"{' or '.join(f'{n:,}' for n in members)} members" if members else ""
    worlds: dict[str, dict[str, None]] = {}
    for row in reach.rows:
        worlds.setdefault(row.vintage, {})[row.scenario] = None
    if len(worlds) < 2:
        drivers = "".join(worlds)
    else:
        drivers = "; ".join(f"{world} in {', '.join(names)}" for world, names in worlds.items())
    return [f"{size}; vintage of the drivers: {drivers}", *sorted(notes)] if reach.rows else []
