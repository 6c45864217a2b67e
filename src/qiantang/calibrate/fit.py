"""A calibration from beginning to end: sample, judge the chains, start forecasts, save.

A fit that is interrupted leaves its chains behind; the same command goes on from there and ends
with the same fit.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.carry import Carried, carry
from qiantang.calibrate.chains import Plan, Sample, sample
from qiantang.calibrate.counts import draw_counts
from qiantang.calibrate.diagnostics import diagnose, inference_data
from qiantang.calibrate.laplace import Normal, approximate
from qiantang.calibrate.observed import Observed, select_observed
from qiantang.calibrate.posterior import Posterior
from qiantang.calibrate.quick import quick_sample
from qiantang.calibrate.report import report_texts
from qiantang.calibrate.runner import Runner
from qiantang.calibrate.target import Target
from qiantang.faults import Fault, StudyError
from qiantang.files import door, put
from qiantang.files.frames import netcdf_file
from qiantang.fits import POSTERIOR, Fit, FitRecord, refuse_existing, save_fit
from qiantang.meaning import meaning_digest
from qiantang.study import Study

Array = NDArray[np.float64]
Say = Callable[[str], None]

#: One spare draw for so many members, in place of those that do not settle.
SPARE = 10
#: Draws of the normal approximation that are run to see how many proposals diverge.
PROBE = 1024
METHOD = (
    "posterior by Markov chains (emcee, preconditioned Crank-Nicolson steps), Student-t errors, "
    "Ornstein-Uhlenbeck deviations started from the observed state"
)
METHOD_QUICK = (
    "quick look: Sobol draws of the normal approximation, kept where the likelihood ratio accepts "
    "them; Student-t errors, Ornstein-Uhlenbeck deviations started from the observed state"
)
#: Files of an unfinished fit.
KEY, START = "made-from.json", "start.npz"


def calibrate(
    study: Study,
    version: str,
    *,
    members: int = 1000,
    seed: int = 1,
    plan: Plan | None = None,
    quick: bool = False,
    engine: str = "kernel",
    progress: Say = lambda _: None,
) -> Fit:
    """Fit the study's model to its evidence up to the origin and save the fit.

    Parameters
    ----------
    study : Study
    version : str
        Name of the new folder under ``calibration/fits``.
    members : int
        Draws to keep as members of scenarios.
    seed : int
        The same seed gives the same fit, interrupted or not.
    plan : Plan, optional
        How long to sample.
    quick : bool
        Take the coarse look in place of chains.
    engine : {"kernel", "numpy"}
    progress : callable
        Told one line at a time.

    Raises
    ------
    StudyError
        If the version exists, an unfinished fit of that name was made from other inputs, or a
        file of the study has a fault.
    """
    folder = study.folder / "calibration" / "fits" / version
    refuse_existing(folder)  # before the work, not after it
    plan = plan or Plan()
    origin = study.about.origin
    target = _target(study, origin, engine, progress)
    unfinished = folder.with_name(f".{version}.unfinished")
    open_unfinished(unfinished, study, plan, seed, quick)
    normal = start_of(target, unfinished, progress)
    target.find_active()
    names = [name for name, on in zip(target.names, target.active, strict=True) if on]
    progress(f"{len(names)} coordinates sampled, {len(target.names) - len(names)} keep their prior")
    active = normal.only(target.active)
    drawn = _sampled(target, active, plan, seed, None if quick else unfinished, progress)
    diagnostics = diagnose(drawn, names, _diverged(target, active, seed))
    flat = drawn.draws.reshape(-1, len(names))
    x, carried, counted, sound = _members(target, flat, members, seed)
    kept = x[sound]
    progress(f"{int(carried.settled.sum())} of {len(x)} members settled, {len(kept)} kept")
    posterior = Posterior(target, drawn, diagnostics, kept, target.figures(kept))
    record = FitRecord(
        version=version, method=METHOD_QUICK if quick else METHOD, members=len(kept),
        seed=seed, sees_until=origin, model=study.model_meaning, inputs=input_digests(study),
        plan=asdict(plan), drift=target.drift(kept), diagnostics=diagnostics.worst(),
        runs=target.runner.runs, files={},
    )  # fmt: skip
    made = _save(study, folder, record, posterior, carried, sound, counted)
    put.remove(unfinished)
    return made


def _target(study: Study, origin: float, engine: str, progress: Say) -> Target:
    observed = select_observed(study.evidence, origin)
    progress(f"{len(observed.rows)} figures of {len(observed.series)} series up to {origin:g}")
    return Target(study, observed, Runner(study, observed, origin, engine), {})


def _sampled(
    target: Target, active: Normal, plan: Plan, seed: int, place: Path | None, progress: Say
) -> Sample:
    """Return draws: of chains kept at a place, or else of the coarse look."""
    if place is None:
        return quick_sample(target.active_density, active, seed, progress)
    before = target.runner.runs
    drawn = sample(target.active_density, active, plan, seed, place, progress)
    # Counted by the plan: what an interruption repeated or spared is no part of the fit.
    target.runner.runs = before + plan.chains * plan.steps
    return drawn


def _diverged(target: Target, active: Normal, seed: int) -> int:
    """Return how many of a few draws about the mode diverge."""
    probe = active.draw(PROBE, np.random.default_rng([seed, 5]))
    return int((~np.isfinite(target.active_density(probe))).sum())


def _members(
    target: Target, flat: Array, members: int, seed: int
) -> tuple[Array, Carried, dict[str, Array], NDArray[np.bool_]]:
    """Return draws in full, what each carries and counts, and which that settle are kept."""
    rng = np.random.default_rng([seed, 2])
    count = members + members // SPARE
    x = target.complete(flat[rng.choice(len(flat), count, replace=len(flat) < count)], rng)
    carried = carry(target, x, rng)
    counted = draw_counts(target.study.counts, (count, len(target.runner.grid)), rng)
    return x, carried, counted, carried.settled & (np.cumsum(carried.settled) <= members)


def input_digests(study: Study) -> dict[str, str]:
    """Return the digest of every file that a fit is made from, besides the model."""
    folder = study.folder / "calibration"
    names = ("priors.yaml", "discrepancy.yaml", "evidence/observations.csv", "evidence/drivers.csv",
             "evidence/drivers.yaml", "evidence/series.yaml", "evidence/grades.yaml")  # fmt: skip
    counts = ("counts.yaml",) if (folder / "counts.yaml").is_file() else ()
    return {name: meaning_digest(folder / name) for name in (*names, *counts)}


def open_unfinished(folder: Path, study: Study, plan: Plan, seed: int, quick: bool) -> None:
    """Go on with an unfinished fit, or begin one.

    Raises
    ------
    StudyError
        It was made from other inputs.
    """
    key = {
        "model": study.model_meaning, "inputs": input_digests(study),
        "plan": asdict(plan), "seed": seed, "quick": quick,
    }  # fmt: skip
    text = json.dumps(key, indent=1, sort_keys=True)
    place = folder / KEY
    if not place.exists():
        put.remove(folder)
        put.text(put.folder(folder) / KEY, text)
    elif door.text(place) != text:
        what = (
            "an unfinished fit of that name was made from other inputs, remove it or name another"
        )
        raise StudyError([Fault(folder, None, "", what)])


def start_of(target: Target, unfinished: Path, progress: Say = lambda _: None) -> Normal:
    """Find the normal approximation, or read what an interrupted call found in its folder."""
    place = unfinished / START
    if place.exists():
        try:
            with np.load(door.buffer(place)) as kept:
                found = {name: np.asarray(kept[name], dtype=np.float64) for name in kept.files}
            target.carried = {
                name[8:]: paths for name, paths in found.items() if name.startswith("carried:")
            }
            target.runner.runs = int(found["runs"])
            return Normal(found["mean"], found["root"])
        except (ValueError, KeyError, EOFError, OSError, BadZipFile):
            what = "is damaged, remove the folder of the unfinished fit"
            raise StudyError([Fault(place, None, "", what)]) from None
    normal = approximate(target, progress)
    carried = {f"carried:{name}": paths for name, paths in target.carried.items()}
    runs = np.array(target.runner.runs)
    put.put_arrays(place, {"mean": normal.mean, "root": normal.root, "runs": runs, **carried})
    return normal


def _save(
    study: Study, folder: Path, record: FitRecord, posterior: Posterior, carried: Carried,
    sound: NDArray[np.bool_], counted: dict[str, Array],
) -> Fit:  # fmt: skip
    target, observed = posterior.target, posterior.target.observed
    parameters = study.priors.as_parameters(target.standard(posterior.x))
    innovations = {
        item.innovation: item.sign * carried.deviations[name][sound]
        for name, item in study.discrepancy.items()
        if item.innovation is not None
    } | {name: paths[sound] for name, paths in counted.items()}
    data = inference_data(
        posterior.sample, posterior.diagnostics.names, _observed_groups(observed),
        {"fit": record.version, "model_sha256": record.model, "seed": str(record.seed)},
    )  # fmt: skip

    def write_draws(path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            netcdf_file(data, path, compress=True)

    return save_fit(
        folder, record, parameters, target.runner.grid, innovations,
        report_texts(study, posterior, record), {POSTERIOR: write_draws},
    )  # fmt: skip


def _observed_groups(observed: Observed) -> dict[str, Array]:
    return {"log_value": observed.log_value, "time": observed.centres, "log_error": observed.error}
