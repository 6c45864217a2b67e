"""Functions of money: a loan or a saving with equal payments.

Source: Stella's help, Financial builtins. With a growth ``g = (1 + rate)^periods`` the present
value, the payments at the ends of periods and the future value come to nothing together::

    pv*g + pmt*(g - 1)/rate + fv = 0

and ``pv + pmt*periods + fv = 0`` without interest; what is paid out is negative.
"""

from __future__ import annotations

from qiantang.engine.functions.entry import composed
from qiantang.engine.ir import Expression, Number
from qiantang.engine.translation.algebra import call, numeric

GROUP = "Money"
ZERO, ONE = Number(0.0), Number(1.0)


def _factors(rate: Expression, periods: Expression) -> tuple[Expression, Expression]:
    """Return what a present value of one, and payments of one, grow to."""
    growth = call("pow", call("add", ONE, rate), periods)
    paid = call("div", call("sub", growth, ONE), rate)
    return growth, call("if", call("eq", rate, ZERO), periods, paid)


def _future(*arguments: Expression) -> Expression:
    rate, periods, payment, present = map(numeric, arguments)
    growth, paid = _factors(rate, periods)
    return call("neg", call("add", call("mul", present, growth), call("mul", payment, paid)))


def _payment(*arguments: Expression) -> Expression:
    rate, periods, present, future = map(numeric, arguments)
    growth, paid = _factors(rate, periods)
    return call("neg", call("div", call("add", call("mul", present, growth), future), paid))


def _present(*arguments: Expression) -> Expression:
    rate, periods, payment, future = map(numeric, arguments)
    growth, paid = _factors(rate, periods)
    return call("neg", call("div", call("add", call("mul", payment, paid), future), growth))


ENTRIES = (
    composed("FV (XMILE)", GROUP, 4, _future),
    composed("PMT (XMILE)", GROUP, 4, _payment),
    composed("PV (XMILE)", GROUP, 4, _present),
)
