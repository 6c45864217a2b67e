"""What the tests of files beside a model share: their makers, and a model that reads them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from qiantang.engine.translation import external
from qiantang.engine.translation.external import Axes, Axis
from qiantang.modelfile.tree import Call, Text

TWO, THREE = Axis(("a", "b"), False), Axis(("x", "y", "z"), False)
ONE = Axis(("one",), True)


@dataclass
class Model:
    """What the reading asks of a model."""

    root: Path
    data_files: tuple[Path, ...] = ()
    files: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    seen: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key not in self.seen:
            self.seen[key] = make()
        return self.seen[key]


def get(function: str, *texts: str) -> Call:
    return Call(function, tuple(map(Text, texts)))


def constants(root: Path, cell: str, axes: Axes = (), file: str = "c.csv", tab: str = ",") -> Any:
    call = get("get_direct_constants", file, tab, cell)
    return external.constants(call, axes, "k", Model(root)).tolist()


def series(
    root: Path, along: str, cell: str, axes: Axes = (), file: str = "c.csv", tab: str = ",",
    function: str = "get_direct_data", model: Model | None = None,
) -> tuple[list[float], Any]:  # fmt: skip
    call = get(function, file, tab, along, cell)
    knots, values, _ = external.tables(call, "", axes, "x", model or Model(root))
    return knots.tolist(), values.tolist()


def book(root: Path, rows: list[list[Any]], title: str = "Sheet 1", **names: str) -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, cells in names.items():
        made.defined_names[name] = DefinedName(name, attr_text=f"'{title}'!{cells}")
    made.save(root / "b.xlsx")
