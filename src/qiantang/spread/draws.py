"""Run a model file many times, its constants drawn from ranges, into one labelled result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qiantang.engine.ir import ROLES, Engine, Integrator
from qiantang.engine.savetimes import save_times
from qiantang.faults import Fault, StudyError
from qiantang.files import door
from qiantang.limits import warned
from qiantang.model.mdl import dictionary_of
from qiantang.modelfile.names import spelled
from qiantang.modelfile.read import read_document
from qiantang.settings import applied, roles_of, stem
from qiantang.simulate import load, refusing, wanted_of
from qiantang.spread.ranges import DESIGNS, Design, Span, points

if TYPE_CHECKING:
    import xarray as xr

    from qiantang.engine.program import LoadedProgram
    from qiantang.engine.run import RunResult

Range = tuple[float, float] | tuple[float, float, float]
#: Most draws of one run, more than any chart can show.
MOST = 1_000_000


def simulate_draws(
    path: str | Path,
    ranges: Mapping[str, Range] | Sequence[Span],
    *,
    draws: int = 1000,
    design: Design = "latin_hypercube",
    seed: int = 1,
    set_values: Mapping[str, float] | None = None,
    outputs: Sequence[str] | None = None,
    engine: Engine = "auto",
    integrator: Integrator | None = None,
    data_files: Iterable[str | Path] = (),
    strict: bool = False,
) -> xr.Dataset:
    """Run a model file many times, its constants drawn from ranges.

    Parameters
    ----------
    path : str or Path
        A Vensim ``.mdl`` file, or XMILE.
    ranges : mapping of str to (low, high) or (low, mode, high), or sequence of Span
        By constant, named as in the file or in lower case with underscores: every value between
        the ends as likely as any other, or a triangle.
    draws : int
    design : {"latin_hypercube", "sobol", "random"}
    seed : int
        Of the draws; the model's own random functions have the file's.
    set_values : mapping of str to float, optional
        Constants, and the time grid, in place of the file's; the same in all draws.
    outputs : sequence of str, optional
        Variables wanted; without it all but constants.
    engine, integrator, data_files
        As in :func:`qiantang.simulate.simulate_model`; PySD runs one draw at a time and is not
        offered.
    strict : bool
        Whether a value outside the limits of the model file is refused, not only noted.

    Returns
    -------
    xarray.Dataset
        One variable a scalar, named as in the file, over ``(draw, Time)``; the constants drawn are
        coordinates along ``draw``. Attributes of each: unit and meaning of the file; of the whole:
        what was run, and under ``notes`` what a reader must know. Draws that cease to be finite
        are marked by the coordinate ``diverged``.

    Raises
    ------
    StudyError
        With all faults of ranges and values at once.
    Unsupported
        If the model is not compiled.
    """
    file = Path(path)
    spans = [Span.of(*item) for item in ranges.items()] if isinstance(ranges, Mapping) else ranges
    program = load(file, data_files)
    _refuse(file, program, spans, draws, design, set_values or {})
    ends = {span.name: (span.low, span.high) for span in spans}
    given = dict(set_values or {})
    notes = warned(file, ends, strict=strict, option="--range")
    notes += warned(file, {n: (v,) for n, v in given.items()}, strict=strict)
    program, saveper, fixed = applied(program, given, file)
    drawn = points(spans, draws, design, seed)
    varied = {name: values for span, values in zip(spans, drawn, strict=True)
              for name in _names(program, span, file)}  # fmt: skip
    wanted = wanted_of(program, outputs, file)
    if outputs is None:
        grid = {program.controls.get(role, role) for role in ROLES}
        wanted = [n for n in wanted if n not in grid and program.kind(n) != "constant"]
    with refusing(file, program):
        times, saving = save_times(program, saveper, fixed)
        result = program.run(
            wanted, times, parameters=fixed | varied, members=draws, engine=engine,
            integrator=integrator or program.integrator,
        )  # fmt: skip
    notes = [*program.notes, *notes, *saving, *_lost(result, program)]
    about = _about(file, program, spans, result, integrator)
    about |= {"draws": draws, "design": design, "seed": seed, "notes": notes}
    return _labelled(file, program, result, spans, drawn, about)


def _names(program: LoadedProgram, span: Span, file: Path) -> list[str]:
    """Return the constants that a range moves: one, or every element of an array."""
    return list(applied(program, {span.name: span.low}, file)[2])


def _refuse(
    file: Path, program: LoadedProgram, spans: Sequence[Span], draws: int, design: str,
    given: Mapping[str, float],
) -> None:  # fmt: skip
    """Refuse ranges that cannot be drawn from, all at once."""
    faults = [Fault(file, None, "--range", span.fault) for span in spans if span.fault]
    if not 1 <= draws <= MOST:
        what = f"{draws} draws asked for, expected 1 to {MOST:,}"
        faults.append(Fault(file, None, "--draws", what))
    if design not in DESIGNS:
        what = f"unknown design {design}, expected {', '.join(DESIGNS)}"
        faults.append(Fault(file, None, "--design", what))
    roles = roles_of(program, file)
    seen = {spelled(name): "is set and drawn, expected one of the two" for name in given}
    for span in spans:
        key = spelled(span.name)
        what = seen.get(key, "")
        if key in roles:
            what = "is part of the time grid, which all draws share, expected a constant"
        if what:
            faults.append(Fault(file, None, "--range", f"{span.name} {what}"))
            continue
        seen[key] = "is given two ranges, expected one"
        try:
            applied(program, {span.name: 1.0}, file)
        except StudyError as error:
            faults += [Fault(one.file, one.line, "--range", one.what) for one in error.faults]
    if faults:
        raise StudyError(faults)


def _lost(result: RunResult, program: LoadedProgram) -> list[str]:
    """Say how many draws cease to be numbers, and where the first one begins to."""
    count = int(result.diverged.sum())
    if not count:
        return []
    name, time = result.first_fault[0] if result.first_fault else ("", float("nan"))
    titles = dict(zip(program.names, program.titles, strict=True))
    where = f", the first in {titles.get(name, name)} from time {time:g} on" if name else ""
    return [f"{count:,} of {len(result.diverged):,} draws are not finite{where}"]


def _about(
    file: Path, program: LoadedProgram, spans: Sequence[Span], result: RunResult,
    integrator: Integrator | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "qiantang": version("qiantang"),
        "model": file.name,
        "model_sha256": door.digest(file),
        "engine": result.engine,
        "integrator": integrator or program.integrator,
        "ranges": [f"{span.name}={span}" for span in spans],
    }


def _labelled(
    file: Path, program: LoadedProgram, result: RunResult, spans: Sequence[Span],
    drawn: np.ndarray[Any, Any], about: dict[str, Any],
) -> xr.Dataset:  # fmt: skip
    import xarray as xr

    known, _ = dictionary_of(read_document(file)[0])
    by_name = {spelled(item.name): item for item in known.values()}
    titles = dict(zip(program.names, program.titles, strict=True))

    def words(title: str) -> dict[str, str]:
        item = by_name.get(stem(spelled(title)))
        return {} if item is None else {"units": item.unit, "long_name": item.meaning,
                                        "long_name_zh": item.meaning_zh}  # fmt: skip

    values = {
        titles[name]: (("draw", "Time"), result.values[place].T, words(titles[name]))
        for place, name in enumerate(result.names)
    }
    inputs = {f"input {span.name}": ("draw", row, words(span.name))
              for span, row in zip(spans, drawn, strict=True)}  # fmt: skip
    coords = {"draw": np.arange(1, len(result.diverged) + 1), "Time": result.times,
              "diverged": ("draw", result.diverged)}  # fmt: skip
    return xr.Dataset(values, coords=coords | inputs, attrs=about)
