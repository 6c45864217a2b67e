"""The front of a robust search: the packages that no other beats in everything, read and held."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.files.yamlfile import parse_yaml
from qiantang.robust.designfile import RobustDesign, robust_of
from qiantang.robust.folder import FRONT, MANIFEST, ground_of

if TYPE_CHECKING:
    from qiantang.study import Study

#: Packages of the front that are scored anew, at most.
SCORED = 150


@dataclass(frozen=True, repr=False)
class Front:
    """What a robust search asked and the packages of its front.

    Parameters
    ----------
    design : RobustDesign
    packages : DataFrame
        One row a package of the front: pick (a name, where it was picked), objectives, the same on
        fresh members (``fresh_``), holds (no other is better in everything on fresh members),
        intensity of each lever, delay of each lever (``late_``). [Dmnl, Year]
    """

    design: RobustDesign
    packages: pd.DataFrame

    @property
    def picked(self) -> pd.DataFrame:
        """The packages that were picked."""
        return self.packages[self.packages["pick"] != ""].reset_index(drop=True)


def read_front(folder: Path, study: Study) -> Front:
    """Read the front of a finished search from its folder.

    Raises
    ------
    StudyError
        If there is none, it was found with another study, or its table is not as it was written.
    """
    manifest, table = folder / MANIFEST, folder / FRONT
    try:
        record = json.loads(door.text(manifest))
        name, text, identity = record["name"], record["design"], dict(record["identity"])
    except FileNotFoundError:
        what = f"holds no robust search, expected {MANIFEST} in it"
        raise StudyError([Fault(folder, None, "", what)]) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise StudyError([Fault(manifest, None, "", "is no manifest of a search")]) from None
    if other := [part for part, mine in ground_of(study).items() if identity.get(part) != mine]:
        what = f"was found with another {' and '.join(other)}; search again in an empty folder"
        raise StudyError([Fault(folder, None, "", what)])
    design = robust_of(parse_yaml(Path(f"{name}.yaml"), str(text)), study)
    try:
        content = door.content(table, door.DATA_LIMIT)
        packages = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    except FileNotFoundError:
        what = f"has no {FRONT} yet, the same command goes on with the search"
        raise StudyError([Fault(folder, None, "", what)]) from None
    except (OSError, ValueError):  # pandas's own faults are ValueErrors
        raise StudyError([Fault(table, None, "", "cannot be read as a table")]) from None
    return Front(design, _as_written(packages, design, table))


def _as_written(packages: pd.DataFrame, design: RobustDesign, place: Path) -> pd.DataFrame:
    """Return a table of the front, refused if it is not one of this design."""
    levers = list(design.levers)
    late = [f"late_{lever}" for lever in levers]
    told = [name for one in design.objectives for name in (one, f"fresh_{one}")]
    lacking = [name for name in ("pick", *told, "holds", *levers, *late) if name not in packages]
    if lacking:
        raise StudyError([Fault(place, 1, lacking[0], "no such column, expected one")])
    packages = packages.assign(pick=packages["pick"].fillna("").astype(str))
    if not 0 < len(packages) <= SCORED:
        what = f"has {len(packages):,} packages, expected 1 to {SCORED}"
        raise StudyError([Fault(place, None, "", what)])
    numbers = packages[[*told, *levers, *late]].apply(pd.to_numeric, errors="coerce")
    sound = np.isfinite(numbers).all(axis=1) & (numbers[levers] >= 0).all(axis=1)
    sound &= (numbers[levers] <= 1).all(axis=1) & (numbers[late] >= 0).all(axis=1)
    sound &= (numbers[late] <= design.file.latest + 1e-9).all(axis=1)
    if not sound.all():
        line = int(np.argmin(sound.to_numpy())) + 2
        what = f"expected figures, intensities from 0 to 1, delays of 0 to {design.file.latest:g}"
        raise StudyError([Fault(place, line, "", what)])
    packages[numbers.columns] = numbers
    return packages.assign(holds=packages["holds"].astype(bool))
