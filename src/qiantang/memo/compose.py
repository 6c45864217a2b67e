"""Compose a memo: facts and charts into a template, the filled-in text into a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiantang.charts import Chart
from qiantang.ensemble.provenance import vintages_of, worlds_of
from qiantang.faults import Fault, StudyError
from qiantang.memo.document import Document, Number, inlines
from qiantang.memo.facts import TargetFacts
from qiantang.memo.look import read_look
from qiantang.memo.markup import read_markup
from qiantang.memo.method import CountFacts, DecisiveFacts, MethodFacts
from qiantang.memo.outcomes import outcomes_of
from qiantang.memo.reference import check_reference
from qiantang.memo.registry import quoted
from qiantang.memo.scenarios import ScenarioFacts
from qiantang.memo.teller import Teller
from qiantang.memo.template import check_template, fill, template_files
from qiantang.memo.trust import TrustFacts
from qiantang.memo.why import why_facts
from qiantang.memo.worlds import Worlds, read_scenarios, run_worlds
from qiantang.memo.worth import WorthFacts, worth_table
from qiantang.wording import check_language
from qiantang.wording.figures import LETTERS, day

if TYPE_CHECKING:
    from qiantang.policy.levertable import LeverTable
    from qiantang.scenario import Scenario
    from qiantang.study import Study
    from qiantang.studyfile import StudyFile
    from qiantang.sweep.named import Named
    from qiantang.wording import Language, Wording

#: Fan charts in a memo.
FANS = 3
#: Kinds of target of which a fan can be drawn: their figure is one of a series.
_SERIES = ("yearly_total", "year_end", "sum_of_years")


def make_memo(
    study: Study,
    scenarios: Sequence[Named],
    *,
    lang: str = "en",
    members: int = 1000,
    seed: int = 1,
    dated: date | None = None,
    templates: Path | None = None,
    reference: Path | None = None,
    where: Mapping[str, str] | None = None,
    why: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Document:
    """Make a memo of scenarios.

    Parameters
    ----------
    study : Study
    scenarios : sequence of str
        Names, files, or folders of sweeps; the findings speak of the last, and hold it against the
        first.
    lang : {"en", "zh"}
    members, seed : int
    dated : date, optional
        Printed under the title; without one the memo bears the name of the fit.
    templates : Path, optional
        Folder with templates of one's own.
    reference : Path, optional
        Document of Word whose styles a .docx takes, in place of the set's.
    where : mapping of str to str, optional
        Axis of a sweep to the value that its points must have.
    why : bool
        Also score the feedback loops of the key targets and say which is the strongest.
    progress : callable
        Told each scenario, then each lever, before it runs.

    Returns
    -------
    Document
        Written by `qiantang.memo.writing.write_memo`.

    Raises
    ------
    StudyError
        Unknown scenario or language; a fault of the template or the reference document.
    """
    tongue = check_language(lang)
    files = template_files(study.folder, templates)
    look = read_look(files["look.yaml"], tongue)
    template = files[f"memo.{tongue}.md"]
    check_template(template)
    styled = reference or files[f"reference.{tongue}.docx"]
    check_reference(styled)
    read = _lettered(read_scenarios(study, scenarios, where), tongue)
    worlds = run_worlds(study, read, members, seed, progress)
    worth = worth_table(study, members, seed, progress)
    teller = Teller(worlds, tongue)
    values, charts = _facts(worlds, teller, worth)
    values["why"] = why_facts(key_targets(values["targets"]), teller, progress) if why else []
    values |= {"dated": day(dated, tongue) if dated else "", "register": teller.registry.entries}
    title, blocks = read_markup(fill(template, values), charts, template)
    said = {one.number for block in blocks for one in inlines(block) if isinstance(one, Number)}
    return Document(
        title,
        tongue,
        blocks,
        tuple(teller.registry.used(said)),
        look,
        styled,
        teller.say("figures"),
        teller.say("tables"),
    )


def _lettered(read: tuple[Scenario, ...], lang: Language) -> tuple[Scenario, ...]:
    """Return the scenarios, or refuse more than there are letters for."""
    if len(read) > len(LETTERS[lang]):
        most = f"{len(read)} scenarios, a memo holds at most {len(LETTERS[lang])}"
        raise StudyError([Fault("scenarios", None, "", most)])
    return read


def _facts(
    worlds: Worlds, teller: Teller, worth: LeverTable | None
) -> tuple[dict[str, Any], dict[str, Chart]]:
    """Return everything that a template may use, and the charts it may show."""
    study, words = worlds.study, teller.words
    vintages, roles = vintages_of(worlds.own.dataset), worlds_of(worlds.own.dataset)
    scenarios = tuple(
        ScenarioFacts(one, letter, teller, vintages[one.name], roles[one.name])
        for one, letter in zip(worlds.scenarios, LETTERS[teller.lang], strict=False)
    )
    targets = tuple(TargetFacts(target, scenarios, teller) for target in study.plan.targets.targets)
    charts = {"board": worlds.own.chart.board(lang=teller.lang)}
    decisive = []
    for one in decisive_targets(targets):
        chart = worlds.own.chart.fan(one.target.measure.variable, lang=teller.lang)
        charts[one.id] = chart
        decisive.append(DecisiveFacts(one, one.id, chart, _doubt(worlds, one, teller.lang)))
    source = study.plan.articles.source
    return {
        "lang": teller.lang,
        "study": _study_facts(study.about, words),
        "plan": {
            "title": quoted(words.choose(source.title, source.title_zh)),
            "issuer": quoted(source.issuer),
            "year": teller.when([max(one.target.measure.years[-1] for one in targets)]),
        },
        "scenarios": scenarios,
        "first": scenarios[0],
        "lead": scenarios[-1],
        "targets": targets,
        "decisive": decisive,
        "outcomes": outcomes_of(
            worlds, {one.scenario.name: one.letter for one in scenarios}, teller
        ),
        "counts": CountFacts(targets, teller),
        "worth": worth and WorthFacts(worth, [one.target for one in decisive], teller),
        "trust": TrustFacts(targets, teller),
        "method": MethodFacts(teller),
        "quote": quoted,
    }, charts


def _study_facts(about: StudyFile, words: Wording) -> dict[str, str]:
    """Return what the study says of itself, as it stands in running text."""
    known, actual = about.vintages.known, about.vintages.actual
    said = {
        "when": words.of(about.plan, "when"),
        "issued": words.of(about.plan, "issued"),
        "plan": words.study_blanks["plan"],
        "known": words.of(known, "title"),
        "actual": words.of(actual, "title"),
        "without": words.of(known, "without"),
        "note": words.of(known, "note"),
    }
    return {name: " ".join(text.split()).replace("|", r"\|") for name, text in said.items()}


def decisive_targets(targets: Sequence[TargetFacts], most: int = FANS) -> list[TargetFacts]:
    """Return the targets whose probability moves most over scenarios and worlds, in plan order."""
    drawn = [one for one in targets if one.target.measure.kind in _SERIES]
    first = sorted(drawn, key=lambda one: -one.spread)[:most]
    return [one for one in targets if one in first]


def key_targets(targets: Sequence[TargetFacts]) -> list[TargetFacts]:
    """Return the decisive targets and, of the others drawn, the one least likely to be reached."""
    first = decisive_targets(targets)
    others = [one for one in targets if one.target.measure.kind in _SERIES and one not in first]
    least = sorted(others, key=lambda one: one.lead.chance)[:1]
    return [one for one in targets if one in (*first, *least)]


def _doubt(worlds: Worlds, one: TargetFacts, lang: str) -> str:
    """Return which uncertainties move a target most; empty where too few members tell."""
    try:
        return worlds.own.chart.tornado(one.id, worlds.lead.name, lang=lang).finding
    except StudyError:
        return ""
