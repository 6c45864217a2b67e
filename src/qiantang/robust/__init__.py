"""Robust search: packages of levers, strong or weak, early or late, good whatever comes."""
