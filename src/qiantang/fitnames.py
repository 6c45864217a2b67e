"""Names of the tables of a fit."""

from __future__ import annotations

DRAWS = "draws.parquet"
INNOVATIONS = "innovations.parquet"
