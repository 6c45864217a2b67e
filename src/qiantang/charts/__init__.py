"""Charts that state a finding: for memos, notebooks and print, in Chinese and English.

A run draws itself through ``runs.chart``, a study (what needs no run) through ``study.chart``::

    runs = study.run(study.scenario_names(), members=1000)
    chart = runs.chart.fan("passengers", lang="zh")
    chart.finding              # the title, made from the numbers
    chart.caption              # one sentence for a memo's figure caption
    chart.source               # model, fit, members, seed, hashes: a dict of str
    chart.data                 # the numbers behind the chart, a DataFrame in the units shown
    chart.figure               # a matplotlib Figure
    chart.save("fan.svg")      # .svg, .png (300 dpi), .pdf; byte-stable for the same input
    chart.save_data("fan.xlsx")  # .csv (opens in Excel, Chinese too), .xlsx with a source sheet
    chart.svg()                # SVG text; Jupyter shows the chart by itself

Kinds, each with ``lang="en"`` or ``lang="zh"``:

===========================================  ===================================================
``runs.chart.fan(variable)``                 history by evidence grade, 50 and 90 % bands, target
``runs.chart.compare(name, year=...)``      scenarios side by side; a variable or a target's id
``runs.chart.board()``                       every target in every scenario: probability, median
``runs.chart.tornado(target, scenario)``     which uncertainties move a target; no extra runs
``runs.chart.multiples()``                   headline variables as small multiples
``study.chart.flow(sector)``                 stock-and-flow diagram from the model file
``study.chart.levers(table, target)``        effect bars of the levers with their articles
``study.chart.scoreboard()``                 hindcasts against naive forecasts, and coverage
``study.chart.recovery(found)``              ranks of the truth in fits of made worlds
===========================================  ===================================================

The table for ``levers`` has the columns lever, target, median, p05, p95, shapley, article
(``shapley`` may be empty; ``article`` is a list of numbers or text such as "7, 10").

Another kind of chart is one module and one line of `qiantang.charts.kinds`. It takes its looks from
here: open `qiantang.charts.style.drawing()`, draw on a ``Figure``, and close the page with
`qiantang.charts.page.finish`, which sets title, legend and footer and returns a `Chart`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazy_loader import attach

if TYPE_CHECKING:
    from qiantang.charts.chart import Chart
    from qiantang.charts.rooms import Charts

__all__ = ["Chart", "Charts"]

# Whoever only names a kind of chart must not wait for matplotlib.
__getattr__, __dir__, _ = attach(__name__, submod_attrs={"chart": ["Chart"], "rooms": ["Charts"]})
