"""What XMILE's functions are called in a document, by name and number of arguments.

A plain name is Vensim's function of exactly that meaning. A name that ends in ``_xmile`` has no
equal there:

``delay_fixed_xmile(x, time)``, ``delay_n_xmile(x, time, n)``, ``smooth_n_xmile(x, time, n)``
    As Vensim's, starting from the first value of ``x``.
``forecast_xmile(x, averaging time, horizon, trend at the start)``
    As FORECAST, with that trend at the start.
``previous_xmile(x, start)``
    The value one step ago (section 3.5.6).
``history_xmile(x, time)``
    The value at that time; 0 before the start (Stella).
``pulse_xmile(volume, first, interval)``
    ``volume / DT`` during one step, at ``first`` and then every ``interval``; once where the
    interval is 0 (section 3.5.4). A time between two steps counts at the next.
``safediv_xmile(a, b, otherwise)``
    ``a / b``, and ``otherwise`` where ``b`` is 0; ``//`` is the same with 0.
``round_xmile(x)``
    To the nearest whole number, halves away from zero.
``fv_xmile(rate, periods, payment, present)``, ``pmt_xmile(rate, periods, present, future)``,
``pv_xmile(rate, periods, payment, future)``
    Of a loan or saving with equal payments at the ends of periods, what is paid out being negative
    (Stella).
``log10_xmile(x)``
    Exact at powers of ten.
``stddev_xmile(array)``, ``rank_xmile(array, place[, second array])``
    Section 3.7.1.3; the arrays carry ``X!``.
``random_lognormal_xmile(mean, deviation, seed)``, ``random_poisson_xmile(mean, seed)``
    Section 3.5.2; 0 is no seed.

``starttime_xmile()``, ``dt_xmile()``
    The initial time and the time step, whatever the model calls them.

``floor(x)`` is INT, rounding down; ``sum``, ``prod``, ``vmin`` and ``vmax`` run over ``X!``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree

Trees = tuple[Tree, ...]

RENAMED: dict[str, dict[int, str]] = {
    "abs": {1: "abs"},
    "arccos": {1: "arccos"},
    "arcsin": {1: "arcsin"},
    "arctan": {1: "arctan"},
    "cos": {1: "cos"},
    "sin": {1: "sin"},
    "tan": {1: "tan"},
    "sinh": {1: "sinh"},
    "cosh": {1: "cosh"},
    "tanh": {1: "tanh"},
    "exp": {1: "exp"},
    "ln": {1: "ln"},
    "log10": {1: "log10_xmile"},
    "sqrt": {1: "sqrt"},
    "int": {1: "floor"},
    "round": {1: "round_xmile"},
    "init": {1: "initial"},
    "step": {2: "step"},
    "ramp": {3: "ramp"},
    "delay": {2: "delay_fixed_xmile", 3: "delay_fixed"},
    "delay1": {2: "delay1", 3: "delay1i"},
    "delay3": {2: "delay3", 3: "delay3i"},
    "delayn": {3: "delay_n_xmile"},
    "smth1": {2: "smooth", 3: "smoothi"},
    "smth3": {2: "smooth3", 3: "smooth3i"},
    "smthn": {3: "smooth_n_xmile"},
    "trend": {3: "trend"},
    "forcst": {3: "forecast", 4: "forecast_xmile"},
    "previous": {2: "previous_xmile"},
    "history": {2: "history_xmile"},
    "safediv": {3: "safediv_xmile"},
    "pulse": {3: "pulse_xmile"},
    "fv": {4: "fv_xmile"},
    "pmt": {4: "pmt_xmile"},
    "pv": {4: "pv_xmile"},
    "if_then_else": {3: "if_then_else"},
    "active_initial": {2: "active_initial"},
}
"""Functions whose arguments stand as in the file."""

ALIASES = {
    "delayfixed": "delay",
    "delay_fixed": "delay",
    "smooth": "smth1",
    "smooth1": "smth1",
    "smooth3": "smth3",
    "smoothi": "smth1",
    "smooth3i": "smth3",
    "delay1i": "delay1",
    "delay3i": "delay3",
    "initial": "init",
    "self_div": "safediv",
    "uniform": "random",
    "forecast": "forcst",
}
"""Other spellings, as converters from Vensim leave them."""

ARRAY = frozenset({"sum", "mean", "size", "prod", "stddev", "rank", "vmin", "vmax"})
"""Functions that run over whole arrays; MIN and MAX of one argument do so too."""

_ZERO = Literal(0.0)
_FOREVER = Literal(math.inf)
_START = Call("starttime_xmile", ())


def _normal(a: Trees) -> Tree:
    """Return Stella's NORMAL(mean, deviation, seed, minimum, maximum) in Vensim's order."""
    seed = a[2] if len(a) > 2 else _ZERO
    low = a[3] if len(a) > 3 else Literal(-math.inf)
    high = a[4] if len(a) > 4 else _FOREVER
    return Call("random_normal", (low, high, a[0], a[1], seed))


def _exponential(a: Trees) -> Tree:
    return Call("random_exponential", (_ZERO, _FOREVER, _ZERO, a[0], *(a[1:] or (_ZERO,))))


def _wave(function: str, a: Trees) -> Tree:
    """Return Stella's SINWAVE(amplitude, period) or COSWAVE; a sign of the amplitude is dropped."""
    angle = Binary("/", Binary("*", Literal(2 * math.pi), Reference("Time")), a[1])
    return Binary("*", Call("abs", a[:1]), Call(function, (angle,)))


def _counter(a: Trees) -> Tree:
    """Return Stella's COUNTER(start, end), which counts the time of a cycle from its start."""
    gone = Binary("-", Reference("Time"), _START)
    return Binary("+", a[0], Binary("mod", gone, Binary("-", a[1], a[0])))


def _extreme(function: str) -> Callable[[Trees], Tree]:
    def folded(arguments: Trees) -> Tree:
        result = arguments[0]
        for argument in arguments[1:]:
            result = Call(function, (result, argument))
        return result

    return folded


ARRANGED: dict[str, dict[int, Callable[[Trees], Tree]]] = {
    "ramp": {
        1: lambda a: Call("ramp", (*a, _START, _FOREVER)),
        2: lambda a: Call("ramp", (*a, _FOREVER)),
    },
    "pulse": {
        1: lambda a: Binary("/", a[0], Call("dt_xmile", ())),
        2: lambda a: Call("pulse_xmile", (*a, _ZERO)),
    },
    "counter": {2: _counter},
    "rootn": {2: lambda a: Binary("^", a[0], Binary("/", Literal(1.0), a[1]))},
    "delayn": {4: lambda a: Call("delay_n", (a[0], a[1], a[3], a[2]))},
    "smthn": {4: lambda a: Call("smooth_n", (a[0], a[1], a[3], a[2]))},
    "trend": {2: lambda a: Call("trend", (*a, _ZERO))},
    "previous": {1: lambda a: Call("previous_xmile", (*a, _ZERO))},
    "safediv": {2: lambda a: Call("safediv_xmile", (*a, _ZERO))},
    "//": {2: lambda a: Call("safediv_xmile", (*a, _ZERO))},
    "log": {2: lambda a: Call("log", a)},
    "random": dict.fromkeys(
        (2, 3), lambda a: Call("random_uniform", (*a, *(_ZERO,) * (3 - len(a))))
    ),
    "normal": dict.fromkeys(range(2, 6), _normal),
    "exprnd": dict.fromkeys((1, 2), _exponential),
    "poisson": dict.fromkeys(
        (1, 2), lambda a: Call("random_poisson_xmile", (*a, *(_ZERO,) * (2 - len(a))))
    ),
    "lognormal": dict.fromkeys(
        (2, 3), lambda a: Call("random_lognormal_xmile", (*a, *(_ZERO,) * (3 - len(a))))
    ),
    "mod": {2: lambda a: Binary("mod", *a)},
    "modulo": {2: lambda a: Binary("mod", *a)},
    "percent": {1: lambda a: Binary("*", a[0], Literal(100.0))},
    "sinwave": {2: lambda a: _wave("sin", a)},
    "coswave": {2: lambda a: _wave("cos", a)},
    "pi": {0: lambda _: Literal(math.pi)},
}
"""Functions whose arguments are completed or change places."""

NOT_VENSIM = frozenset(
    {
        *("smth1", "smth3", "smthn", "delay", "delayn", "forcst", "log10", "safediv", "//", "pi"),
        *("previous", "history", "init", "round", "exprnd", "poisson", "lognormal", "normal"),
        *("random", "uniform"),
    }
)
"""Functions that a file exported by Vensim means as the standard does; Vensim has none of them.

All others keep Vensim's meaning there: PULSE takes a start and a width, INT cuts off the fraction,
MOD has the sign of the dividend, as Vensim writes its own INTEGER and MODULO.
"""

FOLDED = {"min": _extreme("min"), "max": _extreme("max")}
"""Functions of any number of arguments."""


def spelled(name: str) -> str:
    """Return a function's name without the standard's or a vendor's namespace."""
    for prefix in ("std.", "isee.", "vensim."):
        name = name.removeprefix(prefix)
    return name


def known(name: str) -> bool:
    """Return whether XMILE or Stella has a function of a plain name that is read."""
    called = ALIASES.get(name, name)
    return called in RENAMED or called in ARRANGED or called in FOLDED or called in ARRAY


def counts(name: str) -> list[int]:
    """Return the numbers of arguments that a known function takes."""
    called = ALIASES.get(name, name)
    return sorted({*RENAMED.get(called, ()), *ARRANGED.get(called, ())})


def of_vensim(name: str, arguments: Trees) -> Tree | None:
    """Return a call of a file that Vensim exported; None where it is none of Vensim's."""
    if name in NOT_VENSIM:
        return None
    return Call({"int": "integer", "mod": "modulo"}.get(name, name), arguments)


def arranged(name: str, arguments: Trees) -> Tree | None:
    """Return a call in the document's terms; None where the number of arguments is wrong."""
    called, number = ALIASES.get(name, name), len(arguments)
    if called in FOLDED and arguments:
        return FOLDED[called](arguments)
    if number in RENAMED.get(called, ()):
        return Call(RENAMED[called][number], arguments)
    builder = ARRANGED.get(called, {}).get(number)
    return builder(arguments) if builder else None
