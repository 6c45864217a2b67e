"""Tools that only the makers of the house run; no part of the package."""
