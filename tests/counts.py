"""The variables of the Hangzhou model that move by whole events.

A shift of a step may move an event, which is no error of integration.
"""

from __future__ import annotations

COUNTS = frozenset({"destinations", "overseas_zones", "sister_cities"})
