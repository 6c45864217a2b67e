"""Scenario discovery: under which circumstances a target fails, as boxes in plain words."""
