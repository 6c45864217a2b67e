"""The words that generated code may use, apart from slots, rows and literals, and their homes."""

from __future__ import annotations

WORDS: dict[str, tuple[str, ...]] = {
    "intrinsics": (
        *(
            "absolute",
            "choose",
            "floor",
            "fused",
            "inline",
            "larger",
            "negate",
            "outline",
            "rint",
            "some",
            "sqrt",
            "trunc",
        ),
        "pause",
        "upright",
    ),
    "lanes": ("load", "store"),
    "powers": (
        *("exp", "log", "log_normal", "odd", "odd_exponent", "power"),
        "power_normal",
        "beyond",
        "oddness",
    ),
    "lane_functions": (
        *("INF", "NAN", "arccos", "arcsin", "arctan", "cos", "cosh", "each", "greater", "lesser"),
        *("pulse", "pulse_train", "quantum", "quotient", "ramp", "sin", "sinh"),
        *("square", "step_function", "tan", "tanh", "xidz", "draw", "normal_share"),
        *("log10", "log_gamma", "normal_quantile", "distribution_share", "distribution_quantile"),
    ),
    "wide": ("inverse", "market", "order", "ranks"),
    "kernel_loop": (
        *("arrivals", "check", "common_orders", "constants", "delayed", "fill"),
        *("keep", "record", "remember", "resume"),
    ),
}
