"""Results frozen before the code is moved, and held against what it gives afterwards.

python tools/freeze.py write FOLDER        run every job, keep what it prints and writes
python tools/freeze.py compare OLD NEW     name each file that is not the same, and the first line
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

SCENARIOS = (
    *("current_policy", "plan_in_full", "plan_as_staffed", "pandemic_as_happened"),
    *("push_airport", "push_business_environment", "push_investment", "push_open_trade"),
    *("push_talent", "slow_start", "tariffs_as_happened"),
)
FAN = ("passengers", "goods_trade", "fdi_used")
JOBS: dict[str, tuple[str, ...]] = {
    "check": ("check",),
    "reach": ("reach", *SCENARIOS, "--json"),
    "reach_actual": ("reach", "--vintage", "actual", "--json"),
    "reach_text": ("reach",),
    "run": ("run", *SCENARIOS, "--members", "300", "--out", "{here}/run.csv"),
    "sweep": ("sweep", "airport_push_and_date", "--out", "{here}/sweep"),
    "sweep_sample": ("sweep", "one_year_late", "--out", "{here}/sweep_sample"),
    "levers": ("levers", "--json"),
    "solve": ("solve", "--target", "destinations", "--probability", "0.6", "--json"),
    "solve_none": ("solve", "--target", "passengers", "--probability", "0.8", "--json"),
    "skill": ("skill", "--horizons", "--json"),
    "validate": ("validate", "--quick", "--json"),
    "compare": ("compare", "current_policy", "plan_in_full", "--json"),
    "articles": ("articles", "--json"),
    "evidence": ("evidence", "passengers", "--json"),
    "memo_en": ("memo", "current_policy", "plan_in_full", "--out", "{here}/memo_en.html"),
    "memo_zh": (
        *("memo", "current_policy", "plan_in_full", "--lang", "zh"),
        *("--out", "{here}/memo_zh.html"),
    ),
}


def _chart(name: str, *words: str) -> tuple[str, ...]:
    files = ("--out", f"{{here}}/{name}.svg", "--data", f"{{here}}/{name}.csv")
    return ("chart", *words, *files)


JOBS |= {f"fan_{name}": _chart(f"fan_{name}", "fan", name) for name in FAN}
JOBS |= {
    "board": _chart("board", "board", "--lang", "zh"),
    "tornado": _chart("tornado", "tornado", "passengers"),
    "chart_compare": _chart("chart_compare", "compare", "passengers"),
    "chart_levers": _chart("chart_levers", "levers", "goods_trade"),
    "multiples": _chart("multiples", "multiples"),
    "scoreboard": _chart("scoreboard", "scoreboard"),
}


def write(folder: Path) -> None:
    """Run every job; a job that fails keeps its message as its result."""
    folder.mkdir(parents=True)
    for name, words in JOBS.items():
        command = [word.replace("{here}", str(folder)) for word in words]
        done = subprocess.run(
            [sys.executable, "-m", "qiantang", *command], capture_output=True, check=False
        )
        text = done.stdout + (done.stderr if done.returncode else b"")
        (folder / f"{name}.txt").write_bytes(text.replace(str(folder).encode(), b"HERE"))
        print(f"{name}: exit {done.returncode}, {len(text):,} bytes", flush=True)


def compare(old: Path, new: Path) -> int:
    """Print what differs and return how many files do."""
    files = [
        {f.relative_to(side): f for f in side.rglob("*") if f.is_file()} for side in (old, new)
    ]
    different = 0
    for name in sorted(files[0] | files[1]):
        both = [side.get(name) for side in files]
        if None in both:
            print(f"{name}: only in {old if both[1] is None else new}")
        else:
            first, second = (file.read_bytes() for file in both if file)
            if hashlib.sha256(first).digest() == hashlib.sha256(second).digest():
                continue
            print(f"{name}: {_first_line(first, second)}")
        different += 1
    print(f"{len(files[0] | files[1])} files, {different} differ")
    return different


def _first_line(first: bytes, second: bytes) -> str:
    lines = zip_longest(first.splitlines(), second.splitlines(), fillvalue=b"")
    for number, (a, b) in enumerate(lines, start=1):
        if a != b:
            return f"line {number}: {a[:100]!r} is now {b[:100]!r}"
    return "line ends differ"


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        sys.exit(1 if compare(Path(sys.argv[2]), Path(sys.argv[3])) else 0)
