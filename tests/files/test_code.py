"""A stored result is tied to all the code that shaped it: no module is forgotten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qiantang.files.code import ENGINE, PACKAGE, code_digest, code_files

PROGRAM = """
import qiantang.engine.load, qiantang.engine.shallow, qiantang.engine.translation.translate
from qiantang.modelfile.read import read_document
from pathlib import Path
for name in ("m.mdl", "m.xmile"):
    Path(name).write_text("a = 1 ~~|")
    read_document(Path(name))
"""
SWEEP = """
import qiantang.sweep.plan, qiantang.sweep.sweeping, qiantang.sweep.local, qiantang.study
"""
TOLD = """
import json, sys
print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith("qiantang.")]))
"""


@pytest.mark.parametrize(("code", "places"), [(PROGRAM, ENGINE), (SWEEP, ())])
def test_the_digest_covers_all_that_is_imported(
    code: str, places: tuple[str, ...], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code + TOLD], capture_output=True, check=True, text=True,
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    imported = {Path(name) for name in json.loads(done.stdout)}
    assert len(imported) > 20
    covered = set(code_files(*places))
    missing = sorted(str(p.relative_to(PACKAGE)) for p in imported - covered)
    assert missing == []


def test_grammars_and_words_count_and_the_study_does_not() -> None:
    suffixes = {path.suffix for path in code_files()}
    assert suffixes == {".py", ".lark", ".yaml"}
    assert len(code_files(*ENGINE)) < len(code_files())
    assert code_digest(*ENGINE) != code_digest()
    assert not [p for p in code_files() if "calibration" in p.parts[len(PACKAGE.parts) :]]
