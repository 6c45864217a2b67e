"""Loops that matter: every feedback loop of a model, scored along the runs of all members."""
