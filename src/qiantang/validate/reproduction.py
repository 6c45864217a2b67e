"""Behaviour reproduction: the structure at the posterior median against each observed series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiantang.calibrate.report import theil
from qiantang.ensemble.readout import readout_of
from qiantang.evidence.observations import Series
from qiantang.model.figures import Figure
from qiantang.validate import charts
from qiantang.validate.ground import Ground
from qiantang.validate.records import Finding, judged, listed, open_question, table

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
        reason = "no series has a stated figure before the fit's horizon"
        return [open_question("series", "The model reproduces the observed series.", reason)]
    return [_summary(fits), *(_finding(fit) for fit in fits)]


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


def _summary(fits: list[Fit]) -> Finding:
    able = [fit for fit in fits if fit.holds is not None]
    poor = [fit.series.name for fit in able if not fit.holds]
    asks = "Most series are reproduced without systematic error."
    rows = []
    for fit in fits:
        um, us, uc = fit.shares
        rows.append((fit.series.name, len(fit.data), round(fit.mape, 2), round(fit.rmspe, 2),
                     round(fit.r2, 3), round(um, 3), round(us, 3), round(uc, 3),
                     round(fit.autocorrelation, 2)))  # fmt: skip
    shown = table(
        ("series", "figures", "MAPE %", "RMSPE %", "R2", "Um", "Us", "Uc",
         "autocorrelation of errors"), rows,
        "The structure alone at the posterior median, with no deviation carried. Um, Us and Uc are "
        "Theil's shares of the squared error: bias, unequal variation, the rest.",
    )  # fmt: skip
    if not able:
        reason = f"no series has {ENOUGH} stated figures"
        return open_question("most_series", asks, reason, table=shown)
    return judged(
        "most_series",
        asks,
        len(poor) <= len(able) / 2,
        figure=f"{len(able) - len(poor)} of {len(able)} series with {ENOUGH} figures or more",
        limit="more than half",
        reason=f"systematic error: {listed(poor, 8)}" if poor else "",
        table=shown,
        chart=charts.panels([
            (fit.series.title, fit.series.unit, fit.years, fit.data, fit.model) for fit in able
        ]) + charts.stacked(
            "Theil's shares of the error: bias, unequal variation, the rest",
            [(f"{fit.series.name} ({fit.mape:.1f} %)", fit.shares) for fit in able],
        ),
    )  # fmt: skip


def _finding(fit: Fit) -> Finding:
    um, us, uc = fit.shares
    asks = f"{fit.series.title}: the error is small or unsystematic."
    figure = (
        f"MAPE {fit.mape:.1f} %, R2 {fit.r2:.2f}, Um {um:.2f}, Us {us:.2f}, Uc {uc:.2f} over "
        f"{len(fit.data)} figures"
    )
    if fit.holds is None:
        reason = f"{len(fit.data)} stated figures, {ENOUGH} needed to take the error apart"
        return open_question(fit.series.name, asks, reason, figure=figure)
    return judged(
        fit.series.name,
        asks,
        fit.holds,
        figure=figure,
        limit=f"MAPE below {SMALL:g} %, or Um below {BIAS} and Us below {VARIATION}",
        reason="" if fit.holds else "bias" if um >= BIAS else "unequal variation",
    )
