"""Candidates a second of a robust search, beside the EMA Workbench's for its lake problem.

    python benchmarks/robust_peers.py [--candidates 40] [--members 1000] [--ema PYTHON]

PYTHON is an interpreter in which ema-workbench is installed, best in an environment of its own: it
brings Platypus, which is GPL and no part of this package. Processor time of one thread is told, and
what two cores would give, as other work on the machine then weighs little; the bare kernel from the
start of the model is measured in between, so that figures from machines can be held together.

The lake is that of Carpenter, Ludwig and Brock (1999) with the rule of Quinn, Reed and Keller
(2017, doi 10.1016/j.envsoft.2017.02.017), written here in NumPy over its 100 inflows, 100 years.
"""

from __future__ import annotations

import argparse
import subprocess
import time

import numpy as np

CORES = 2


def ours(candidates: int, members: int) -> None:
    """Print the processor time of scoring random candidates over the study's members."""
    import qiantang as qt
    from qiantang.ensemble.case import case_of
    from qiantang.ensemble.ensemble import ensemble_of
    from qiantang.ensemble.members import choose_members
    from qiantang.policy.packages import Packages
    from qiantang.robust.designfile import read_robust
    from qiantang.robust.objectives import scorer, sought_of

    study = qt.open_study()
    ends, design = study.about.scenarios, read_robust("whatever_comes", study)
    drawn = choose_members(study, members, 1)
    base, full = study.scenario(ends.base), study.scenario(ends.full)
    sought = sought_of(design.file.objectives)
    packages = Packages(study, base, full, drawn, 1, sought=sought)  # as a long search has it
    scores = scorer(packages, study.effort, design.file.objectives, design.levers)
    chance, count = np.random.default_rng(1), len(design.levers)
    drawn_ones = np.hstack([np.round(chance.random((candidates + 2, count)), 1),
                            0.25 * chance.integers(0, 7, (candidates + 2, count))])  # fmt: skip
    scores.score(drawn_ones[:2])
    begun = time.process_time()
    scores.score(drawn_ones[2:])
    each = (time.process_time() - begun) / candidates
    plain = ensemble_of(study, drawn, 1, Packages(study, base, full, drawn, 1)._readout)
    plain.run_one(case_of(study, full), threads=1)
    begun = time.process_time()
    plain.run_one(case_of(study, full), threads=1)
    bare = time.process_time() - begun
    print(f"qiantang robust, {members:,} members: {1e3 * each:.1f} ms a candidate, "
          f"{CORES / each:.0f} a second on {CORES} cores; a run of all members from the start "
          f"{1e3 * bare:.0f} ms")  # fmt: skip


def lake(
    b: float = 0.42, q: float = 2.0, mean: float = 0.02, stdev: float = 0.001, delta: float = 0.98,
    c1: float = 0.25, c2: float = 0.25, r1: float = 0.5, r2: float = 0.5, w1: float = 0.5,
) -> tuple[float, float]:  # fmt: skip
    """Return the highest mean level and the utility of a rule, over 100 inflows."""
    spread = np.sqrt(np.log(1 + (stdev / mean) ** 2))
    inflow = np.random.default_rng(1).lognormal(np.log(mean) - spread**2 / 2, spread, (100, 100))
    level, highest, utility = np.zeros(100), 0.0, 0.0
    for year in range(100):
        wanted = w1 * np.abs((level - c1) / r1) ** 3 + (1 - w1) * np.abs((level - c2) / r2) ** 3
        release = np.clip(wanted, 0.01, 0.1)
        utility += 0.4 * float(release.mean()) * delta**year
        level = (1 - b) * level + level**q / (1 + level**q) + release + inflow[:, year]
        highest = max(highest, float(level.mean()))
    return highest, utility


def ema(candidates: int, worlds: int) -> None:
    """Print what the EMA Workbench takes for a candidate; run where it is installed."""
    from ema_workbench import (
        Model,
        RealParameter,
        ScalarOutcome,
        SequentialEvaluator,
        __version__,
    )

    model = Model("lake", function=lake)
    model.uncertainties = [
        RealParameter("b", 0.1, 0.45), RealParameter("q", 2.0, 4.5),
        RealParameter("mean", 0.01, 0.05), RealParameter("stdev", 0.001, 0.005),
        RealParameter("delta", 0.93, 0.99),
    ]  # fmt: skip
    model.levers = [
        RealParameter("c1", -2, 2), RealParameter("c2", -2, 2), RealParameter("r1", 0.01, 2),
        RealParameter("r2", 0.01, 2), RealParameter("w1", 0, 1),
    ]  # fmt: skip
    model.outcomes = [ScalarOutcome("highest"), ScalarOutcome("utility")]
    robustness = [
        ScalarOutcome("worst", kind=ScalarOutcome.MINIMIZE, variable_name="highest",
                      function=lambda found: float(np.percentile(found, 90))),
        ScalarOutcome("usual", kind=ScalarOutcome.MAXIMIZE, variable_name="utility",
                      function=lambda found: float(np.mean(found))),
    ]  # fmt: skip
    begun = time.process_time()
    for _ in range(20):
        lake()
    alone = (time.process_time() - begun) / 20
    with SequentialEvaluator(model) as evaluator:
        begun = time.process_time()
        evaluator.robust_optimize(
            robustness, worlds, nfe=candidates, epsilons=[0.01, 0.01], population_size=candidates
        )
        each = (time.process_time() - begun) / candidates
    run = each / worlds
    print(
        f"EMA Workbench {__version__}, lake, {worlds} worlds: {1e3 * each:.0f} ms a candidate, "
        f"{1e3 * run:.2f} ms a run, of it {1e3 * alone:.2f} ms the lake itself; a candidate of "
        f"1,000 worlds {1e3 * run:.1f} s, {CORES / run / 1e3:.2f} a second on {CORES} cores"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--ema", metavar="PYTHON")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        ema(8, 100)
    else:
        ours(given.candidates, given.members)
        if given.ema:
            subprocess.run([given.ema, __file__, "--here"], check=True)
