"""Run the command line with ``python -m qiantang``."""

from qiantang.cli import main

if __name__ == "__main__":  # spawned workers import this module again
    main()
