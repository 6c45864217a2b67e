"""What a search for a package answers, and the package as a scenario file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qiantang.files.outfile import put_new
from qiantang.plan.targets import Target
from qiantang.policy.binding import Binding
from qiantang.policy.ceiling import Ceiling
from qiantang.policy.packages import Packages
from qiantang.template import scenario_text
from qiantang.wording.language import phrase


@dataclass(frozen=True)
class Pull:
    """One lever of a package: how far it is pulled, and at what cost."""

    lever: str
    intensity: float
    cost: float
    articles: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """What it would take, or why nothing suffices.

    Parameters
    ----------
    target : str
    asked : float
        Probability asked for.
    verdict : {"reached", "no_effort", "impossible", "not_found"}
        ``no_effort``: the base reaches it without any lever. ``impossible``: the ceiling lies below
        what is asked. ``not_found``: the ceiling allows it, the search found none.
    package : tuple of Pull
        The cheapest that suffices, or else the one that comes nearest; dearest lever first.
    cost, full_cost : float
        Of the package and of the whole plan. [unit of the effort file]
    costs : tuple of float
        Of the packages found from different starts: equal where the starts agree.
    unit : str
    unit_zh : str or None
    probability, error : float
        Of the package, with the standard error from the number of members.
    fresh, fresh_error : float
        The same on other draws of the drivers, on which nothing was searched.
    base, full : float
        Probability without any lever, and with the plan in full.
    ceiling : Ceiling or None
        Only where no package was found.
    binding : tuple of Binding
        What stands in the way at the package, what gains most first.
    limits : tuple of str
        Limits of the effort file that the package exhausts.
    members, seed, runs : int
    """

    target: str
    asked: float
    verdict: str
    package: tuple[Pull, ...]
    cost: float
    full_cost: float
    costs: tuple[float, ...]
    unit: str
    probability: float
    error: float
    fresh: float
    fresh_error: float
    base: float
    full: float
    ceiling: Ceiling | None
    binding: tuple[Binding, ...]
    limits: tuple[str, ...]
    members: int
    seed: int
    runs: int
    unit_zh: str | None = None

    def record(self) -> dict[str, Any]:
        """Return a plain dict, ready for JSON."""
        return asdict(self)


def package_scenario(
    packages: Packages, target: Target, answer: Answer, path: Path, *, force: bool = False
) -> None:
    """Write the package of an answer as a scenario file, over another only by force.

    Raises
    ------
    StudyError
    """
    paths = {}
    for pull in answer.package:
        knots = packages.full.levers[pull.lever].path
        paths[pull.lever] = {
            year: round(value * pull.intensity, 6) for year, value in knots.items()
        }
    chinese, asked = target.title_zh or target.title, f"{answer.asked:g}"
    words = {
        "title": phrase("solve.title", "en", target=target.title.lower()),
        "title_zh": phrase("solve.title", "zh", target=chinese),
        "question": phrase("solve.question", "en", target=target.id, asked=asked),
        "question_zh": phrase("solve.question", "zh", target=chinese, asked=asked),
    }
    note = f"Intensity found by qiantang solve for {target.id} at P = {answer.asked:g}"
    text = scenario_text(packages.study, path, words, packages.base.name, paths, note)
    put_new(path, text, force=force)
