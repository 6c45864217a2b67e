"""Loop shares against those that Stella wrote, where a folder with them is named.

The files are `*.stmx` and `*.json` of UB-IAD/sd-ai (MIT), feedback loops with their shares by
Stella Architect 4.2; they stay outside the repository. A step is labelled by its end, but in
bassDiffusion by its begin.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from qiantang.loops.ofmodel import loops_of_model
from qiantang.modelfile.names import plain

#: Largest difference in any loop at any time, and how many loops there are. [percentage point]
BARS = {
    "armsRace": (1e-9, 3),
    "bassDiffusion": (1e-9, 2),
    "inventoryWorkforce": (1e-9, 3),
    "predatorPrey": (0.2, 5),
    "marketGrowth": (0.6, 20),
}


def home() -> Path:
    given = os.environ.get("QIANTANG_LOOP_SHARES")
    return Path(given) if given else Path(__file__).parents[3] / "shared" / "acceptance" / "loops"


@pytest.mark.parametrize("name", BARS)
def test_shares_are_those_of_stella(name: str) -> None:
    file = home() / f"{name}.json"
    if not file.is_file():
        pytest.skip("no published shares of loops; QIANTANG_LOOP_SHARES names their folder")
    bar, count = BARS[name]
    data = loops_of_model(file.with_suffix(".stmx"), top=100).dataset
    assert data.sizes["loop"] == count
    ours = {
        links([plain(part) for part in str(path).split(" > ")]): data["share"][row, :, 0]
        for row, path in enumerate(data["path"].to_numpy())
    }
    late = float(data["time"][1] - data["time"][0]) if name == "bassDiffusion" else 0.0
    stella = json.loads(file.read_text(encoding="utf-8"))["feedback"]["feedbackLoops"]
    assert len(stella) == count
    for loop in stella:
        key = frozenset((plain(link["from"]), plain(link["to"])) for link in loop["links"])
        own = dict(zip(data["time"].to_numpy(), 100 * np.abs(ours[key].to_numpy()), strict=True))
        known = {point["time"] + late: point["value"] for point in shares_of(loop) if point["time"]}
        both = [time for time in known if time in own]
        assert len(both) >= len(known) - 1 > 70
        for time in both:
            assert own[time] == pytest.approx(abs(known[time]), abs=bar)


def links(path: list[str]) -> frozenset[tuple[str, str]]:
    """Return the links of a loop from the names on it."""
    return frozenset(zip(path, [*path[1:], path[0]], strict=True))


def shares_of(loop: dict[str, list[dict[str, float]]]) -> list[dict[str, float]]:
    """Return the shares of a loop over time, which some files name otherwise."""
    (found,) = [value for key, value in loop.items() if key.startswith("Percent")]
    return found
