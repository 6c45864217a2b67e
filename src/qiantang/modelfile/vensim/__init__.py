"""Vensim's .mdl: entries of equation, unit and comment, then the sketch, then the settings."""

from qiantang.modelfile.vensim.reader import read

__all__ = ["read"]
