"""The blocks of README and docs: found, run, compared, and written anew by `make docs-output`."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/limitations.md")
_FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    kind: str
    body: str
    span: tuple[int, int]

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}:{self.kind}"


def blocks(page: str) -> Iterator[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, line, match["kind"], match["body"], match.span("body"))


def outputs() -> Iterator[tuple[Block, str]]:
    """Yield each block that shows an output, and the output it should show."""
    for page in PAGES:
        found = list(blocks(page))
        for block, after in zip(found, [*found[1:], None], strict=True):
            if block.kind == "console":
                command = block.body.splitlines()[0].removeprefix("$ ")
                yield block, f"$ {command}\n{run_command(command)}"
            if block.kind == "python" and after is not None and after.kind == "text":
                yield after, run_python(block.body)


def run_command(command: str) -> str:
    from qiantang.cli import program

    result = CliRunner().invoke(program, shlex.split(command)[1:], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return _trimmed(result.output)


def run_python(source: str) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(compile(source, "<docs>", "exec"), {"__name__": "__docs__"})
    return _trimmed(stream.getvalue())


def same(shown: str, found: str, tolerance: float = 0.02) -> bool:
    """Compare word for word, numbers within a tolerance: last digits differ between processors."""
    if _NUMBER.sub("#", shown).split() != _NUMBER.sub("#", found).split():
        return False
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(found), strict=True)
    return all(
        abs(float(a.replace(",", "")) - float(b.replace(",", "")))
        <= tolerance * max(abs(float(a.replace(",", ""))), 0.5)
        for a, b in pairs
    )


def _trimmed(text: str) -> str:
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def write_outputs() -> None:
    """Replace every output shown by the one found, last block first so that spans stay right."""
    for block, found in sorted(outputs(), key=lambda item: -item[0].span[0]):
        path = ROOT / block.page
        text = path.read_text(encoding="utf-8")
        start, end = block.span
        if not same(block.body, found):
            print(f"{block.name}: written anew")
        path.write_text(text[:start] + found + text[end:], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(write_outputs())
