"""Sensitivity that respects the posterior: what moves a target, though inputs hang together."""
