"""What every chart must keep to, and what it says of bad or thin results."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from qiantang.charts import Chart
from qiantang.charts.lettering import width, wrap
from qiantang.charts.weights import rank_correlations, slopes_of
from qiantang.ensemble.runs import Runs
from qiantang.faults import StudyError
from qiantang.study import Study

from .conftest import made_runs
from .gallery import KINDS, LANGUAGES, draw, drawn, lever_rows

Gallery = Callable[[str, str], Chart]
LONG = "A scenario whose title goes on and on, past every edge of every page there is, " * 3
LONG_ZH = "一个名称极长、任何版面都容不下、却又不得不画出来的情景" * 4
PAIR = {"a": ("Current policy", "现行政策"), "b": ("The plan in full", "实施意见全面落实")}


def shown(figure: Figure) -> Iterator[Text]:
    """Yield every text that is drawn; a tick outside of the scale is not."""
    yield from figure.texts
    for legend in figure.legends:
        yield from legend.get_texts()
    for axes in figure.axes:
        yield from axes.texts
        yield from (axes.title, axes._left_title)  # type: ignore[attr-defined]
        for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            yield from (label for place, label in ticks if low <= place <= high)


def keeps_to_its_page(chart: Chart) -> None:
    """Check that no text leaves the page, and that title, legend and footer stand apart."""
    figure = chart.figure
    renderer = drawn(chart)
    page = figure.bbox
    words = list(shown(figure))
    assert len(words) > 5
    for text in words:
        box = text.get_window_extent(renderer)
        if box.width == 0 or not text.get_text().strip():
            continue
        assert box.x0 >= page.x0 - 2, text.get_text()
        assert box.x1 <= page.x1 + 2, text.get_text()
        assert box.y0 >= page.y0 - 2, text.get_text()
        assert box.y1 <= page.y1 + 2, text.get_text()
    rows = [text.get_window_extent(renderer).shrunk(0.98, 0.7) for text in figure.texts]
    rows += [legend.get_window_extent(renderer).shrunk(0.98, 0.7) for legend in figure.legends]
    for one, two in combinations(rows, 2):
        assert not one.overlaps(two)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_keeps_to_its_page_and_says_what_it_is(
    kind: str, lang: str, gallery: Gallery
) -> None:
    chart = gallery(kind, lang)
    keeps_to_its_page(chart)
    assert chart.lang == lang
    assert chart.finding
    assert chart.caption
    assert len(chart.data) > 0
    assert any(chart.source["model"] in text.get_text() for text in chart.figure.texts)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in chart.finding + chart.caption)
    assert chinese == (lang == "zh")
    picture, shown = chart._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 100_000
    assert shown == {"width": round(96 * chart.figure.get_figwidth())}
    assert repr(chart).startswith("Chart(")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(
    kind: str, gallery: Gallery, runs: Runs, routes: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draw(kind, "zh", runs, routes, monkeypatch).svg() == gallery(kind, "zh").svg()


def test_a_picture_of_dots_has_the_same_bytes_too(runs: Runs) -> None:
    one, two = (runs.chart.fan("passengers", lang="zh") for _ in range(2))
    assert one.png(72) == two.png(72)


def test_a_picture_is_saved_by_its_suffix(runs: Runs, tmp_path: Path) -> None:
    chart = runs.chart.fan("passengers", lang="zh")
    for suffix, begins in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        path = chart.save(tmp_path / f"fan{suffix}")
        assert path.read_bytes().startswith(begins)
    assert b"<dc:date>" not in (tmp_path / "fan.svg").read_bytes()
    shape = imread(io.BytesIO((tmp_path / "fan.png").read_bytes()), format="png").shape
    assert shape[1] == pytest.approx(7.2 * 300, abs=1)
    assert chart.save(tmp_path / "two.pdf").read_bytes() == (tmp_path / "fan.pdf").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"fan.svg", "fan.png", "fan.pdf",
                                                          "two.pdf"}  # fmt: skip


def test_numbers_open_in_excel_with_chinese_headings(runs: Runs, tmp_path: Path) -> None:
    chart = runs.chart.board(lang="zh")
    data = chart.save_data(tmp_path / "board.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(tmp_path / "board.csv", encoding="utf-8-sig")
    assert list(table.columns[:3]) == ["目标", "名称", "条款"]
    assert table["来源"].str.contains("0123456789ab").all()
    book = openpyxl.load_workbook(chart.save_data(tmp_path / "board.xlsx"))
    assert book.sheetnames == ["数据", "来源"]
    assert book["数据"].max_row == len(chart.data) + 1
    assert book["来源"].cell(2, 1).value == "qiantang"


def test_the_numbers_behind_a_fan_are_those_drawn(runs: Runs) -> None:
    data = runs.chart.fan("passengers", lang="zh").data
    row = data[(data["scenario"] == "plan_in_full") & (data["year"] == 2020)].iloc[0]
    values = runs["passengers"].sel(scenario="plan_in_full", time=2020).to_numpy() * 100
    assert row["median"] == pytest.approx(np.median(values))
    assert row["p95"] == pytest.approx(np.quantile(values, 0.95))
    assert row["unit"] == "万人次"
    assert data[data["what"] == "目标"]["value"].item() == 4600
    assert set(data["grade"].dropna()) >= {"documented", "undocumented"}


@pytest.mark.parametrize("name", ["x.bmp", "x", "nowhere/x.svg"])
def test_a_picture_that_cannot_be_written_is_refused(runs: Runs, tmp_path: Path, name: str) -> None:
    with pytest.raises(StudyError, match="--out"):
        runs.chart.fan("passengers").save(tmp_path / name)
    with pytest.raises(StudyError, match="--numbers"):
        runs.chart.fan("passengers").save_data(tmp_path / name)


def test_what_is_unknown_is_refused_in_one_sentence(runs: Runs, study: Study) -> None:
    with pytest.raises(StudyError, match="did you mean passengers"):
        runs.chart.fan("passenger")
    with pytest.raises(StudyError, match="was not saved by this run"):
        runs.chart.fan("slots_granted")
    with pytest.raises(StudyError, match="no scenario of this run"):
        runs.chart.fan("passengers", scenarios=["plan_in_ful"])
    with pytest.raises(StudyError, match="no year of the run"):
        runs.chart.compare("gdp", year=1999)
    with pytest.raises(StudyError, match="no target of the plan"):
        runs.chart.tornado("passenger")
    with pytest.raises(StudyError, match="expected zh or en"):
        runs.chart.board(lang="fr")
    with pytest.raises(StudyError, match="no sector of the model"):
        study.chart.flow("nowhere")
    with pytest.raises(StudyError, match="columns missing: median"):
        study.chart.levers(lever_rows(study, "cargo").drop(columns="median"), "cargo")
    with pytest.raises(StudyError, match="no row for the target cargo"):
        study.chart.levers(lever_rows(study, "goods_trade"), "cargo")


def test_an_empty_run_is_refused(study: Study) -> None:
    empty = made_runs(study, PAIR, members=0)
    for call in (lambda: empty.chart.fan("passengers"), empty.chart.board, empty.chart.multiples):
        with pytest.raises(StudyError, match="holds no result"):
            call()


def test_one_member_gives_a_line_and_says_so(study: Study) -> None:
    one = made_runs(study, PAIR, members=1)
    chart = one.chart.fan("passengers")
    assert any("One member" in text.get_text() for text in chart.figure.texts)
    for other in (one.chart.board(), one.chart.compare("passengers"), one.chart.multiples()):
        assert other.finding
    with pytest.raises(StudyError, match="1 sound members, at least 30"):
        one.chart.tornado("passengers")


def test_diverged_members_are_left_out_and_counted(study: Study) -> None:
    some = made_runs(study, PAIR)
    for name in some.dataset.data_vars:
        if name != "diverged":
            some.dataset[name][0, :3] = np.nan
    some.dataset["diverged"][0, :3] = True
    charts = (some.chart.fan("passengers"), some.chart.board(), some.chart.compare("passengers"),
              some.chart.multiples())  # fmt: skip
    for chart in charts:
        assert any("3 diverged members" in text.get_text() for text in chart.figure.texts)
        assert np.isfinite(chart.data["median"].dropna()).all()


def test_a_run_that_diverged_as_a_whole_is_refused_or_shown_as_unknown(study: Study) -> None:
    gone = made_runs(study, PAIR)
    for name in gone.dataset.data_vars:
        if name != "diverged":
            gone.dataset[name][:] = np.nan
    gone.dataset["diverged"][:] = True
    for call in (lambda: gone.chart.fan("passengers"), lambda: gone.chart.compare("cargo"),
                 gone.chart.multiples):  # fmt: skip
        with pytest.raises(StudyError, match="every member diverged"):
            call()
    assert any("n/a" in text.get_text() for axes in gone.chart.board().figure.axes
               for text in axes.texts)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["fan", "compare", "board", "multiples"])
def test_very_long_titles_are_broken_or_cut_but_never_leave_the_page(
    study: Study, kind: str, lang: str
) -> None:
    many = {f"s{place}": (f"{place} {LONG}", f"{place}{LONG_ZH}") for place in range(3)}
    long = made_runs(study, many)
    name = {"fan": "passengers", "compare": "cargo"}.get(kind)
    draw_it = getattr(long.chart, kind)
    chart = draw_it(name, lang=lang) if name else draw_it(lang=lang)
    keeps_to_its_page(chart)


def test_no_line_begins_or_ends_with_a_blank() -> None:
    """At any width: a blank that does not fit is no part of a line."""
    text = "What was told came as often as it was told, as far as 40 worlds can say 90 % and 11."
    for tenths in range(20, 120):
        assert all(line == line.strip() for line in wrap(text, tenths / 10, 16))


def test_lines_break_where_chinese_and_english_may_be_broken() -> None:
    for text in ("机场旅客吞吐量：“实施意见全面落实”情景下不大可能实现2020年目标（概率17%）", LONG):
        lines = wrap(text, 1.5, 9)
        assert all(width(line, 9) <= 1.5 for line in lines)
        assert not any(line[0] in "，。：；）”" for line in lines)
        assert "".join("".join(lines).split()) == "".join(text.split())
    assert wrap("a" * 400, 1.0, 9, lines=2)[-1].endswith("…")
    assert wrap("", 1.0, 9) == [""]


def test_a_title_follows_the_numbers(study: Study) -> None:
    poor = made_runs(study, PAIR)
    rich = made_runs(study, PAIR)
    rich.dataset["passengers"][:] = rich.dataset["passengers"] * 1.5
    assert "all but certain" in rich.chart.fan("passengers").finding
    assert rich.chart.fan("passengers").finding != poor.chart.fan("passengers").finding


def test_the_tornado_finds_what_moves_the_target(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = draw("tornado", "en", runs, runs.study, monkeypatch)
    assert list(chart.data["uncertainty"][:2]) == ["air_travel_demand", "slot_growth"]
    assert chart.data["correlation"][1] < -0.8
    linked = chart.data.set_index("uncertainty")["correlation"]["route_network"]
    assert abs(linked) < 0.25  # linked to slot growth, but without an effect of its own


def test_a_partial_correlation_sees_through_a_link() -> None:
    chance = np.random.default_rng(0)
    cause = chance.normal(size=400)
    shadow = cause + 0.3 * chance.normal(size=400)
    effect = cause + 0.3 * chance.normal(size=400)
    inputs = np.column_stack([cause, shadow])
    plain = rank_correlations(effect, inputs, partial=False)
    partial = rank_correlations(effect, inputs, partial=True)
    assert plain[1] > 0.8
    assert abs(partial[1]) < 0.2
    slopes, explained = slopes_of(effect, inputs, partial=True)
    assert slopes[0] == pytest.approx(1, abs=0.15)
    assert slopes[1] == pytest.approx(0, abs=0.15)
    assert 0.85 < explained < 0.97
