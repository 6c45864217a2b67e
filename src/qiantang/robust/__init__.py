"""Robust search: packages of levers, strong or weak, early or late, that are good whatever comes."""
