"""Why results differ: file by file, and where PySD departs from Vensim or XMILE."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "samples/Query_file/Query_file.mdl": (
        "random functions; the draws are the engine's own, and PySD's are not Vensim's either"
    ),
    "tests/arguments/test_arguments.mdl": (
        "DELAY3 with a delay time of two time steps: Vensim keeps the third order, PySD lowers it; "
        "the engine follows Vensim"
    ),
    "tests/data_from_other_model/model_to_generate_data.mdl": (
        "the output beside this file is that of the other model in the folder, which agrees"
    ),
    "models/allocate/allocate.mdl": (
        "ALLOCATE AVAILABLE: PySD stops its search for the price at about 1e-8"
    ),
    "models/pulsetrain/pulsetrain.mdl": (
        "a pulse that begins at the end of PULSE TRAIN: Vensim still gives its first step, PySD "
        "does not; the engine follows Vensim"
    ),
    "models/delay/delay.stmx": (
        "the file saves once a month (save_interval), as the engine does; PySD takes the time step "
        "for SAVEPER"
    ),
    "source/models/Pendulum/Double_Pendulum.mdl": (
        "the file asks for Runge-Kutta (fourth number of line 15 of its settings), which PySD does "
        "not do"
    ),
    "models/directlookups_invalidcell/directlookups_invalidcell.mdl": (
        "empty cells: left out here and in PySD, zero in the output beside the file"
    ),
    **dict.fromkeys(
        (
            "tests/non_negative_all/test_non_negative_all1.xmile",
            "tests/non_negative_all/test_non_negative_all2.xmile",
            "tests/non_negative_stocks/test_non_negative_stocks.xmile",
            "tests/non_negative_stocks/test_non_negative_stocks_behavior.xmile",
        ),
        "a non-negative stock: by XMILE 1.0 it limits its outflows; the output beside the file is "
        "PySD's, which keeps the stock at zero and lets the outflow run on",
    ),
    "tests/zeroled_decimals/test_zeroled_decimals.xmile": (
        "the file asks for Runge-Kutta; the output beside it is of the .mdl file, by Euler"
    ),
    "tests/more-tests/random/test_random.mdl": ("random functions; the draws are the engine's own"),
}
"""Why a file differs from PySD or from the output beside it."""

Departure = tuple[str, str, str, str]
"""A construct, what PySD makes of it, what the engine does, and where Vensim's manual or XMILE 1.0
says so."""

DEPARTURES: tuple[Departure, ...] = (
    (
        "a PULSE whose start lies between two steps, `PULSE(2.4, 1)` with steps of 1",
        "begins at the first step after it",
        "begins at the nearest step: the time plus half a step is compared",
        "fn_pulse",
    ),
    (
        "`PULSE(3, 0)`, a width of less than a step",
        "never fires",
        "lasts one step",
        "fn_pulse, fn_pulse_train",
    ),
    (
        "PULSE TRAIN at its end, `PULSE TRAIN(10, 1, 5, 30)` with steps of 0.25",
        "0 at time 30",
        "1 at time 30, 0 at 30.25",
        "fn_pulse_train",
    ),
    (
        "`(-2)^2`, a sign in parentheses before a power; XMILE too",
        "-4",
        "4",
        "operators, parentheses; XMILE 3.3.1",
    ),
    (
        "`:AND:` and `:OR:` without parentheses",
        "folds from the right, `a :OR: (b :AND: c)` and `a :AND: (b :OR: c)` alike",
        "`:AND:` binds closer",
        "operators",
    ),
    ("`- -x`", "refused", "x", "operators"),
    (
        "a file saved with Runge-Kutta",
        "Euler, without a word",
        "Runge-Kutta, and says so",
        "Simulation Control, Integration Technique",
    ),
    (
        "STEP, RAMP and PULSE inside a step of Runge-Kutta",
        "does not integrate so",
        "change at steps only",
        "fn_step, fn_ramp, fn_pulse",
    ),
    (
        "`:NA:` compared with itself",
        "not a number, never equal",
        "the number -2^109, equal to itself",
        "na",
    ),
    (
        "SMOOTHI, SMOOTH3I and SMOOTH N with a whole number as initial value, "
        "`SMOOTHI(2.7, 4, 1)` with steps of 0.5",
        "keeps the state as an integer: 1.125 after one step",
        "1.2125",
        "fn_smoothi: the integral of (input - smooth) / delay time",
    ),
    (
        "DELAY1, DELAY3, DELAY1I and DELAY3I with a delay time of less than order x time step, "
        "`DELAY3(Time, 2)` with steps of 1",
        "lowers the order: 1 at time 3, 2 at time 4",
        "keeps it: 0 and 3.375",
        "fn_delay3; Vensim's output beside the public model `arguments`",
    ),
    (
        "mappings that list elements, `A: a1, a2 -> (B: b2, b1)`",
        "takes the list for further elements of A, or stops",
        "follows its order",
        "Subscript Mapping; Vensim's output beside the public model `multimap`",
    ),
    (
        "a mapping of a range to subranges of another; a stock defined piece by piece over them",
        "refused",
        "read",
        "Subscript Mapping",
    ),
    (
        "ALLOCATE AVAILABLE",
        "stops its search for the price at about 1e-8",
        "to the last digits",
        "fn_allocate_available",
    ),
    (
        "a table of data with text below it, and another table further down (GET DIRECT DATA)",
        "goes on reading, or stops with an error",
        "ends at the first time that is no number",
        "fn_get_direct_data, fn_get_xls_data",
    ),
    (
        "a constant that is text in the file",
        "not a number",
        "refused with its cell",
        "fn_get_direct_constants",
    ),
    (
        "data variables given by a table with empty cells",
        "not a number from there on",
        "interpolated between the points that there are, and counted",
        "Data Equations, missing values",
    ),
    ("a data variable without a keyword", "refused", "interpolated", "Data Equations"),
    (
        "an equation of data with a keyword of its own, `e :LOOK FORWARD: := d`",
        "passes over the keyword",
        "has the points of `d`, read by the keyword of `e`; interpolated without one",
        "Data Equations",
    ),
    ("TIME SHIFT of data", "refused", "read", "fn_time_shift"),
    (
        "MODULO by a negative number, `MODULO(5.5, -2)`",
        "0",
        "1.5, as in C",
        "fn_modulo, its note",
    ),
    (
        "tables in the old form, all x and then all y; with a range broken over two lines; with a "
        "point given twice",
        "refused",
        "read",
        "Lookup Equations",
    ),
    (
        "a table with subscripts and a single number as argument",
        "refused",
        "read",
        "Lookup Equations, subscripted",
    ),
    ("text constants, `:IS:`", "refused", "read", "String Variables"),
    ("a macro with a stock, used for arrays; macros after other text", "refused", "read", "Macros"),
    ('names in quotes such as `"_"` or with `|` and `~`', "refused", "read", "ref_variable_names"),
    (
        "GBK, Latin-1, UTF-16, a byte order mark",
        "letters dropped, so that two names may be one, or refused",
        "decoded and said, or refused",
        "RFC 3629, section 6; Unicode, section 23.8",
    ),
    (
        "60 nested IF THEN ELSE, 80 parentheses, 400 terms",
        "refused",
        "read",
        "no limit is given",
    ),
    (
        "an XMILE file that is cut off, or whose tags do not match",
        "recovered as far as it goes",
        "refused",
        "XML 1.0, section 1.2: a fatal error",
    ),
    (
        "a bare `<` in an XMILE equation that begins no tag",
        "dropped, then refused",
        "read as less than, and said",
        "XML 1.0, section 2.4",
    ),
    ("INT of a negative number", "towards zero", "the next whole number below", "XMILE 3.5.1"),
    (
        "MOD of a negative number, several MOD",
        "the sign of the dividend; refused",
        "the sign of the divisor; from the left",
        "XMILE 3.3.1",
    ),
    (
        "`LOG10`, `PREVIOUS`, `MEAN`, `SUM(m[*])`, `MAX(m[*])`",
        "refused",
        "read",
        "XMILE 3.5.1, 3.5.6, 3.7.1",
    ),
    ("`DT`, `STARTTIME`, `STOPTIME`", "refused", "read", "XMILE 3.5.5"),
    ("comments in braces inside an equation", "refused", "passed over", "XMILE 3.3.4"),
    ("a file without `<dt>`", "refused", "1", "XMILE 2.3"),
    (
        '`<gf type="extrapolate">` and `<gf type="discrete">` inside a variable',
        "taken for continuous, ends held",
        "as they say",
        "XMILE 4.1.3",
    ),
    (
        "a table for each element of an array",
        "the argument itself, or refused",
        "one an element",
        "XMILE 4.5.3",
    ),
    ("`LOOKUP(table, x)`", "refused", "read", "XMILE 3.5.1"),
    (
        "non-negative stocks",
        "keeps the stock at zero and lets the outflow run on, so that matter is made",
        "limit their outflows, those named first first",
        "XMILE 3.6.2, 4.2",
    ),
    (
        "`<init_eqn>` of an auxiliary",
        "passed over",
        "its value at the start",
        "Stella's layout of XMILE",
    ),
    ("elements of an array with initial values of their own", "refused", "read", "XMILE 4.5.2"),
    ("a dimension given by its size", "refused", "read", "XMILE 4.5"),
    ("an element picked by the value of a variable", "refused", "read", "XMILE 3.7.1"),
    ("`PULSE(20, 4.9)` with steps of 0.5", "never fires", "puts its volume in once", "XMILE 3.5.4"),
    ("Vensim's own export, with blanks in the names of flows", "refused", "read", "XMILE 3.2.2"),
    (
        "`save_interval` of Stella",
        "the time step",
        "the time between saved values",
        "Stella's layout of XMILE",
    ),
)
