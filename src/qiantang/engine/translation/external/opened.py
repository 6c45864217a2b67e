"""A file that a model names, opened for one variable, and the sentences about it."""

from __future__ import annotations

from dataclasses import dataclass

from qiantang.engine.translation.external.books import Area, Book, Grid, open_book
from qiantang.engine.translation.external.cells import Cell, cell_name, described, place
from qiantang.engine.translation.external.sources import Sources
from qiantang.files import door
from qiantang.modelfile.tree import Call, Text


@dataclass(frozen=True)
class Opened:
    """A file at work for one variable.

    Parameters
    ----------
    title : str
        The variable, or the range.
    file, tab : str
        As the model writes them.
    book : Book
    """

    title: str
    file: str
    tab: str
    book: Book

    def grid(self, sheet: str = "") -> Grid:
        """Return the cells of a sheet; of the one the model names by default."""
        return self.book.grid(sheet or self.tab)

    def area(self, text: str) -> Area:
        """Return the cells that a name means; of a place such as ``B2``, where they begin."""
        found = place(text)
        if found is not None:
            return Area(self.tab, *found, 0, 0)
        named = self.book.area(text, self.tab)
        if named is None:
            raise self.error(f"has no cell or named range {text!r}")
        return named

    def error(self, what: str) -> ValueError:
        """Return the error about the file as a whole."""
        return ValueError(f"{self.title} reads {self.file}{self.book.said(self.tab)}, which {what}")

    def cell_error(self, row: int, column: int, cell: Cell, wanted: str) -> ValueError:
        """Return the error about one cell."""
        where = f"{cell_name(row, column)} of {self.file}{self.book.said(self.tab)}"
        what = f"which {described(cell)}, expected {wanted}"
        return ValueError(f"{self.title} reads cell {where}, {what}")


def opened(call: Call, count: int, title: str, context: Sources) -> tuple[Opened, tuple[str, ...]]:
    """Open the file of a call and note that the model depends on it.

    Parameters
    ----------
    call : Call
        File and tab, then what the function asks for; all texts.
    count : int
        Number of arguments.
    title : str
        Of the variable or range that the call defines.
    context : Sources

    Returns
    -------
    tuple of (Opened, tuple of str)
        The file, and the arguments behind file and tab.

    Raises
    ------
    ValueError
        With one sentence that names the variable and the file.
    """
    texts = tuple(argument.value for argument in call.arguments if isinstance(argument, Text))
    if len(texts) != count or len(call.arguments) != count:
        shown = call.function.upper().replace("_", " ")
        raise ValueError(f"{title} uses {shown}, expected {count} texts in single quotes")
    file, tab = texts[:2]
    if file.startswith("?"):
        what = "a tag that Vensim resolves in its own settings, expected the name of a file"
        raise ValueError(f"{title} reads {file}, {what}")
    try:
        path = door.beside(context.root, file)
        context.files.setdefault(file)
        book: Book = context.once(("book", file), lambda: open_book(path))
        book.grid(tab)
    except FileNotFoundError:
        raise ValueError(f"{title} reads {file}, which is not there") from None
    except OSError as error:
        raise ValueError(f"{title} reads {file}, which cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"{title} reads {file}, which {error}") from None
    for note in book.notes:
        context.notes.setdefault(f"{file}: {note}")
    return Opened(title, file, tab, book), texts[2:]
