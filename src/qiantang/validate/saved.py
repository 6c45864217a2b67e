"""What other commands have saved: the scores of the hindcast and the diagnostics of the sampler."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

from qiantang.files import door
from qiantang.files.cells import bare
from qiantang.files.yamlfile import read_yaml
from qiantang.meaning import meaning_digest
from qiantang.validate import names
from qiantang.validate.ground import Ground
from qiantang.validate.records import Cell, Finding, judged, listed, open_question, table
from qiantang.wording.told import Row, Told

#: Bars of the sampler: potential scale reduction and effective sample sizes.
R_HAT, ESS = 1.01, 400.0
#: Share of figures that the 90 % interval must hold.
COVERAGE = (0.80, 0.97)
#: Share of series that must beat the best baseline where drivers are forecast too.
MOST = 0.8
#: What the scores are held against.
STATEMENTS = ("conditional", "ex_ante", "coverage", "current")
FIELDS = ("series", "setting", "horizon", "n", "crps_model", "crps_best_baseline",
          "best_baseline", "mape_model", "coverage90")  # fmt: skip
#: Names that column may have, in the tables of different samplers.
_COLUMNS = {
    "r_hat": ("r_hat", "rhat"),
    "ess_bulk": ("ess_bulk", "bulk_ess"),
    "ess_tail": ("ess_tail", "tail_ess"),
}


def skill(ground: Ground) -> list[Finding]:
    """Judge hindcast skill by the newest scores under calibration/skill."""
    folder = ground.study.folder / "calibration" / "skill"
    path, rows = read_scores(folder)
    if not rows:
        reason = (
            Told("scores.none")
            if path is None
            else Told("scores.unread", file=path.name, fields=Row(FIELDS[:6]))
        )
        return [open_question(id, Told(f"{id}.asks"), reason) for id in STATEMENTS]
    counts = headline_series(folder)
    mine = [row for row in rows if not counts or row["series"] in counts]
    shown = table(FIELDS, [[_cell(ground, row, field) for field in FIELDS] for row in rows])
    return [
        _beats(ground, mine, "conditional", 1.0, shown),
        _beats(ground, mine, "ex_ante", MOST, None),
        _covers(mine),
        _current(ground, path),
    ]


def _called(ground: Ground, name: str) -> str:
    """Return the name of a series, in Chinese its title where the study has one."""
    known = ground.study.evidence.series
    return names.series(known[name]) if name in known else name


def _cell(ground: Ground, row: dict[str, Any], field: str) -> Cell:
    value: Cell = row.get(field)
    return _called(ground, value) if field == "series" and isinstance(value, str) else value


def read_scores(folder: Path) -> tuple[Path | None, list[dict[str, Any]]]:
    """Return the newest file of scores, by path, and its rows; no rows where it holds none."""
    files = sorted(path for path in folder.rglob("*.json") if not path.parent.name.startswith("."))
    for path in reversed(files):
        try:
            data = json.loads(door.text(path, door.RESULT_LIMIT))
        except (OSError, ValueError):
            continue
        rows = [row for row in data if _is_score(row)] if isinstance(data, list) else []
        if rows:
            return path, [row | {"setting": _setting(row)} for row in rows]
    return (files[-1] if files else None), []


def headline_series(folder: Path) -> set[str]:
    """Return the series that count for the verdict; none named means that all do."""
    path = folder / "series.yaml"
    data = read_yaml(path).data if path.is_file() else {}
    return {str(n) for n, r in data.items() if isinstance(r, dict) and r.get("headline")}


def _is_score(row: Any) -> bool:
    needed = {"series", "setting", "crps_model", "crps_best_baseline"}
    return isinstance(row, dict) and needed <= set(row)


def _setting(row: dict[str, Any]) -> str:
    return str(row["setting"]).replace(" ", "_").replace("-", "_")


def _scores(rows: list[dict[str, Any]], setting: str) -> dict[str, tuple[float, float]]:
    """Return the model's and the best baseline's score of each series over all horizons."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["setting"] == setting:
            found.setdefault(str(row["series"]), []).append(row)
    scores = {}
    for name, several in found.items():
        kept = [row for row in several if row.get("horizon") == "all"] or several
        own = [math.nan if r["crps_model"] is None else float(r["crps_model"]) for r in kept]
        best = [float(row["crps_best_baseline"]) for row in kept]
        scores[name] = sum(own) / len(own), sum(best) / len(best)
    return scores


def _beats(
    ground: Ground, rows: list[dict[str, Any]], setting: str, needed: float, shown: Any
) -> Finding:
    """Judge the share of series whose score is below the best baseline's."""
    scores, asks = _scores(rows, setting), Told(f"{setting}.asks")
    if not scores:
        return open_question(setting, asks, Told("scores.no_setting", setting=setting))
    lost = [
        Told("scores.lost" if own == own else "scores.no_forecast", name=_called(ground, name),
             own=own, best=best)
        for name, (own, best) in scores.items()
        if not own < best
    ]  # fmt: skip
    return judged(
        setting,
        asks,
        len(scores) - len(lost) >= needed * len(scores),
        figure=Told("scores.figure", won=len(scores) - len(lost), series=len(scores)),
        limit=Told("limit.beaten", share=needed),
        reason=Told("scores.reason", names=listed(lost)) if lost else "",
        table=shown,
    )


def _covers(rows: list[dict[str, Any]]) -> Finding:
    asks = Told("coverage.asks")
    whole = [row for row in rows if row.get("horizon") == "all"] or rows
    found = [
        (float(row["coverage90"]), float(row.get("n") or 1))
        for row in whole
        if isinstance(row.get("coverage90"), (int, float))
        and row["setting"] in ("conditional", "ex_ante")
    ]
    if not found:
        return open_question("coverage", asks, Told("coverage.none"))
    share = sum(part * weight for part, weight in found) / sum(weight for _, weight in found)
    return judged(
        "coverage",
        asks,
        COVERAGE[0] <= share <= COVERAGE[1],
        figure=Told("coverage.figure", share=share),
        limit=Told("limit.between", low=COVERAGE[0], high=COVERAGE[1]),
    )


def _current(ground: Ground, path: Path | None) -> Finding:
    """Judge whether the scores were made from the files that stand there now."""
    asks = Told("current.asks")
    record = path.parent / "skill.yaml" if path is not None else None
    inputs = read_yaml(record).data.get("inputs", {}) if record and record.is_file() else {}
    if not inputs:
        return open_question("current", asks, Told("current.silent"))
    changed = [
        str(name)
        for name, expected in inputs.items()
        if not door.stands(ground.study.folder, str(name))
        or meaning_digest(ground.study.folder / str(name)) != expected
    ]
    return judged(
        "current",
        asks,
        not changed,
        figure=Told("current.figure", same=len(inputs) - len(changed), files=len(inputs)),
        limit=Told("limit.all"),
        reason=Told("current.reason", names=listed(changed)) if changed else "",
    )


def posterior(ground: Ground) -> list[Finding]:
    """Judge the sampler by the diagnostics that stand in the folder of the fit."""
    asks = Told("chains.asks")
    fit = ground.study.fit
    path, rows = read_diagnostics(fit.folder)
    if not rows:
        reason = Told("chains.none", fit=fit.record.version, method=fit.record.method)
        return [open_question("chains", asks, reason)]
    bad = [names.variable(ground, row["parameter"]) for row in rows if not _good(row)]
    worst = max(float(row["r_hat"]) for row in rows)
    sizes = [float(row[key]) for row in rows for key in ("ess_bulk", "ess_tail") if key in row]
    figure = Told("chains.figure", parameters=len(rows), worst=worst)
    if sizes:
        figure = Told("chains.least", figure=figure, least=min(sizes))
    return [
        judged(
            "chains", asks, not bad and bool(sizes),
            figure=figure, limit=Told("limit.chains", rhat=R_HAT, size=ESS),
            reason=Told("chains.bad", names=listed(bad)) if bad else ""
            if sizes else Told("chains.no_size"),
            table=table(("parameter", *_COLUMNS),
                        [(names.variable(ground, r["parameter"]),
                          *(r.get(key) for key in _COLUMNS)) for r in rows],
                        Told("from.file", file=path.name) if path else ""),
        )
    ]  # fmt: skip


def _good(row: dict[str, Any]) -> bool:
    sizes = [float(row[key]) for key in ("ess_bulk", "ess_tail") if key in row]
    return float(row["r_hat"]) < R_HAT and all(size > ESS for size in sizes)


def read_diagnostics(folder: Path) -> tuple[Path | None, list[dict[str, Any]]]:
    """Return the table of a fit that states R-hat, and its rows; a row without one is left out."""
    for path in sorted(folder.glob("*.csv")):
        reader = csv.DictReader(io.StringIO(door.text(path, door.DATA_LIMIT)))
        heads = reader.fieldnames or []
        own = {key: next((name for name in columns if name in heads), None)
               for key, columns in _COLUMNS.items()}  # fmt: skip
        if own["r_hat"] is None:
            continue
        rows = [_row(line, heads[0], own) for line in reader]
        return path, [row for row in rows if "r_hat" in row]
    return None, []


def _row(line: dict[str, str], first: str, own: dict[str, str | None]) -> dict[str, Any]:
    row: dict[str, Any] = {"parameter": bare(line.get("parameter") or line[first])}
    for key, name in own.items():
        try:
            value = float(line[name]) if name else math.nan
        except (TypeError, ValueError):
            continue
        if not math.isnan(value):
            row[key] = value
    return row
