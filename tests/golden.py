"""Golden results: every target in every shipped scenario. `make golden` shows old, new, change."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from qiantang.session import open_study

GOLDEN = Path(__file__).with_name("golden.csv")
MEMBERS = 200
KEYS = ["scenario", "target"]
FIGURES = ["median", "p05", "p95", "probability"]


def compute() -> pd.DataFrame:
    study = open_study()
    runs = study.run(study.scenario_names(), members=MEMBERS, seed=1)
    return runs.reach().to_pandas()[[*KEYS, *FIGURES]]


def read() -> pd.DataFrame:
    return pd.read_csv(GOLDEN)


def main() -> None:
    new = compute()
    if GOLDEN.exists():
        both = read().merge(new, on=KEYS, how="outer", suffixes=("_old", "_new"))
        moved = both[(both["median_old"] - both["median_new"]).abs() > 1e-9]
        moved = moved.assign(change=moved["median_new"] - moved["median_old"])
        columns = [
            *KEYS,
            "median_old",
            "median_new",
            "change",
            "probability_old",
            "probability_new",
        ]
        print(moved[columns].to_string(index=False) if len(moved) else "no median has changed")
    new.to_csv(GOLDEN, index=False, float_format="%.10g", lineterminator="\n")
    print(f"{GOLDEN.name}: {len(new)} rows")


if __name__ == "__main__":
    main()
