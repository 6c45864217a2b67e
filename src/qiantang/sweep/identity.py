"""What a sweep's numbers depend on, as digests: equal identities give equal bytes."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from qiantang.files.code import code_digest
from qiantang.meaning import meaning_digest
from qiantang.sweep.designfile import Design

if TYPE_CHECKING:
    from qiantang.study import Study

#: Layout of a sweep's folder; raised when it changes.
FORMAT = 1

#: Libraries whose version may move a bit of a number or of a file.
_LIBRARIES = ("qiantang", "numpy", "numba", "llvmlite", "pyarrow", "scipy")


def versions() -> dict[str, str]:
    """Return the versions that may move a bit."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


@cache
def fingerprint() -> str:
    """Return one digest of code and versions: what a worker must share with its client."""
    return digest_of({"code": code_digest(), "versions": versions()})


def identity(design: Design, study: Study) -> dict[str, Any]:
    """Return the parts of a sweep's identity, ready for JSON."""
    shape = design.file.levers_from
    names = design.file.scenarios if shape is None else [*design.file.scenarios, shape]
    ground = study_identity(study)
    return {
        "design": digest_of(design.content),
        "model": ground.pop("model"),
        "scenarios": {name: design.scenario(study, name).sha256 for name in names},
        **ground,
        "code": code_digest(),
        "versions": versions(),
    }


def study_identity(study: Study) -> dict[str, Any]:
    """Return the parts that the study alone decides."""
    record = study.fit.record
    kept = {name: record.files[name] for name in sorted(record.files) if name.endswith(".parquet")}
    return {
        "model": study.program.hash,
        "fit": {"version": record.version, "files": kept},
        "drivers": study.drivers.sha256,
        "targets": digest_of(
            [target.model_dump(mode="json") for target in study.plan.targets.targets]
        ),
        "headlines": digest_of(study.headlines),
        "priors": meaning_digest(study.folder / "calibration" / "priors.yaml"),
    }


def digest_of(content: Any) -> str:
    """Return the digest of plain data."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
