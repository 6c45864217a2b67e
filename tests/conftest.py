"""What the tests share: the bundled study, and a small copy with a fit of its own."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from qiantang.calibrate.counts import draw_counts
from qiantang.ensemble.runs import Runs
from qiantang.fits import FitRecord, save_fit
from qiantang.session import open_study
from qiantang.study import Study

# What differs is shown, as in a test file.
pytest.register_assert_rewrite("mistakes")

ROOT = Path(__file__).parents[1]
#: Members of the small study's fit.
SMALL = 12

#: Folders whose tests share charts, a notebook's server, memos, a reviewed study or a page.
TOGETHER = ("tests/charts/", "tests/deck/", "tests/memo/", "tests/review/", "tests/travel/")

# No clock decides, and every machine tries the same examples.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run all tests of a folder that share what is dear to make."""
    from xdist.scheduler import LoadFileScheduling

    class ByFolder(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return ByFolder(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which checks were left out, and the one command that installs what they need."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("left out")
        for reason, count in reasons.items():
            terminalreporter.write_line(f"{count} of the checks: {reason}")
        terminalreporter.write_line("sh tests/install_programs.sh installs what they need")


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compile into a folder of this run, so that no earlier result helps or harms.

    The processes of a run share it: a model is compiled once, not once a process.
    """
    place = tmp_path_factory.getbasetemp()
    shared = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QIANTANG_CACHE", str(shared / "cache"))
        yield shared / "cache"


@pytest.fixture(scope="session")
def study() -> Study:
    """Return the bundled study; its fit may be absent."""
    return open_study(ROOT)


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a copy of the study with a fit of few members drawn from the priors.

    The fit is made here, so that no test depends on the numbers of the shipped one.
    """
    folder = tmp_path_factory.mktemp("study")
    shutil.copy(ROOT / "study.yaml", folder)
    for part in ("model", "scenarios"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copytree(
        ROOT / "calibration", folder / "calibration", ignore=shutil.ignore_patterns("fits")
    )
    copy = open_study(folder)
    add_fit(copy, "small", SMALL)
    return copy


@pytest.fixture(scope="session")
def both(small_study: Study) -> Runs:
    """Return all members of two scenarios."""
    return small_study.run(["current_policy", "plan_in_full"], members=SMALL, engine="kernel")


@pytest.fixture(scope="module")
def coarse_refits() -> Iterator[None]:
    """Fit with few steps: what is proven so does not depend on the length of the chains."""
    from qiantang.calibrate.chains import Plan
    from qiantang.calibrate.forecast import refit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qiantang.calibrate.forecast.PLAN", Plan(16, (10,), 5, 2))
        patch.setattr("qiantang.calibrate.laplace.ROUNDS", 2)
        yield
    refit.cache_clear()


def add_fit(study: Study, version: str, members: int) -> None:
    """Save a fit made of draws from the priors and mild deviations."""
    rng = np.random.default_rng(20180630)
    z = 0.5 * study.priors.draw(members, rng)
    times = np.arange(2000.0, 2026.0) + 0.5
    innovations = {
        record.innovation: 0.03 * rng.standard_normal((members, len(times)))
        for record in study.discrepancy.values()
        if record.innovation is not None
    }
    # As in a fit, so that both run one compiled model.
    innovations |= draw_counts(study.counts, (members, len(times)), rng)
    record = FitRecord(
        version=version, method="drawn from the priors", members=members, seed=1,
        sees_until=2018.0, model=study.model_meaning, inputs={}, plan={}, drift={},
        diagnostics={}, runs=0, files={},
    )  # fmt: skip
    folder = study.folder / "calibration" / "fits" / version
    save_fit(folder, record, study.priors.as_parameters(z), times, innovations, {})
