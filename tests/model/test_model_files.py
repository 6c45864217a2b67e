"""Each broken model gives its one clear line, and never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mistakes import Mistake, each_mistake
from qiantang.model import check_model

TOWN = Path(__file__).with_name("town.mdl")
HANGZHOU = Path(__file__).parents[2] / "model" / "hangzhou.mdl"


@each_mistake("models")
def test_a_broken_model_is_told_in_one_line(mistake: Mistake, tmp_path: Path) -> None:
    file = mistake.write(tmp_path)
    mistake.told(check_model(file), file)


@pytest.mark.parametrize("file", [TOWN, HANGZHOU], ids=lambda file: file.stem)
def test_a_sound_model_has_no_fault(file: Path) -> None:
    assert [str(fault) for fault in check_model(file)] == []


def test_the_text_of_a_model_is_never_run_as_code(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    code = f"[__import__('pathlib').Path({str(trap)!r}).touch()]"
    text = TOWN.read_text(encoding="utf-8")
    for name, broken in {
        "table": text.replace("[(2000,0)-(2010,10)]", code),
        "inline": text.replace("travel table(Time)", f"WITH LOOKUP(Time, ({code},(0,1),(1,2)))"),
        "backslash": text.replace("\t[(2000,0)-(2010,10)]", f"\\ {code}"),
    }.items():
        file = tmp_path / f"{name}.mdl"
        file.write_text(broken, encoding="utf-8")
        assert any("numbers only" in str(fault) for fault in check_model(file))
    assert not trap.exists()


def test_no_damage_to_the_text_ends_in_a_traceback(tmp_path: Path) -> None:
    text = TOWN.read_text(encoding="utf-8")
    draw = random.Random(1)
    file = tmp_path / "damaged.mdl"
    for _ in range(40):
        start = draw.randrange(len(text))
        end = start + draw.randrange(1, 60)
        file.write_text(text[:start] + text[end:], encoding="utf-8")
        assert all(fault.what for fault in check_model(file))
