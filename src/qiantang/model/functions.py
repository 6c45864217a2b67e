"""The names that a call may have in Vensim and in XMILE, so that others can be told as unknown."""

from __future__ import annotations

_KNOWN = """
abs min max sqrt exp ln log sin cos tan arcsin arccos arctan sinh cosh tanh integer modulo quantum
floor power gamma_ln if_then_else step ramp pulse pulse_train zidz xidz sum prod vmin vmax elmcount
vector_select vector_rank vector_sort_order vector_reorder vector_elm_map vector_lookup
invert_matrix get_time_value get_data_at_time get_data_between_times get_data_mean
get_data_total_points get_data_first_time get_data_last_time time_shift
lookup_forward lookup_backward lookup_extrapolate lookup_invert lookup_area lookup_slope
get_lookup_element get_lookup_length get_lookup_endpoint
random_uniform random_normal random_0_1 random_exponential random_beta random_binomial random_gamma
random_lookup random_negative_binomial random_poisson random_pink_noise random_triangular
random_weibull
with_lookup integ active_initial initial reinitial game sample_if_true a_function_of
smooth smoothi smooth3 smooth3i smooth_n
delay1 delay1i delay3 delay3i delay_n delay_fixed delay_information delay_material delay_profile
delay_conveyor delay_batch delayp
trend forecast npv depreciate_straightline depreciate_by_schedule shift_if_true
allocate_available allocate_by_priority find_market_price alloc_p demand_at_price supply_at_price
find_zero simultaneous queue_fifo queue_age_in_range queue_age_average queue_age_oldest
tabbed_array
"""
_FROM_FILES = {
    f"get_{source}_{kind}"
    for source in ("xls", "direct", "vdf", "123", "odbc")
    for kind in ("data", "constants", "lookups", "subscript")
}

FUNCTIONS = frozenset(_KNOWN.split()) | _FROM_FILES
"""Vensim's functions by plain name, which XMILE's are read into."""


def is_known(name: str) -> bool:
    """Tell whether a plain name is that of a function.

    Functions that only XMILE has carry ``_xmile`` at their end; their reader knows them all.
    """
    return name in FUNCTIONS or name.endswith("_xmile")


def reads_a_file(name: str) -> bool:
    """Tell whether a call takes what it gives from another file, unit and all."""
    return name in _FROM_FILES
