"""The words that generated code may use, apart from slots, rows and literals, and their homes."""

from __future__ import annotations

WORDS: dict[str, tuple[str, ...]] = {
    "intrinsics": ("absolute", "choose", "inline", "rint", "sqrt", "trunc"),
    "powers": ("exp", "log", "power", "power_log", "power_plain"),
    "lane_functions": (
        *("INF", "NAN", "arccos", "arcsin", "arctan", "cos", "cosh", "greater", "lesser"),
        *("negate", "pulse", "pulse_train", "quantum", "quotient", "ramp", "sin", "sinh"),
        *("square", "step_function", "tan", "tanh", "xidz"),
    ),
    "kernel_loop": ("check", "delayed", "fill", "record", "remember"),
}
