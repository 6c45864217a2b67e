"""The harbour retold: nine years later, other names, in one language, with an English plan."""

from __future__ import annotations

import re
from pathlib import Path

from harbour import FILES, build

from qiantang.study import Study

LATER = 9
#: What the plan says, and what its scenarios are called.
WORDS = {
    "(一)目标。到港船舶达到一千艘次。": "1. Aim. A thousand ships call.",
    "(二)疏浚。": "2. Dredge.",
    "到港船舶达到一千艘次": "A thousand ships call",
    "title_block: 草案": "title_block: A draft",
    "现提出意见。": "We propose.",
    "issuer: 市政府": "issuer: The port",
    "language: zh": "language: en",
    "base: today, full: full": "base: as_is, full: whole",
    "June": "July",
    "name: actual": "name: real",
    "projection_actual": "projection_real",
}
NAMES = {
    "scenarios/today.yaml": "scenarios/as_is.yaml",
    "scenarios/full.yaml": "scenarios/whole.yaml",
}
SWEEP = """\
title: How strongly, and in which world
question: Does it matter?
kind: grid
scenarios: [as_is, whole]
levers_from: whole
members: 20
seed: 1
axes:
  strength: {intensity: [dredging], unit: Dmnl, values: [0, 0.5, 1]}
  world: {vintage: all, values: [2027, real]}
figures: [{variable: ships, years: [2029, 2034]}]
"""


def build_elsewhere(folder: Path) -> Study:
    """Write the study into an empty folder."""
    files = {NAMES.get(name, name): retold(text) for name, text in FILES.items()}
    files["scenarios/sweeps/strength.yaml"] = SWEEP
    return build(folder, files=files, later=LATER)


def retold(text: str) -> str:
    """Return a file of the harbour with other years and words, and nothing Chinese in it."""
    for old, new in WORDS.items():
        text = text.replace(old, new)
    text = re.sub(r"^ *\w+_zh: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r",?\s*\w+_zh: [^,}]*(?=[,}])", "", text)
    text = re.sub(r"(?<!\d)20\d\d(?!\d)", lambda year: str(int(year[0]) + LATER), text)
    return text.replace("{,", "{").replace("{ ", "{")
