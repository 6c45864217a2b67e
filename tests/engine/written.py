"""Small model files, written for one test."""

from __future__ import annotations

from pathlib import Path as File

from qiantang.engine.ir import Engine
from qiantang.simulate import simulate_model

HEAD = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<header><vendor>x</vendor><product>x</product></header>"
)


def model(folder: File, equations: str, end: float = 4, step: float = 1) -> File:
    """Write equations, one a line, with a time grid from 0."""
    grid = (("INITIAL TIME", 0), ("FINAL TIME", end), ("TIME STEP", step))
    lines = [*equations.strip().split("\n"), *(f"{name} = {value}" for name, value in grid)]
    text = "{UTF-8}\n" + "".join(f"{line} ~~|\n" for line in [*lines, "SAVEPER = TIME STEP"])
    file = folder / "m.mdl"
    file.write_text(text, encoding="utf-8")
    return file


def xmile(folder: File, variables: str, step: float = 1) -> File:
    file = folder / "m.xmile"
    specs = f"<sim_specs><start>0</start><stop>4</stop><dt>{step}</dt></sim_specs>"
    text = f"{HEAD}{specs}<model><variables>{variables}</variables></model></xmile>"
    file.write_text(text, encoding="utf-8")
    return file


def column(file: File, name: str, engine: Engine = "scalar", integrator: str = "") -> list[float]:
    method = {"integrator": integrator} if integrator else {}
    frame = simulate_model(file, engine=engine, outputs=[name], **method)  # type: ignore[arg-type]
    return [float(value) for value in frame[name]]
