"""Small models of the literature on loops, written anew, and where their files are put."""

from __future__ import annotations

from pathlib import Path

#: The diffusion model of Bass as in Schoenberg, Davidsen and Eberlein (2020), doi 10.1002/sdr.1658.
BASS = """
Market = 1e+06
Contact rate = 100
Fraction = 0.015
Potential Adopters = INTEG(-adopting, Market - 1)
Adopters = INTEG(adopting, 1)
Probability of contact = Potential Adopters / Market
Adopter contacts = Contact rate * Adopters
Contacts = Probability of contact * Adopter contacts
adopting = Fraction * Contacts
"""

#: Three parties, each of which arms towards what the two others have: eight loops, ibid.
ARMS = """
A = INTEG(arming a, 30)
B = INTEG(arming b, 40)
C = INTEG(arming c, 55)
arming a = (1.1 * B + 0.9 * C - 2 * A) / 4
arming b = (0.8 * A + 1.2 * C - 2 * B) / 6
arming c = (A + B - 1.9 * C) / 5
"""

#: A stock that is held to a goal of its own through a delay, and pushed from outside.
DELAYED = """
Push = STEP(3, 2)
Goal = 10
Level = INTEG(correction + Push, 4)
correction = (Goal - seen) / 2
seen = DELAY3(Level, 1)
"""


def write(folder: Path, equations: str, end: float = 10, step: float = 0.25) -> Path:
    """Write a model file: equations in, a file with a time grid out."""
    lines = [f"{line}\n\t~\tDmnl\n\t~\t|\n" for line in equations.strip().split("\n")]
    grid = (("INITIAL TIME", 0), ("FINAL TIME", end), ("TIME STEP", step), ("SAVEPER", step))
    lines += [f"{name} = {value}\n\t~\tYear\n\t~\t|\n" for name, value in grid]
    file = folder / "written.mdl"
    file.write_text("{UTF-8}\n" + "\n".join(lines), encoding="utf-8")
    return file
