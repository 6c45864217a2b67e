"""Sweeps: a design over levers and uncertainties, run in chunks that survive any interruption."""
