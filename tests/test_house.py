"""House rules that a machine can judge."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import docx
import pytest

from tools.measure_house import (
    LONG_FILE,
    LONG_FUNCTION,
    Module,
    circles,
    function_lengths,
    functions,
    imports,
    read_modules,
)

ROOT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_a_clone_stays_light() -> None:
    weights = {path: path.stat().st_size for path in tracked() if path.is_file()}
    heaviest = sorted(weights, key=lambda path: -weights[path])[:5]
    assert sum(weights.values()) < 15e6, heaviest


def test_locks_pin_every_package_with_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, re.MULTILINE)
        assert len(pinned) > 20
        assert text.count("==") >= len(pinned)
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text.strip())
                   if "==" in block.splitlines()[0])  # fmt: skip
        assert "://" not in text


def test_no_module_of_the_package_is_unix_only() -> None:
    banned = re.compile(r"^\s*(import|from) (fcntl|resource|pwd|grp|termios)\b", re.MULTILINE)
    for path in (ROOT / "src").rglob("*.py"):
        assert not banned.search(path.read_text(encoding="utf-8")), path


def test_text_files_are_opened_as_utf8() -> None:
    opener = re.compile(r"\.(read_text|write_text)\((?![^)]*encoding)[^)]*\)")
    for path in (ROOT / "src").rglob("*.py"):
        for call in opener.findall(path.read_text(encoding="utf-8")):
            raise AssertionError(f"{path}: {call} without encoding")


def test_every_yaml_file_of_scenarios_names_its_schema() -> None:
    for path in (ROOT / "scenarios").glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path


#: A year that the program might take for granted, and facts of the bundled study.
_YEAR = re.compile(r"(?<![\d.u])(199\d|20[0-3]\d)(?!\d)")
_FACT = re.compile(
    r"\bJune\b|[六6]月|[Hh]angzhou|杭州|浙江|萧山|Zhejiang|Xiaoshan|current_policy|plan_in_full"
    r"|pandemic|疫情|tariff|关税|意见"
)
#: Years of papers, numbers of draws, names of standards: nothing of a study.
_GENERAL = re.compile(
    r"\(((19|20)\d\d)\)|\b(19|20)\d\d[a-z]?\), |and Sterman|w3\.org/2000|yaml\.org,2002"
    r"|\b(KEPT|RESAMPLES|_RESAMPLES)\b|warm_up|draw\(2000|, 2000, library"
)
_MONTHS = ("wording/figures.py", "deck/front/words.js")


def test_no_fact_of_a_study_stands_in_the_package() -> None:
    package = ROOT / "src" / "qiantang"
    found = []
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if not path.is_file() or path.suffix == ".pyc" or name.startswith("charts/fonts/"):
            continue
        if path.suffix == ".docx":
            text = "\n".join(one.text for one in docx.Document(str(path)).paragraphs)
        else:
            text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            months = name in _MONTHS and '"May", "June"' in line
            year = _YEAR.search(line) and not _GENERAL.search(line)
            if year or (_FACT.search(line) and not months):
                found.append(f"{name}:{number}: {line.strip()}")
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def house() -> dict[str, Module]:
    return read_modules(ROOT / "src")


def test_no_module_reaches_itself_by_imports(house: dict[str, Module]) -> None:
    found = imports(house)
    assert circles(found.at_once | found.for_types) == []


def test_no_file_is_long(house: dict[str, Module]) -> None:
    long = {name for name, module in house.items() if len(module.text.splitlines()) > LONG_FILE}
    assert long == set()


def test_no_function_is_long(house: dict[str, Module]) -> None:
    long = {
        f"{name}.{function.name}"
        for name, module in house.items()
        for function, length in zip(functions(module.tree), function_lengths(module), strict=True)
        if length > LONG_FUNCTION
    }
    assert long == set()
