"""The small study of the harbour, sound, and broken where a test asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from harbour import Broken, Change, build

from qiantang.study import Study
from qiantang.validate.ground import Ground


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return the study with nothing wrong in it."""
    return build(tmp_path_factory.mktemp("harbour"))


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """Return a function that writes the study with changes and puts it on the ground."""

    def made(changes: Mapping[str, Change]) -> Ground:
        return Ground(build(tmp_path / "broken", changes))

    return made
