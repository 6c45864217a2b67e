"""A YAML loader whose work is bounded: depth, length and number of parts are refused early.

The parser's time grows with the square of the depth, and its constructors tell of odd values in
words of Python; both are met here, with the line at which they stand.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

#: Levels of a file; a study uses six.
MOST_LEVELS = 40
#: Tokens of a file: keys, values and marks.
MOST_TOKENS = 200_000


def bounded_yaml() -> YAML:
    """Return a loader that refuses what is too deep or too much."""
    loader = YAML(typ="rt", pure=True)
    loader.Scanner = _Scanner
    loader.Constructor = _Constructor
    return loader


class _Scanner(RoundTripScanner):
    """Counts tokens and levels."""

    _tokens = 0

    def fetch_more_tokens(self) -> Any:
        self._tokens += 1
        if self._tokens > MOST_TOKENS:
            self._refuse(f"more than {MOST_TOKENS:,} keys, values and marks")
        return super().fetch_more_tokens()

    def fetch_flow_collection_start(self, *given: Any, **named: Any) -> Any:
        if len(self.flow_context) + len(self.indents) >= MOST_LEVELS:
            self._refuse(f"more than {MOST_LEVELS} levels deep")
        return super().fetch_flow_collection_start(*given, **named)

    def add_indent(self, column: int) -> bool:
        if len(self.indents) >= MOST_LEVELS:
            self._refuse(f"more than {MOST_LEVELS} levels deep")
        return bool(super().add_indent(column))

    def _refuse(self, what: str) -> None:
        raise ScannerError(None, None, what, self.reader.get_mark())


class _Constructor(RoundTripConstructor):
    """Tells of a value that cannot be made, with its line and without words of Python."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (MarkedYAMLError, RecursionError):
            raise
        except Exception:
            what = "a value is no number, date or text that can be read"
            raise ConstructorError(None, None, what, node.start_mark) from None
