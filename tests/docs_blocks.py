"""The blocks of README and docs: found, run, compared, and written anew by `make docs-output`."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
#: Pages that a reader follows from top to bottom: block after block in one empty folder.
LESSONS = (
    "docs/index.md",
    "docs/tutorial.md",
    "docs/zh/quick-start.md",
    "docs/how-to/own-model.md",
    "docs/how-to/twelve-jobs.md",
    "docs/how-to/own-lever.md",
    "docs/how-to/own-city.md",
)
#: The other pages, read from the repository's folder, each block on its own.
PAGES = (
    "README.md",
    *(
        page
        for page in sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
        if page not in LESSONS and page != "docs/conformance.md"
    ),
)
_FENCE = re.compile(
    r"^```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*")


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    kind: str
    title: str | None
    body: str
    span: tuple[int, int]

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}:{self.kind}"


def blocks(page: str) -> Iterator[Block]:
    path = ROOT / page
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, line, match["kind"], match["title"], match["body"], match.span("body"))


def _with_next(found: list[Block]) -> Iterator[tuple[Block, Block | None]]:
    return zip(found, [*found[1:], None], strict=False)


def commands(block: Block) -> list[str]:
    """Return the lines of a shell block that call qiantang, continued lines joined."""
    lines = block.body.replace("\\\n", " ").splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.startswith("qiantang ")]


def outputs(pages: Iterable[str] = PAGES) -> Iterator[tuple[Block, str]]:
    """Yield each block that shows an output, and the output it should show."""
    for page in pages:
        found = list(blocks(page))
        for block, after in _with_next(found):
            if block.kind == "console":
                yield block, _console(block)
            if block.kind == "python" and after is not None and after.kind == "text":
                yield after, run_python(block.body)


def lesson(page: str) -> Iterator[tuple[Block, str]]:
    """Follow a page block by block in an empty folder; yield the outputs as `outputs` does.

    A block with a title is a file and is written, a shell block's calls of qiantang are run, and
    Python goes on where the block before left it.
    """
    found = list(blocks(page))
    known: dict[str, Any] = {"__name__": "__docs__"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for block, after in _with_next(found):
            if block.title is not None:
                path = Path(block.title)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.body, encoding="utf-8")
            elif block.kind == "sh":
                for command in commands(block):
                    run_command(command)
            elif block.kind == "console":
                yield block, _console(block)
            elif block.kind == "python":
                printed = run_python(block.body, known)
                if after is not None and after.kind == "text" and after.title is None:
                    yield after, printed


def found_on(page: str) -> Iterator[tuple[Block, str]]:
    """Yield the outputs shown on a page, and those found."""
    yield from lesson(page) if page in LESSONS else outputs([page])


def _console(block: Block) -> str:
    command = block.body.splitlines()[0].removeprefix("$ ")
    return f"$ {command}\n{run_command(command)}"


def run_command(command: str) -> str:
    """Run a call of qiantang; one that ends in `# refused` must be refused."""
    from qiantang.cli import program

    words, _, remark = command.partition(" #")
    result = CliRunner().invoke(
        program, shlex.split(words)[1:], prog_name="qiantang", catch_exceptions=False
    )
    refused = result.exit_code != 0
    assert refused == (remark.strip() == "refused"), f"{command}\n{result.output}"
    return _trimmed(result.output.replace(f"{ROOT.as_posix()}/", ""))


def run_python(source: str, known: dict[str, Any] | None = None) -> str:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(
            compile(source, "<docs>", "exec"), {"__name__": "__docs__"} if known is None else known
        )
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


def write_outputs(chosen: list[str]) -> None:
    """Replace every output shown by the one found, last block first so that spans stay right."""
    pages = [page for page in (*PAGES, *LESSONS) if not chosen or page in chosen]
    shown = [pair for page in pages for pair in found_on(page)]
    for block, found in sorted(shown, key=lambda item: -item[0].span[0]):
        path = ROOT / block.page
        text = path.read_text(encoding="utf-8")
        start, end = block.span
        if not same(block.body, found):
            print(f"{block.name}: written anew")
        path.write_text(text[:start] + found + text[end:], encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(write_outputs(sys.argv[1:]))
