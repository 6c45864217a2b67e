"""The verbs of the command line; imports of weight stand inside functions: help must be quick."""
