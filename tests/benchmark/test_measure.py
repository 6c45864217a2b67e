"""The bench: one request for all, honest ratios, a table in its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qiantang.benchmark import measure, peers
from qiantang.benchmark.report import Report, write
from qiantang.benchmark.streamed import streamed
from qiantang.commands.bench import BEGIN, END
from qiantang.commands.bench import bench as command
from qiantang.engine import load_model

MODEL = Path(__file__).parents[2] / "benchmarks" / "models" / "delays.mdl"


@pytest.fixture(scope="module")
def report() -> Report:
    return measure.bench(MODEL, members=64, peers=("numpy", "c"))


def test_the_same_request_each_time() -> None:
    program = load_model(MODEL)
    one, two = (measure.request(program, MODEL, (), (), 9) for _ in range(2))
    assert one.outputs == two.outputs == ("stock", "pipeline", "backlog", "sold")
    assert one.titles == ("Stock", "Pipeline", "Backlog", "Sold")
    for name, values in one.parameters.items():
        assert np.array_equal(values, two.parameters[name])
        assert np.ptp(values) > 0
        assert np.all(np.abs(values / program.constants[name] - 1) <= measure.SPREAD)
    assert one.member(3) == {name: values[3] for name, values in one.parameters.items()}


def test_rates_are_ratios_to_the_kernel_on_as_many_cores(report: Report) -> None:
    rate = {(f.engine, f.cores): f.runs_per_second for f in report.figures}
    for figure in report.figures:
        base = rate.get(("kernel", figure.cores), 0.0)
        assert figure.kernel_is == pytest.approx(base / figure.runs_per_second)
    numpy = next(f for f in report.figures if f.engine.startswith("NumPy"))
    assert numpy.off is not None
    assert numpy.off < 1e-12


def test_the_c_lanes_give_the_same_results_or_are_named_as_missing(report: Report) -> None:
    found = [f for f in report.figures if f.engine.startswith("C lanes")]
    if not found:
        assert any(line.startswith("C lanes") for line in report.missing)
        return
    assert found[0].off is not None
    assert found[0].off < 1e-9


def test_a_difference_is_seen() -> None:
    values = np.random.default_rng(1).uniform(1, 2, (2, 3, 4))
    assert peers.worst(values, values) == 0.0
    other = values.copy()
    other[1, 2, 3] += 1e-3
    assert 1e-3 < peers.worst(values, other) < 2e-3


@pytest.mark.slow  # what PySD answers, tests/engine asks
def test_pysd_answers_alike_with_either_reading_of_tables(tmp_path: Path) -> None:
    file = tmp_path / "table.mdl"
    file.write_text(
        "{UTF-8}\nrate = 0.3\n~ Dmnl\n~ |\n"
        "effect((0,0.1),(1,0.5),(2,0.4))\n~ Dmnl\n~ |\n"
        "b = INTEG(rate * effect(b), 0.2)\n~ Dmnl\n~ |\n"
        "INITIAL TIME = 0\n~ Year\n~ |\nFINAL TIME = 20\n~ Year\n~ |\n"
        "TIME STEP = 0.5\n~ Year\n~ |\nSAVEPER = 0.5\n~ Year\n~ |\n",
        encoding="utf-8",
    )
    program = load_model(file)
    task = measure.request(program, file, (), (), 4)
    ours = program.run(task.outputs, task.times, parameters=task.parameters, members=4).values
    for plain in (False, True):
        rate = peers.on_all_cores(peers.pysd_rate, task, 1, plain)
        assert rate.per_second > 0
        assert peers.worst(ours, rate.values) < 1e-12


@pytest.mark.slow  # what a stream yields, tests/engine asks
def test_a_stream_is_measured_with_its_memory() -> None:
    program = load_model(MODEL)
    task = measure.request(program, MODEL, (), (), 4)
    kept = np.ones(2**27)  # a gigabyte of the caller's own, which is not the stream's
    seconds, peak = streamed(MODEL, task, 100)
    assert kept.sum() == len(kept)
    assert seconds > 0
    assert 2**24 < peak < 2**30


def test_tables_go_between_the_marks(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write([report], file, BEGIN, END)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| kernel | 1 |" in text
    file.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the mark"):
        write([report], file, BEGIN, END)


def test_the_command_prints_json() -> None:
    arguments = ["--model", str(MODEL), "--members", "32", "--peers", "numpy", "--json"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)
    assert found["model"] == "delays.mdl"
    assert {f["engine"] for f in found["figures"]} == {"kernel", "NumPy over members"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--peers", "vensim"], "no peer vensim"),
        (["--members", "0"], "not in the range x>=1"),
        (["--sizes", "1e3"], "expected numbers"),
    ],
)
def test_refusals(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(command, ["--model", str(MODEL), *arguments])
    assert result.exit_code == 2
    assert said in result.output
