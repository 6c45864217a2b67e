"""Markov chains from the posterior, many side by side, that can be interrupted at any moment.

The sampler is emcee: it proposes for all chains at once, which is what a kernel that runs members
side by side wants, takes proposals of one's own, and keeps every step and the state of its random
numbers in a file, so that a run that was stopped goes on as if it had not been.

The proposal is the preconditioned Crank-Nicolson step about a normal approximation of the
posterior. The step leaves that normal distribution unchanged, so only the difference between
posterior and approximation is left to the acceptance, whatever the number of dimensions:
directions of which the data say little move freely. The approximation is the curvature at the
mode; after each part of the warm-up it is moved towards what the chains have seen, then it stays.
While draws are kept the chains never look at each other, so the usual diagnostics between them
hold.

References
----------
Foreman-Mackey et al. (2013), emcee: the MCMC hammer, PASP 125.
Cotter, Roberts, Stuart and White (2013), MCMC methods for functions, Statistical Science 28.
Rudolf and Sprungk (2018), On a generalization of the preconditioned Crank-Nicolson Metropolis
algorithm, Foundations of Computational Mathematics 18.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import emcee
import numpy as np
from emcee.backends import HDFBackend
from emcee.moves import MHMove
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from qiantang.calibrate.factors import factor
from qiantang.calibrate.laplace import Normal

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

#: Steps of the proposal, from timid to nearly new; each chain takes one of them at random.
STEPS = (0.3, 0.5, 0.8)
#: Saved points for each dimension that a covariance must at least rest on.
ENOUGH = 5
#: Steps from one saved step of the warm-up to the next.
WARM_THIN = 5
#: File of the chains inside the folder of an unfinished fit.
CHAINS = "chains.h5"


@dataclass(frozen=True)
class Plan:
    """How long to sample.

    Parameters
    ----------
    chains : int
    warm_up : tuple of int
        Steps of each part of the warm-up; all are thrown away.
    kept : int
        Draws kept of each chain.
    thin : int
        Steps from one kept draw to the next.
    trust : tuple of float
        Part of the covariance that the chains have seen which is taken over after each part of the
        warm-up; the rest is the former one. A covariance of few independent draws is a poor guide:
        of a short warm-up nothing must be taken over, or the draws come out too narrow.
    """

    chains: int = 32
    warm_up: tuple[int, ...] = (2000, 6000)
    kept: int = 300
    thin: int = 110
    trust: tuple[float, ...] = (0.5, 0.85)

    @property
    def steps(self) -> int:
        """Steps of one chain, warm-up included."""
        return sum(WARM_THIN * saved(part) for part in self.warm_up) + self.kept * self.thin


@dataclass(frozen=True)
class Sample:
    """Draws of all chains.

    Parameters
    ----------
    draws : ndarray, shape (chain, draw, D)
    log_density : ndarray, shape (chain, draw)
    acceptance : ndarray, shape (chain,)
        Share of proposals accepted after the warm-up, of the steps kept.
    """

    draws: Array
    log_density: Array
    acceptance: Array


def sample(
    log_density: LogDensity,
    start: Normal,
    plan: Plan,
    seed: int,
    folder: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Sample:
    """Sample a density, going on from what a folder holds of an earlier, interrupted call.

    Parameters
    ----------
    log_density : callable
        Points, shape (chain, D), to log densities, shape (chain,).
    start : Normal
        Normal approximation of the density.
    plan : Plan
    seed : int
        The same seed gives the same draws, interrupted or not.
    folder : Path, optional
        Where the chains are kept while they run; in memory by default.
    """
    with threadpool_limits(1, "blas"):  # the same digits on any number of cores
        return _sample(log_density, start, plan, seed, folder, progress)


def _sample(
    log_density: LogDensity,
    start: Normal,
    plan: Plan,
    seed: int,
    folder: Path | None,
    progress: Callable[[str], None],
) -> Sample:
    normal, points = start, None
    for part, steps in enumerate(plan.warm_up):
        name = f"warm-up {part + 1} of {len(plan.warm_up)}"
        warm = _run(
            log_density, normal, points, saved(steps), WARM_THIN, plan.chains, seed, name, folder,
            progress,
        )  # fmt: skip
        seen = warm.get_chain(discard=saved(steps) // 3)
        normal, points = (
            _renewed(normal, seen, plan.trust[min(part, len(plan.trust) - 1)]),
            seen[-1],
        )
    chains = _run(
        log_density, normal, points, plan.kept, plan.thin, plan.chains, seed, "draws", folder,
        progress,
    )  # fmt: skip
    return Sample(
        np.swapaxes(chains.get_chain(), 0, 1),
        np.swapaxes(chains.get_log_prob(), 0, 1),
        chains.backend.accepted / plan.kept,  # emcee counts the saved steps alone
    )


def saved(steps: int) -> int:
    """Return how many steps of a part of the warm-up are saved, at least one."""
    return max(1, steps // WARM_THIN)


def _run(
    log_density: LogDensity,
    normal: Normal,
    points: Array | None,
    kept: int,
    thin: int,
    chains: int,
    seed: int,
    name: str,
    folder: Path | None,
    progress: Callable[[str], None],
) -> emcee.EnsembleSampler:
    """Run one phase to its end, from its last saved step if there is one."""
    backend = None if folder is None else HDFBackend(folder / CHAINS, name=name)
    dimensions = len(normal.mean)
    done = backend.iteration if backend is not None and backend.initialized else 0
    if backend is not None and not done:
        backend.reset(chains, dimensions)
    sampler = emcee.EnsembleSampler(
        chains, dimensions, log_density, vectorize=True, backend=backend,
        moves=[MHMove(_proposal(normal))],
    )  # fmt: skip
    if done:
        state = backend.get_last_sample()  # type: ignore[union-attr]
    else:
        entropy = [seed, *name.encode()]
        rng = np.random.default_rng(entropy)
        if points is None:
            points = _valid(log_density, normal, chains, rng)
        generator = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(entropy)))
        state = emcee.State(points, random_state=generator.get_state())
    report = max(1, kept // 10)
    for _ in sampler.sample(
        state, iterations=kept - done, thin_by=thin, skip_initial_state_check=True
    ):
        done += 1
        if done % report == 0:
            rate = float(np.mean(sampler.backend.accepted)) / done
            progress(f"{name}: {done} of {kept}, {rate:.0%} accepted")
    return sampler


def _valid(log_density: LogDensity, normal: Normal, chains: int, rng: np.random.Generator) -> Array:
    """Draw starting points of finite density."""
    points = normal.draw(chains, rng)
    for shrink in range(1, 20):
        bad = ~np.isfinite(log_density(points))
        if not bad.any():
            return points
        fresh = normal.draw(int(bad.sum()), rng)
        points[bad] = normal.mean + (fresh - normal.mean) / (1 + 0.25 * shrink)
    raise ValueError("no starting point of finite density: the mode lies outside the limits")


def _proposal(normal: Normal) -> Callable[..., tuple[Array, Array]]:
    """Return the Crank-Nicolson step that leaves a normal distribution unchanged."""
    # A coordinate without spread stays where it is.
    inverse = np.linalg.pinv(normal.root)

    def step(points: Array, rng: np.random.RandomState) -> tuple[Array, Array]:
        white = (points - normal.mean) @ inverse.T
        size = rng.choice(STEPS, size=(len(points), 1))
        moved = np.sqrt(1.0 - np.square(size)) * white + size * rng.standard_normal(white.shape)
        factor = 0.5 * (np.square(moved).sum(axis=1) - np.square(white).sum(axis=1))
        return normal.mean + moved @ normal.root.T, factor

    return step


def _renewed(normal: Normal, seen: Array, trust: float) -> Normal:
    """Move a normal distribution towards what chains, shape (step, chain, D), have seen."""
    flat = seen.reshape(-1, seen.shape[-1])
    if len(flat) < ENOUGH * flat.shape[1]:
        return normal
    covariance = trust * np.cov(flat, rowvar=False) + (1 - trust) * normal.root @ normal.root.T
    return Normal(flat.mean(axis=0), factor(covariance))
