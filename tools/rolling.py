"""Whether taking figures in betters forecasts: ``python -m tools.rolling [ORIGIN ...]``.

At each origin of the hindcasts the study is fitted anew to what was complete there. Its members
forecast the two years after the origin's own year, nothing being done: as they are; given what
became of the world outside in the origin's year; and given the city's figures of that year too, as
a review has them on the day when they are out, with weights and with the smoother. Scores are CRPS
of logs, measurement error included. A year of a shock is left out, as on the scoreboard. The last
column holds the weights against a fit that was made anew with the figures of that year.

Ten origins take some ten minutes of a processor. Chains and scores are kept in a folder below
--out for each, so that what was interrupted goes on; a table of those asked for is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qiantang.calibrate.forecast import Refit, refit, refuse_others, usual_error
from qiantang.calibrate.runner import deviating
from qiantang.ensemble.members import Members
from qiantang.ensemble.readout import readout_of
from qiantang.faults import StudyError
from qiantang.files import cache, door, put
from qiantang.model.figures import Figure
from qiantang.review.belief import Belief
from qiantang.review.deviations import deviations_of
from qiantang.review.filter import Filter
from qiantang.review.readings import Known, known_at
from qiantang.review.settings import read_settings
from qiantang.review.world import World
from qiantang.session import open_study
from qiantang.skill.history import truth
from qiantang.skill.scores import crps
from qiantang.skill.settings import SeriesRecord, asked_years, read_series
from qiantang.study import Study

MEMBERS, SEED = 1000, 1
#: Years that are forecast after the origin's own.
YEARS = 2
#: What is held against the members as they are, in the order of the table.
PLAIN, WAYS = "plain", ("weights", "smoother", "world")


def measured(study: Study, origin: float, members: int, seed: int, folder: Path) -> dict[str, Any]:
    """Fit, take figures in and score at one origin.

    Parameters
    ----------
    study : Study
    origin : float
        Figures of the years before it are fitted, those of its year are taken in. [Year]
    members, seed : int
    folder : Path
        Where the chains are kept.

    Returns
    -------
    dict
        Ready for JSON: how many members, what they are worth and why a review would be refused,
        and the cases, each a series and a year with a score a way.
    """
    series = series_of(study)
    asked = asked_cases(study, series, origin)
    fit = refit(study, origin, members, seed, folder)
    tracker = tracker_at(study, fit, origin, tuple(asked.values()), seed)
    beliefs = beliefs_at(tracker, origin)
    judged = beliefs["weights"]
    tail = judged.tail
    return {
        "origin": origin, "asked": members, "members": tracker.members.size, "seed": seed,
        "figures": len(judged.known.readings), "worth": judged.effective,
        "tail": tail if np.isfinite(tail) else None, "refusal": judged.refusal,
        "cases": [
            {"series": name, "year": year, "headline": series[name].headline}
            | scored(study, beliefs, name, figure, origin, seed)
            for (name, year), figure in asked.items()
        ],
    }  # fmt: skip


def series_of(study: Study) -> dict[str, SeriesRecord]:
    """Return the series of the scoreboard that are totals of years."""
    place = study.folder / "calibration" / "skill" / "series.yaml"
    every = read_series(place, study.evidence, study.drivers)
    return {n: one for n, one in every.items() if study.evidence.series[n].kind == "yearly_total"}


def asked_cases(
    study: Study, series: Mapping[str, SeriesRecord], origin: float
) -> dict[tuple[str, int], Figure]:
    """Return the figures that are forecast from an origin, by series and year."""
    own = int(origin)
    ahead = [y for y in asked_years(study.about, origin, study.about.settings[0])
             if own < y <= own + YEARS]  # fmt: skip
    found: dict[tuple[str, int], Figure] = {}
    for name in series:
        told, variable = truth(study.evidence, name), study.evidence.series[name].variable
        found |= {(name, y): Figure(variable, "yearly_total", float(y)) for y in ahead if y in told}
    return found


def tracker_at(
    study: Study, fit: Refit, origin: float, asked: Sequence[Figure], seed: int
) -> Filter:
    """Return a filter that starts from a fit of an earlier origin, up to a review a year later.

    Counts are left alone: the model begins them with the last figures known when the plan was made.
    """
    earlier = copy(study)
    record = study.fit.record.model_copy(
        update={"sees_until": origin, "drift": dict(fit.drift), "members": len(fit.z)}
    )
    vars(earlier)["fit"] = replace(study.fit, record=record)
    settings = read_settings(study).model_copy(update={"counts": {}})
    date = origin + 1.0 + settings.lag
    members = _settled(study, fit, origin)
    readings = known_at(earlier, settings, date).readings
    return Filter(
        earlier, earlier.scenario(study.about.scenarios.base), settings, members, seed,
        World(earlier, settings, members.size, seed), deviations_of(earlier, members),
        readout_of(earlier, [*(reading.figure for reading in readings), *asked]), date,
    )  # fmt: skip


def _settled(study: Study, fit: Refit, origin: float) -> Members:
    """Return the members whose deviations settled, as forecasts of the scoreboard have them."""
    sound = fit.carried.settled
    deviations = {name: rows[sound] for name, rows in fit.carried.deviations.items()}
    return deviating(study, fit.z[sound], fit.target.runner.grid, deviations, origin)


def beliefs_at(tracker: Filter, origin: float) -> dict[str, Belief]:
    """Return what members come to without figures, and given them in each way."""
    begun = origin + tracker.settings.lag
    known, after = tracker.known(tracker.last), tracker.world.at(tracker.last)
    return {
        PLAIN: tracker.given(Known(begun, ()), tracker.world.at(begun)),
        "weights": tracker.given(known, after),
        "smoother": replace(tracker, method="smoother").given(known, after),
        "world": tracker.given(Known(tracker.last, ()), after),
    }


def scored(
    study: Study, beliefs: Mapping[str, Belief], name: str, figure: Figure, origin: float, seed: int
) -> dict[str, float]:
    """Return the CRPS of the log of a figure by way; every way meets the same errors."""
    error = usual_error(study, name, origin)
    observed = float(np.log(truth(study.evidence, name)[int(figure.year)]))
    found = {}
    for way, belief in beliefs.items():
        values, sound = belief.figure(figure), belief.weights > 0
        noise = np.random.default_rng([seed, int(figure.year)]).standard_normal(len(values))
        logs = np.log(np.maximum(values[sound], np.finfo(float).tiny)) + error * noise[sound]
        found[way] = crps(logs, observed, belief.weights[sound])
    return found


def ratios(cases: pd.DataFrame) -> pd.DataFrame:
    """Return scores over those without figures, mean over years, one row an origin and series."""
    mean = cases.groupby(["origin", "series"])[[PLAIN, *WAYS]].mean()
    return mean[list(WAYS)].div(mean[PLAIN], axis=0)


def against_anew(cases: pd.DataFrame) -> pd.DataFrame:
    """Return scores over those of the fit of the next origin in the same year, where there is one.

    One row an origin and series.
    """
    keys = ["origin", "series", "year"]
    anew = cases.assign(origin=cases["origin"] - 1.0)[[*keys, PLAIN]]
    both = cases.merge(anew, on=keys, suffixes=("", " anew")).set_index(keys[:2])
    return both[list(WAYS)].div(both[f"{PLAIN} anew"], axis=0)


def table(found: Sequence[Mapping[str, Any]]) -> str:
    """Return all origins, then all series, as Markdown: geometric means of the ratios."""
    cases = pd.DataFrame([{"origin": one["origin"]} | c for one in found for c in one["cases"]])
    headline = cases[cases["headline"]]
    together = _together(ratios(headline))
    lines = [*_origins(found, together, _together(against_anew(headline))), "", *_series(cases), ""]
    for way in WAYS:
        count = int((together[way] < 1.0).sum())
        whole = float(np.exp(np.log(together[way]).mean()))
        lines.append(f"{way}: better at {count} of {len(found)} origins, {whole:.2f} over all")
    return "\n".join(lines)


def _origins(
    found: Sequence[Mapping[str, Any]], together: pd.DataFrame, anew: pd.DataFrame
) -> list[str]:
    heads = ["origin", "figures", "members", "worth", "Pareto k", "refused", *WAYS, "anew"]
    lines = [_row(heads), "|" + "--:|" * len(heads)]
    for one in found:
        at, tail = one["origin"], one["tail"]
        told = [f"{at:.0f}", str(one["figures"]), str(one["members"]), f"{one['worth']:.0f}",
                "" if tail is None else f"{tail:.2f}", "yes" if one["refusal"] else ""]  # fmt: skip
        told += [f"{together.loc[at, way]:.2f}" for way in WAYS]
        lines.append(_row([*told, f"{anew.loc[at, WAYS[0]]:.2f}" if at in anew.index else ""]))
    return lines


def _series(cases: pd.DataFrame) -> list[str]:
    lines = [_row(["series", "origins", *WAYS]), "|" + "--:|" * (2 + len(WAYS))]
    for name, mine in ratios(cases).groupby("series"):
        middle, better = np.exp(np.log(mine).mean()), (mine < 1.0).sum()
        told = [f"{middle[way]:.2f} ({better[way]} better)" for way in WAYS]
        lines.append(_row([str(name), str(len(mine)), *told]))
    return lines


def _together(of: pd.DataFrame) -> pd.DataFrame:
    """Return the geometric mean over the series of each origin."""
    return pd.DataFrame(np.exp(of.apply(np.log).groupby("origin").mean()))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main(words: Sequence[str] | None = None) -> None:
    """Measure the origins that are asked for and print the table of all there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("origins", nargs="*", type=float, metavar="ORIGIN")
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=cache.folder() / "rolling")
    given = parser.parse_args(words)
    study, found = open_study(), []
    for origin in given.origins or study.about.hindcasts.origins:
        folder = put.folder(given.out / f"{origin:.0f}-{given.seed}")
        refuse_others(folder, study, given.seed)
        place = folder / f"{given.members}.json"
        if not place.is_file():
            print(f"fitting at {origin:g}", file=sys.stderr, flush=True)
            one = measured(study, origin, given.members, given.seed, folder)
            put.put(place, json.dumps(one, indent=1).encode())
        found.append(json.loads(door.text(place)))
        print(table(found[-1:]), file=sys.stderr, flush=True)
    print(table(found))


if __name__ == "__main__":
    try:
        main()
    except StudyError as error:
        sys.exit(str(error))
