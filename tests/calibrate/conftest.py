"""Fixtures of the tests of a fit."""

from __future__ import annotations

import pytest
from towns import copy_of, town_priors

from qiantang.priors import Priors
from qiantang.study import Study


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Priors:
    """Return priors of three parameters, each z itself."""
    return town_priors(tmp_path_factory.mktemp("three"), 3)


@pytest.fixture(scope="session")
def town(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a copy of the study without its fits."""
    return copy_of(study, tmp_path_factory.mktemp("study"))
