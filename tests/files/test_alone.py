"""Nothing but `files/` opens a file, writes one, or makes, moves or removes a folder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "qiantang"

#: Methods that touch the disk whatever they are given.
_METHODS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "mkdir",
    "rmdir",
    "unlink",
    "touch",
    "symlink_to",
    "hardlink_to",
    "chmod",
    "open_dataset",
    "to_zarr",
    "tofile",
}
#: Methods that write where a file is named, and give the content where none is.
_OPTIONAL = {"to_csv", "to_json", "to_html", "to_string", "to_markdown"}
#: What writes a file, or something in memory.
_INTO = {
    "savefig",
    "savez",
    "savetxt",
    "to_excel",
    "to_parquet",
    "to_netcdf",
    "to_feather",
    "to_pickle",
    "write_table",
    "dump",
    "CSVWriter",
    "ParquetWriter",
    "ExcelWriter",
    "ZipFile",
}
#: What reads a file, or something in memory.
_FROM = {
    "read_parquet",
    "read_excel",
    "read_json",
    "read_feather",
    "read_table",
    "ParquetFile",
    "load_workbook",
    "loadtxt",
    "dataset",
    "fromfile",
}
#: How things in memory are called, or made.
_MEMORY = re.compile(r"\b(store|stream|sink|BytesIO|StringIO|BufferReader|buffer|text)\b")
#: Functions of modules of the system that only ask.
_ASKING = {"shutil": {"which", "get_terminal_size", "disk_usage"}, "tempfile": set()}
_SYSTEM = {"open", "fdopen", "replace", "rename", "remove", "unlink", "makedirs", "mkdir", "rmdir"}

#: Why a module is let through all the same.
ALLOWED = {
    "sweep/reading.py": "a sweep may be larger than memory: Arrow and Dask read where it lies",
}


def touches(call: ast.Call) -> bool:
    """Return whether a call opens, writes, moves or removes a file."""
    given = [*call.args, *(k.value for k in call.keywords if k.arg in ("file", "path", "fname"))]
    first = ast.unparse(given[0]) if given else ""
    if isinstance(call.func, ast.Name):
        name, of = call.func.id, ""
    elif isinstance(call.func, ast.Attribute):
        name, of = call.func.attr, ast.unparse(call.func.value)
    else:
        return False
    if of == "os":
        return name in _SYSTEM
    if of in _ASKING:
        return name not in _ASKING[of]
    if name == "open":
        return not (of and _MEMORY.search(first))
    if name in ("replace", "rename"):
        return bool(of) and len(call.args) == 1 and not call.keywords
    if of and name in _METHODS:
        return True
    if of and name in _OPTIONAL:
        return bool(given)
    if not of and name[0].islower():
        return False  # a function of our own
    return name in _INTO | _FROM and bool(given) and not any(
        _MEMORY.search(ast.unparse(one)) for one in given
    )  # fmt: skip


def calls(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and touches(node):
            yield node.lineno, ast.unparse(node)


def test_nothing_else_touches_the_disk() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(SOURCES).as_posix()
        if not name.startswith("files/"):
            for line, call in calls(path.read_text(encoding="utf-8")):
                found.setdefault(name, []).append(f"{name}:{line}: {call}")
    told = [call for name, all_of in found.items() if name not in ALLOWED for call in all_of]
    assert not told, "\n".join(told)
    assert set(ALLOWED) <= set(found), "an exception that is none any more"


@pytest.mark.parametrize("text", [
    "open(name)", "path.open('w')", "path.write_text(text)", "path.read_bytes()", "p.replace(q)",
    "frame.to_csv(out)", "frame.to_csv(path=out)", "data.to_netcdf(out)", "figure.savefig(out)",
    "np.savez(made, a=1)", "os.replace(a, b)", "shutil.rmtree(a)", "json.dump(a, handle)",
    "tempfile.mkdtemp()", "pq.read_table(path)", "folder.mkdir(parents=True)", "a.unlink()",
    "pd.read_parquet(path)", "xr.open_dataset(name)", "pq.ParquetWriter(path, schema)",
])  # fmt: skip
def test_what_touches_it_is_found(text: str) -> None:
    assert list(calls(text))


@pytest.mark.parametrize("text", [
    "frame.to_csv(index=False)", "figure.savefig(store)", "text.replace('a', 'b')",
    "replace(self, a=1)", "shutil.which('gcc')", "Image.open(io.BytesIO(png))",
    "pq.read_table(door.buffer(path))", "writer.dump(record, stream)", "door.text(path)",
])  # fmt: skip
def test_what_does_not_is_let_be(text: str) -> None:
    assert not list(calls(text))
