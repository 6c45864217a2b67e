"""Hindcast skill: forecasts from earlier years, held against naive ones and against what came."""
