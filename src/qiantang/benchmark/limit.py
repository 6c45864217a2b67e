"""The limit a kernel is measured against: the same program as C, by the machine's own compiler.

The C code has the kernel's signature, the same slots and rows, and a plain inner loop over the
lanes that gcc vectorises with the widest registers, with fast maths, and with the vector
exponential and logarithm of the C library. It takes liberties that the kernel does not: it may
reassociate, contract and ignore infinities.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qiantang.engine.compiled.layout import layout
from qiantang.engine.compiled.step_source import start_body, step_body, still_body
from qiantang.engine.compiled.table_source import pieces
from qiantang.engine.compiled.widths import WIDTH
from qiantang.engine.ir import Program, Table, tables_in
from qiantang.engine.plan import Plan
from qiantang.files import put

FLAGS = ("-O3", "-march=native", "-ffast-math", "-funroll-loops", "-fPIC")
LIBRARIES = ("-lmvec", "-lm")
"""Linked without fast maths: with it, loading the library would round subnormals off everywhere."""

PRELUDE = """
#include <math.h>
#include <stdint.h>
#define W %d
#define NAN_ (0.0/0.0)
#define choose(c, x, y) ((c) ? (x) : (y))
#define negate(c) (!(c))
#define square(x) ((x) * (x))
#define fused(x, y, z) ((x) * (y) + (z))
#define absolute(x) fabs(x)
#define log_normal(x) log(x)
#define power_normal(x, y) pow(x, y)
#define power(x, y) pow(x, y)
#define lesser(x, y) ((x) < (y) ? (x) : (y))
#define greater(x, y) ((x) > (y) ? (x) : (y))
#define xidz(x, y, z) (fabs(y) < 1e-6 ? (z) : (x) / (y))
#define step_function(t, dt, h, s) ((t) + (dt) / 2.0 > (s) ? (h) : 0.0)
#define ramp(t, m, s, e) ((t) > (s) ? (m) * (lesser(e, t) - (s)) : 0.0)
#define pulse(t, s, w) (((s) - 1e-6 <= (t)) & ((t) < (s) + (w)) ? 1.0 : 0.0)
#define arctan(x) atan(x)
#define arcsin(x) asin(x)
#define arccos(x) acos(x)
#define load(a, i) a[(i) + l]
#define store(a, i, x) a[(i) + l] = (x)
typedef int64_t I;
"""

FRAME = """
void kernel(I first, I last, I offset, I steps, double dt, const double *shared, const double *own,
            const I *own_of, I own_count, const double *series, I series_count, const I *series_of,
            const double *knots, const I *knot_of, I knot_rows, const I *left, const double *share,
            const I *saved, I saved_count, const I *place, double *out, I members, double *a,
            double *past) {
  for (I block = first; block < last; block++) {
    I here = offset + block * W;
    for (I r = 0; r < CONSTANTS; r++)
      for (I l = 0; l < W; l++)
        a[r * W + l] = own_of[r] < 0 ? shared[r] : own[(block * own_count + own_of[r]) * W + l];
    for (I k = 0, p = 0; k <= steps; k++) {
      for (I r = 0; r < FILLED; r++) {
        double *restrict row = a + (FIRST_FILLED + r) * W;
        if (series_of[r] >= 0) {
          double x = series[k * series_count + series_of[r]];
          for (I l = 0; l < W; l++) row[l] = x;
        } else {
          const double *x = knots + (block * knot_rows + knot_of[r] + left[k * FILLED + r]) * W;
          double part = share[k * FILLED + r];
          for (I l = 0; l < W; l++) row[l] = x[l] + (x[l + W] - x[l]) * part;
        }
      }
      if (k == 0) { start(a); still(a); }
      for (I d = 0; d < DELAY_COUNT; d++)
        for (I l = 0; l < W; l++) {
          I order = (I) a[DELAYS[d][3] * W + l];
          a[DELAYS[d][0] * W + l] =
              order <= k ? past[(d * (steps + 1) + k - order) * W + l] : a[DELAYS[d][1] * W + l];
        }
      I q = p;
      for (; q < saved_count && saved[q] == k; q++)
        record(a, BEFORE, BEFORE_COUNT, place[q], saved_count, out, members, here);
      step(a, dt);
      for (; p < q; p++)
        record(a, AFTER, AFTER_COUNT, place[p], saved_count, out, members, here);
      for (I d = 0; d < DELAY_COUNT; d++)
        for (I l = 0; l < W; l++) past[(d * (steps + 1) + k) * W + l] = a[DELAYS[d][2] * W + l];
    }
  }
}
"""

RECORD = """
static void record(const double *a, const I (*rows)[2], I count, I place, I times, double *out,
                   I members, I here) {
  I lanes = members - here < W ? members - here : W;
  for (I i = 0; i < count; i++)
    for (I l = 0; l < lanes; l++)
      out[(rows[i][0] * times + place) * members + here + l] = a[rows[i][1] * W + l];
}
"""


def source(plan: Plan, tables: Sequence[Table]) -> str:
    """Return a lean plan as C; Euler only."""
    rows = layout(plan, "euler")
    step = {slot for slot, _ in plan.step}
    wanted = [(o, rows.row[slot], slot in step) for o, slot in enumerate(plan.outputs)]
    before = [(o, r) for o, r, late in wanted if not late]
    after = [(o, r) for o, r, late in wanted if late]
    delays = [
        (rows.row[d.slot], rows.first[d.slot], rows.row[d.source], rows.row[d.order])
        for d in plan.delays
    ]
    expressions = [e for _, e in (*plan.start, *plan.still, *plan.step)]
    expressions += [state.expression for state in plan.states]
    used = sorted({t for e in expressions for t in tables_in(e)})
    return "\n".join(
        [
            PRELUDE % WIDTH,
            *(_table(n, tables[n]) for n in used),
            _loop("start(double *restrict a)", start_body(plan, rows)),
            _loop("still(double *restrict a)", still_body(plan, rows)),
            _loop("step(double *restrict a, double dt)", step_body(plan, rows)),
            _array("BEFORE", before, 2),
            _array("AFTER", after, 2),
            _array("DELAYS", delays, 4),
            f"enum {{ CONSTANTS = {len(plan.constants)}, FIRST_FILLED = {rows.filled},",
            f"       FILLED = {len(plan.filled)}, DELAY_COUNT = {len(delays)},",
            f"       BEFORE_COUNT = {len(before)}, AFTER_COUNT = {len(after)} }};",
            RECORD,
            FRAME,
        ]
    )


def _array(name: str, rows: Sequence[tuple[int, ...]], width: int) -> str:
    text = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in rows) or "{0}"
    return f"static const I {name}[][{width}] = {{{text}}};"


def _loop(head: str, lines: Sequence[str]) -> str:
    body = []
    for line in lines:
        target, assigned, _ = line.partition(" = ")
        fresh = assigned and target.isalnum()
        text = line.replace("NAN", "NAN_").replace("INF", "INFINITY")
        body.append(f"    {'double ' if fresh else ''}{text};")
    return "\n".join(
        [
            f"static void {head} {{",
            "  #pragma GCC ivdep",
            "  for (I l = 0; l < W; l++) {",
            *body,
            "  }",
            "}",
        ]
    )


def _table(number: int, table: Table) -> str:
    xs, parts, below = pieces(table)
    lines = [f"static inline double table_{number}(double x) {{"]
    if table.mode == "interpolate":
        lines.append(f"  double z = x < {xs[0]!r} ? {xs[0]!r} : x > {xs[-1]!r} ? {xs[-1]!r} : x;")
    else:
        lines.append("  double z = x;")
    lines.append(f"  double p = {below[0]!r}, y = {below[1]!r}, s = {below[2]!r};")
    for x, (y, slope) in zip(xs, parts, strict=True):
        lines.append(f"  p = x >= {x!r} ? {x!r} : p; y = x >= {x!r} ? {y!r} : y;")
        lines.append(f"  s = x >= {x!r} ? {slope!r} : s;")
    return "\n".join([*lines, "  return s * (z - p) + y;", "}"])


def compiled(program: Program, plan: Plan, folder: Path) -> Callable[..., Any] | None:
    """Compile a lean plan with gcc into a folder, or return None where that cannot be done."""
    compiler = shutil.which("gcc")
    if compiler is None:
        return None
    file, half, library = (folder / f"limit.{suffix}" for suffix in ("c", "o", "so"))
    text = source(plan, program.tables)
    put.text(file, text)
    for options in (
        [*FLAGS, "-c", "-o", str(half), str(file)],
        ["-shared", "-o", str(library), str(half), *LIBRARIES],
    ):
        done = subprocess.run([compiler, *options], capture_output=True, check=False, text=True)
        if done.returncode != 0:
            return None
    function = ctypes.CDLL(str(library)).kernel
    function.restype = None
    rows = layout(plan, "euler").rows

    def run(arguments: Sequence[Any]) -> None:
        """Take the arguments of a kernel, up to the result and the number of members."""
        (first, last, offset, steps, dt, shared, own, own_of, own_count, series, series_of, knots,
         knot_of, knot_rows, left, share, saved, place, out, members) = arguments  # fmt: skip
        scratch = _aligned(rows * WIDTH)
        past = np.zeros(max(len(plan.delays) * (steps + 1) * WIDTH, 1))

        def at(array: Any) -> ctypes.c_void_p:
            return ctypes.c_void_p(array.ctypes.data)

        def whole(*numbers: int) -> list[ctypes.c_int64]:
            return [ctypes.c_int64(n) for n in numbers]

        function(
            *whole(first, last, offset, steps), ctypes.c_double(dt), at(shared), at(own),
            at(own_of), *whole(own_count), at(series), *whole(series.shape[1]), at(series_of),
            at(knots), at(knot_of), *whole(knot_rows), at(left), at(share), at(saved),
            *whole(len(saved)), at(place), at(out), *whole(members), at(scratch), at(past),
        )  # fmt: skip

    return run


def _aligned(size: int) -> Any:
    raw = np.zeros(size + 8)
    skip = -raw.ctypes.data % 64 // 8
    return raw[skip : skip + size]
