"""Loops as a labelled Dataset, and what it says in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from qiantang.loops.finding import Found, Partition
from qiantang.loops.naming import Named
from qiantang.wording.told import Row, Told

if TYPE_CHECKING:
    import pandas as pd

FEW = 1e-4
"""Part of a percentage point; what is less is told as none."""


@dataclass(frozen=True)
class LoopReport:
    """The loops that matter, along the runs of all members.

    Parameters
    ----------
    dataset : xarray.Dataset
        ``share`` with axes (loop, time, member): the score of a loop over the sum of the sizes of
        all scores, negative where the loop is balancing; ``median``, ``p05``, ``p95`` of it and
        ``strongest``, the share of members in which no loop has a larger score, with axes (loop,
        time); ``outside`` with axes (time, member): the share of outside in the change of what was
        asked, our own measure. Coordinates of a loop: title, title_zh, polarity, path, articles,
        partition, links, alone: whether no other loop is in its partition.
    notes : tuple of str
        What a reader must know: whether these are all loops, what is left out.
    """

    dataset: xr.Dataset
    notes: tuple[str, ...]

    def records(self) -> list[dict[str, Any]]:
        """Return plain dicts, one a loop, ready for JSON."""
        return [self._record(loop) for loop in range(self.dataset.sizes["loop"])]

    def _record(self, loop: int) -> dict[str, Any]:
        one = self.dataset.isel(loop=loop)
        words = {key: str(one[key].item()) for key in ("title", "title_zh", "polarity")}
        courses = {
            key: [round(float(v), 6) for v in one[key].to_numpy()]
            for key in ("median", "p05", "p95", "strongest")
        }
        articles = str(one["articles"].item())
        return {
            "id": str(one["loop"].item()),
            **words,
            "path": str(one["path"].item()).split(" > "),
            "articles": [int(n) for n in articles.split(", ") if n],
            "partition": int(one["partition"].item()),
            "mean_share": round(float(np.abs(one["share"]).mean()), 6),
            "mean_strongest": round(float(one["strongest"].mean()), 6),
            "time": [float(t) for t in self.dataset["time"].to_numpy()],
            **courses,
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return a table, one row for each loop and time: median, interval, P(strongest)."""
        chosen = self.dataset[["median", "p05", "p95", "strongest"]]
        frame = chosen.drop_vars(["title_zh", "path"]).to_dataframe().reset_index()
        return frame.rename(columns={"time": "Time"}).set_index("Time")

    def __repr__(self) -> str:
        from qiantang.loops.showing import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        from qiantang.loops.showing import report_html

        return report_html(self)


def report_of(
    found: Found,
    names: Sequence[Named],
    asked: Sequence[str],
    attrs: dict[str, str],
    facts: Mapping[str, Any] = MappingProxyType({}),
    note: str = "",
) -> LoopReport:
    """Label what was found.

    Parameters
    ----------
    found : Found
    names : sequence of Named
        Of the loops, in their order.
    asked : sequence of str
        Names of the variables that were asked about; without any the share of outside is that of
        all stocks.
    attrs : dict of str to str
        What the runs were made from.
    facts : mapping, optional
        Coordinates that tell of the scenario.
    note : str
        What a reader must know of the question.
    """
    share = np.array([loop.share for loop in found.loops])
    sound = ~found.scores.diverged
    quantiles = np.quantile(share[:, :, sound], (0.5, 0.05, 0.95), axis=2)
    axes, short = ("loop", "time", "member"), ("loop", "time")
    data = {
        "share": (axes, share, _attrs("score over the sum of the sizes of all scores")),
        "median": (short, quantiles[0], _attrs("median of the members' shares")),
        "p05": (short, quantiles[1], _attrs("5 % quantile of the members' shares")),
        "p95": (short, quantiles[2], _attrs("95 % quantile of the members' shares")),
        "strongest": (
            short,
            np.array([loop.strongest for loop in found.loops]),
            _attrs("share of members in which no loop has a larger score"),
        ),
    }
    if found.scores.outside.shape[1]:
        outside = found.scores.outside.mean(axis=1)
        outside[:, found.scores.diverged] = np.nan
        told = "share of outside in the change, our own measure"
        data["outside"] = (axes[1:], outside, _attrs(told))
    coords = _coords(found, names)
    names_asked = Row(asked)
    about = {"asked": str(names_asked), "asked_zh": names_asked.said("zh"), "note": str(note)}
    dataset = xr.Dataset(data, coords={**coords, **facts}, attrs={**attrs, **about})
    first = [note] if note else []
    return LoopReport(
        dataset, (*first, *_notes(found, dataset["loop"].to_numpy()[coords["alone"][1]]))
    )


def _coords(found: Found, names: Sequence[Named]) -> dict[str, Any]:
    """Return what loops, times and members are called."""
    alone = [found.partitions[loop.partition].loops == 1 for loop in found.loops]
    return {
        "loop": [named.id for named in names],
        "time": found.scores.times,
        "member": np.arange(len(found.scores.diverged)),
        **{
            key: ("loop", [getattr(named, key) for named in names])
            for key in ("title", "title_zh", "polarity")
        },
        "path": ("loop", [" > ".join(named.path) for named in names]),
        "articles": ("loop", [", ".join(map(str, named.articles)) for named in names]),
        "partition": ("loop", [loop.partition + 1 for loop in found.loops]),
        "links": ("loop", [len(loop.edges) for loop in found.loops]),
        "alone": ("loop", alone),
    }


def _attrs(told: str) -> dict[str, str]:
    return {"units": "1", "long_name": told}


def _notes(found: Found, alone: Iterable[str]) -> list[str]:
    """Say how complete the list is, and what the method cannot see."""
    notes: list[str] = [_complete(p, found) for p in found.partitions if p.loops > 1]
    if lonely := [str(name) for name in alone]:
        notes.append(Told("loops.note.alone", loops=Row(lonely)))
    if lost := int(found.scores.diverged.sum()):
        notes.append(Told("loops.note.lost", lost=lost, members=len(found.scores.diverged)))
    notes.append(Told("loops.note.blind"))
    return notes


def _complete(partition: Partition, found: Found) -> str:
    """Return the sentence about the loops of one partition."""
    passing = ".through" if found.through else ""
    sizes = {"variables": partition.variables, "links": partition.links, "loops": partition.loops}
    if not partition.floor and partition.asleep:
        return Told(f"loops.note.awake{passing}", **sizes, asleep=partition.asleep)
    if not partition.floor:
        return Told(f"loops.note.all{passing}", **sizes)
    sound = partition.tail[:, ~found.scores.diverged]
    middle, high = (float(np.quantile(sound, level)) for level in (0.5, 0.95))
    return Told(f"loops.note.some{passing}", **sizes, floor=partition.floor,
                middle=_percent(middle), high=_percent(high))  # fmt: skip


def _percent(value: float) -> str:
    return Told("loops.note.least") if value < FEW else Told("loops.note.part", part=100 * value)
