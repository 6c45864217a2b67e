"""The flight deck: levers as sliders, and what they do to the targets, live in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiantang.deck.widget import Deck
    from qiantang.study import Study

__all__ = ["open_deck"]


def open_deck(study: Study, base: str | None = None, **options: Any) -> Deck:
    """Return the flight deck of a study; `qiantang.deck.widget.Deck` tells the options.

    Raises
    ------
    ModuleNotFoundError
        If the widget library is not installed.
    StudyError
        As `Deck` raises it.
    """
    try:
        from qiantang.deck.widget import Deck
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("anywidget", "ipywidgets"):
            raise
        what = "the flight deck needs anywidget, run: pip install 'qiantang[notebook]'"
        raise ModuleNotFoundError(what, name=error.name) from None
    return Deck(study, base, **options)
