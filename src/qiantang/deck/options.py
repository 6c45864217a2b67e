"""What a deck is asked for, checked before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qiantang.faults import Fault, StudyError
from qiantang.wording import LANGUAGES

if TYPE_CHECKING:
    from qiantang.study import Study


def refuse_options(
    study: Study, years: tuple[int, int], language: str, vintage: str | None
) -> None:
    """Refuse what a deck cannot show.

    Raises
    ------
    StudyError
        With every fault.
    """
    faults = []
    first, last = years
    start, end = study.vocabulary.time
    needed = [year for target in study.plan.targets.targets for year in target.measure.years]
    if not (start <= first < last <= end - 1):
        what = f"got {first} to {last}, expected years that rise from {start:g} to {end - 1:g}"
        faults.append(Fault("deck", None, "years", what))
    elif last < max(needed):
        what = f"end in {last}, expected the last year of the targets, {max(needed)}, or later"
        faults.append(Fault("deck", None, "years", what))
    if language not in LANGUAGES:
        what = f"got {language!r}, expected {' or '.join(LANGUAGES)}"
        faults.append(Fault("deck", None, "language", what))
    if vintage is not None and vintage not in study.about.vintage_names:
        what = f"got {vintage!r}, expected {study.about.either_vintage}"
        faults.append(Fault("deck", None, "vintage", what))
    if faults:
        raise StudyError(faults)
