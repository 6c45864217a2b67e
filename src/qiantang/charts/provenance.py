"""Where a chart's numbers come from: the dict that travels with it, and its words in the footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from qiantang.charts import figures
from qiantang.ensemble.provenance import (
    changes_of,
    digests_of,
    origin_of,
    rules_of,
    titles_of,
    vintages_of,
    worlds_of,
)
from qiantang.fits import text_digest
from qiantang.wording.changed import changes_said
from qiantang.wording.figures import whole
from qiantang.wording.ruled import rule_said

if TYPE_CHECKING:
    from qiantang.ensemble.provenance import Ruled
    from qiantang.ensemble.runs import Runs
    from qiantang.plan.targets import Target
    from qiantang.study import Study
    from qiantang.wording import Sentences, Wording

#: Length of a digest in a footer; the whole one stands with the results.
_SHORT = 12
#: Length where several stand in a row.
_SHORTER = 8


def source_of_runs(runs: Runs, scenarios: Sequence[str]) -> dict[str, str]:
    """Return program, model, fit, members, seed, vintages, evidence, and the scenarios drawn."""
    made = origin_of(runs.dataset)
    vintages = vintages_of(runs.dataset)
    hashes = digests_of(runs.dataset)
    return {
        "qiantang": made.qiantang,
        "study": made.study,
        "model": made.model_sha256[:_SHORT],
        "fit": made.fit,
        "members": str(runs.dataset.sizes["member"]),
        "seed": str(made.seed),
        "vintages": ", ".join(f"{name}: {vintages[name]}" for name in scenarios),
        "scenarios": ", ".join(
            f"{name} {sha[:_SHORTER]}" for name, sha in hashes.items() if name in scenarios
        ),
        "evidence": runs.study.evidence.sha256[:_SHORT],
    }


def source_of_study(study: Study) -> dict[str, str]:
    """Return program and model of a chart that needs no run."""
    return {
        "qiantang": version("qiantang"),
        "study": study.model_file.stem,
        "model": text_digest(study.model_file)[:_SHORT],
    }


def source_of_members(study: Study, members: int, seed: int) -> dict[str, str]:
    """Return the same with the members of a fit that a chart rests on."""
    more = {"fit": study.fit.record.version, "members": str(members), "seed": str(seed)}
    return source_of_study(study) | more


def source_line(source: dict[str, str], words: Sentences) -> str:
    """Return the source as a footer says it."""
    blanks = {
        "version": source["qiantang"],
        "study": source["study"],
        "hash": source["model"],
        "fit": source.get("fit", ""),
        "seed": source.get("seed", ""),
        "members": count(source.get("members", "0"), words),
    }
    if "fit" not in source:
        return words.phrase("footer.model", **blanks)
    sentences = [words.phrase("footer.source", **blanks)]
    if source.get("scenarios"):
        sentences.append(words.phrase("footer.scenarios", scenarios=source["scenarios"]))
    return joined(sentences, words)


def notes_of_runs(
    runs: Runs, scenarios: Sequence[str], words: Wording, key: str, alone: str = ""
) -> list[str]:
    """Return the sentences below a chart of runs: its members, those lost, the drivers' vintages.

    Parameters
    ----------
    key, alone : str
        Phrase of the first sentence, and the one where there is a single member.
    """
    members = runs.dataset.sizes["member"]
    first = alone if alone and members == 1 else key
    notes = [words.phrase(first, members=count(members, words))]
    gone = figures.diverged(runs, scenarios)
    notes += [words.phrase("footer.diverged", diverged=gone)] if gone else []
    return [*notes, vintage_sentence(runs, scenarios, words)]


def vintage_sentence(runs: Runs, scenarios: Sequence[str], words: Wording) -> str:
    """Return the sentence that names the drivers' vintages."""
    worlds = worlds_of(runs.dataset)
    groups: dict[str, list[str]] = {}
    for name in scenarios:
        groups.setdefault(worlds[name], []).append(runs_title(runs, words, name))
    if len(groups) == 1:
        said = world_words(next(iter(groups)), words)
    else:
        said = words.phrase("semicolon").join(
            words.phrase(
                "vintage.of",
                vintage=world_words(world, words),
                scenarios=words.phrase("and").join(
                    words.phrase("quoted", text=title) for title in titles
                ),
            )
            for world, titles in groups.items()
        )
    sentences = [words.phrase("footer.vintages", vintages=said)]
    own = {name: changed for name, changed in changes_of(runs.dataset).items() if name in scenarios}
    for changed in dict.fromkeys(own.values()):
        titles = [runs_title(runs, words, name) for name, one in own.items() if one == changed]
        named = words.phrase("and").join(words.phrase("quoted", text=title) for title in titles)
        told = changes_said(changed, words)
        sentences.append(words.phrase("footer.changes", scenarios=named, changes=told))
    shown = {name: runs_title(runs, words, name) for name in scenarios}
    sentences += rule_sentences(rules_of(runs.dataset), shown, words)
    return joined(sentences, words)


def rule_sentences(
    rules: Mapping[str, Sequence[Ruled]], titles: Mapping[str, str], words: Wording
) -> list[str]:
    """Return a sentence for each scenario whose levers answer, by its title."""
    return [
        words.phrase(
            "footer.rules",
            scenario=words.phrase("quoted", text=title),
            rules=words.phrase("semicolon").join(
                rule_said(one.when, one.levers, words, one.met) for one in rules[name]
            ),
        )
        for name, title in titles.items()
        if name in rules
    ]


def world_words(world: str, words: Wording) -> str:
    """Return in words what a world is to the study."""
    if world in ("mixed", "own"):
        return words.phrase(f"vintage.{world}")
    title = words.of(getattr(words.study.about.vintages, world), "title")
    return words.phrase(f"vintage.{world}", title=title)


def place_of(runs: Runs, scenario: str) -> int:
    """Return the place of a scenario in its run: one colour in every chart of the run."""
    return list(map(str, runs.dataset.scenario.values)).index(scenario)


def runs_title(runs: Runs, words: Wording, scenario: str) -> str:
    """Return the title of a scenario of a run in the chart's language."""
    return words.choose(*titles_of(runs.dataset)[scenario])


def years_of(target: Target, words: Wording) -> str:
    """Return the year, or the first and last year, that a target speaks of."""
    years = target.measure.years
    if len(years) == 1:
        return words.phrase("year", year=years[0])
    return words.phrase("years", first=years[0], last=years[-1])


def count(members: object, words: Sentences) -> str:
    """Write a whole number as the language groups it."""
    return whole(int(str(members)), words.lang)


def joined(sentences: list[str], words: Sentences) -> str:
    """Join sentences into one line; English needs a blank between them."""
    return words.gap.join(item for item in sentences if item)
