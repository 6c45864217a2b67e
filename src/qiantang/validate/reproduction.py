"""Behaviour reproduction: the structure at the posterior median against each observed series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.report import theil
from qiantang.ensemble.readout import readout_of
from qiantang.evidence.observations import Series
from qiantang.model.figures import Figure
from qiantang.validate import charts, names
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, Table, judged, listed, open_question, table
from qiantang.wording.language import Language
from qiantang.wording.told import Told

Array = NDArray[np.float64]

#: Theil's shares above which an error is systematic: bias, unequal variation.
BIAS, VARIATION = 0.1, 0.2
#: Mean absolute error below which its shares no longer matter. [%]
SMALL = 5.0
#: Figures that a series needs before its error can be taken apart.
ENOUGH = 6


@dataclass(frozen=True)
class Fit:
    """How one series is reproduced.

    Parameters
    ----------
    series : Series
    years, data, model : ndarray, shape (n,)
        Stated figures only; bounds and intervals are left out. [unit of the series]
    """

    series: Series
    years: Array
    data: Array
    model: Array

    @property
    def mape(self) -> float:
        """Mean absolute error. [%]"""
        return float(np.mean(np.abs(self.model / self.data - 1.0)) * 100)

    @property
    def rmspe(self) -> float:
        """Root mean square error. [%]"""
        return float(np.sqrt(np.mean(np.square(self.model / self.data - 1.0))) * 100)

    @property
    def r2(self) -> float:
        """Squared correlation, NaN where one of the two does not vary."""
        if len(self.data) < 2 or not self.data.std() or not self.model.std():
            return float("nan")
        return float(np.corrcoef(self.model, self.data)[0, 1] ** 2)

    @property
    def shares(self) -> tuple[float, float, float]:
        """Theil's Um, Us and Uc."""
        return theil(self.model, self.data)

    @property
    def autocorrelation(self) -> float:
        """First-order autocorrelation of the log errors, NaN below four figures."""
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.log(self.model / self.data)
        errors = errors - errors.mean()
        total = float(np.sum(np.square(errors)))
        if len(errors) < 4 or total == 0:
            return float("nan")
        return float(np.sum(errors[1:] * errors[:-1]) / total)

    @property
    def holds(self) -> bool | None:
        """Tell whether the error is small or unsystematic; None where figures are too few."""
        if len(self.data) < ENOUGH:
            return None
        um, us, _ = self.shares
        return self.mape < SMALL or (um < BIAS and us < VARIATION)


def reproduction(ground: Ground) -> list[Finding]:
    """Judge behaviour reproduction: one finding a series."""
    fits = structural_fits(ground)
    if not fits:
        return [open_question("series", Told("series.asks"), Told("series.none"))]
    return [_summary(ground, fits), *(_finding(fit) for fit in fits)]


def structural_fits(ground: Ground) -> list[Fit]:
    """Run the posterior median with every deviation at nought and hold it against history."""
    until = ground.study.fit.record.sees_until
    pairs = []
    for series in ground.study.evidence.series.values():
        for row in series.used:
            figure = Figure(series.variable, series.kind, row.year)
            if row.value is not None and figure.times[-1] <= until + 1e-9:
                pairs.append((series, row.year, row.value, figure))
    figures = [figure for *_, figure in pairs]
    if not figures:
        return []
    batch = ground.batch(ground.base, ground.median, innovations=False)
    readout = readout_of(ground.study, figures, alone=True)
    found = readout.read(batch.run(ground.program, readout, engine="numpy"))[:, 0]
    read = np.array([found[readout.place[figure]] for figure in figures])
    fits = []
    for series in ground.study.evidence.series.values():
        at = [place for place, (owner, *_) in enumerate(pairs) if owner is series]
        if at:
            years = np.array([pairs[i][1] for i in at], dtype=np.float64)
            data = np.array([pairs[i][2] for i in at], dtype=np.float64)
            fits.append(Fit(series, years, data, read[at]))
    return fits


def _summary(ground: Ground, fits: list[Fit]) -> Finding:
    able = [fit for fit in fits if fit.holds is not None]
    poor = [names.series(fit.series) for fit in able if not fit.holds]
    asks, shown = Told("most_series.asks"), _table(fits)
    if not able:
        reason = Told("most_series.none", enough=ENOUGH)
        return open_question("most_series", asks, reason, table=shown)
    return judged(
        "most_series",
        asks,
        len(poor) <= len(able) / 2,
        figure=Told("most_series.figure", good=len(able) - len(poor), able=len(able),
                    enough=ENOUGH),
        limit=Told("limit.half"),
        reason=Told("most_series.reason", names=listed(poor, 8)) if poor else "",
        table=shown,
        chart=partial(_charts, ground, able),
    )  # fmt: skip


def _charts(ground: Ground, able: list[Fit], lang: Language) -> str:
    """Draw history beside the structure, and what its error is made of."""
    panels = []
    for fit in able:
        unit, factor = names.drawn_unit(ground.study, fit.series.unit, lang)
        name = names.series_title(fit.series)
        title = Told("panels.title", series=name, unit=unit).said(lang)
        panels.append(
            (
                title if charts.fits(title) else name,
                fit.years,
                factor * fit.data,
                factor * fit.model,
            )
        )
    rows = [(Told("theil.row", series=names.series(fit.series), mape=fit.mape), fit.shares)
            for fit in able]  # fmt: skip
    return charts.panels(panels, lang=lang) + charts.stacked(Told("theil.chart"), rows, lang=lang)


def _table(fits: list[Fit]) -> Table:
    rows = []
    for fit in fits:
        um, us, uc = fit.shares
        rows.append((names.series(fit.series), len(fit.data), round(fit.mape, 2),
                     round(fit.rmspe, 2), round(fit.r2, 3), round(um, 3), round(us, 3),
                     round(uc, 3), round(fit.autocorrelation, 2)))  # fmt: skip
    return table(
        ("series", "figures", "MAPE %", "RMSPE %", "R2", "Um", "Us", "Uc",
         "autocorrelation of errors"), rows, Told("most_series.note"),
    )  # fmt: skip


def _finding(fit: Fit) -> Finding:
    um, us, uc = fit.shares
    asks = Told("reproduced.asks", series=names.series_title(fit.series), id=fit.series.name)
    key = "reproduced.figure" if um == um else "reproduced.exact"
    figure = Told(key, mape=fit.mape, r2=fit.r2, um=um, us=us, uc=uc, figures=len(fit.data))
    if fit.holds is None:
        reason = Told("reproduced.few", figures=len(fit.data), enough=ENOUGH)
        return open_question(fit.series.name, asks, reason, figure=figure)
    return judged(
        fit.series.name,
        asks,
        fit.holds,
        figure=figure,
        limit=Told("limit.fit", small=SMALL, bias=BIAS, variation=VARIATION),
        reason=""
        if fit.holds
        else Told("reproduced.bias" if um >= BIAS else "reproduced.variation"),
    )
