"""The engine measured beside its peers, the study as a user waits for it, and sweeps."""
