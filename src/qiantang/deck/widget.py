"""The deck as a notebook widget: sliders in the browser, members in the kernel."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from qiantang.deck import told
from qiantang.deck.brush import front_of, front_record
from qiantang.deck.controls import DECIMALS, Control, Group, control_groups, refuse_intensities
from qiantang.deck.frames import QUANTILES, Frame, Frames
from qiantang.deck.options import refuse_options
from qiantang.deck.panels import Panel, target_panels
from qiantang.deck.scenarios import NAME, save_text, scenario_text
from qiantang.deck.setting import Setting
from qiantang.ensemble.runs import Runs, run_resolved
from qiantang.faults import Fault, StudyError
from qiantang.files.own import own_text
from qiantang.naming import lever_id

if TYPE_CHECKING:
    from qiantang.review.review import Review
    from qiantang.robust.front import Front
    from qiantang.scenario import Scenario
    from qiantang.study import Study

#: Parts of the front end, in the order in which they are joined into one module.
SCRIPTS = ("words.js", "numbers.js", "fan.js", "controls.js", "effects.js", "brush.js", "deck.js")


def _script() -> str:
    return "\n".join(own_text("deck", "front", name) for name in SCRIPTS)


class Deck(anywidget.AnyWidget):
    """The flight deck of a study.

    A slider holds the intensity of a lever at full delivery: 1 is the path that the plan gives
    it, 0 the policy before the plan, 0.4 four tenths of that path at every moment. Members and
    seed stay the same from frame to frame, so that what changes is due to the levers alone.

    Parameters
    ----------
    study : Study
    base : str, optional
        Scenario that the deck starts from; it gives drivers and vintage.
    plan : str, optional
        Scenario whose lever paths are those of a slider at 1.
    members, seed : int
        As in `OpenStudy.run`.
    vintage : str, optional
        Vintage of the drivers, in place of the base's own.
    years : tuple of int, optional
        First and last year of the charts. Base, plan and years are by default the study's.
    language : {"zh", "en"}
    folder : Path, optional
        Where the button saves scenarios; None offers them for download only.
    run_by : callable
        Runs the scenario of :meth:`run`: takes the study, the scenarios and the options.
    review : Review, optional
        Its odds at each date stand below the targets.
    robust : Robust or path, optional
        A robust search, or its folder: its packages stand below the targets, to be brushed.

    Raises
    ------
    StudyError
        Unknown scenario or language, years outside the model, a base that sliders cannot show.
    """

    _esm = _script()
    _css = own_text("deck", "front", "deck.css")

    language = traitlets.Unicode("zh").tag(sync=True)
    intensities = traitlets.List(traitlets.Float()).tag(sync=True)
    delays = traitlets.List(traitlets.Float()).tag(sync=True)
    _plan = traitlets.Dict().tag(sync=True)
    _frame = traitlets.Bytes().tag(sync=True)
    _pin = traitlets.Dict().tag(sync=True)
    _pin_frame = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        study: Study,
        base: str | None = None,
        *,
        plan: str | None = None,
        members: int = 1000,
        seed: int = 1,
        vintage: str | None = None,
        years: tuple[int, int] | None = None,
        language: str = "zh",
        folder: str | Path | None = ".",
        run_by: Callable[..., Runs] = run_resolved,
        review: Review | None = None,
        robust: Front | str | Path | None = None,
    ) -> None:
        about = study.about
        years = years or (about.deck.first, about.deck.last)
        refuse_options(study, years, language, vintage)
        self.study, self.vintage, self._run_by, self._review = study, vintage, run_by, review
        self.base = study.scenario(base or about.scenarios.base)
        self.plan = study.scenario(plan or about.scenarios.full)
        self.folder = None if folder is None else Path(folder)
        self._front = front_of(robust, study, self.base, self.plan)
        groups = control_groups(study, self.plan, self.base)
        self.controls: tuple[Control, ...] = tuple(c for g in groups for c in g.controls)
        panels = target_panels(study, *years)
        self.frames = Frames(study, panels, *years, members, seed, vintage)
        ends = self._ends()
        start = [control.start for control in self.controls]
        self._last: tuple[Setting, Frame] | None = None
        super().__init__(
            language=language,
            intensities=start,
            delays=[0.0] * len(start),
            _plan=self._shown(groups, panels, ends),
            _frame=self._frame_at(self._setting(start)).pack(),
        )
        self.on_msg(self._hear)

    def _ends(self) -> list[Frame]:
        """Return the frames with no lever and with all; their shared history is kept."""
        ends = (self._setting([share] * len(self.controls)) for share in (0.0, 1.0))
        least, most = (end.scenario(self.base, self.plan) for end in ends)
        self.frames.share(least, most)
        return [self.frames.frame(end, shared=True) for end in (least, most)]

    def _shown(
        self, groups: Sequence[Group], panels: Sequence[Panel], ends: list[Frame]
    ) -> dict[str, Any]:
        """Return what the browser is told once: sliders, panels, scales, scenarios, source."""
        return {
            "groups": [group.record() for group in groups],
            "panels": [panel.record() for panel in panels],
            "outcomes": told.outcomes(self.study, self.frames.told),
            "reviews": told.reviews(self._review),
            "front": front_record(self._front, self.study, self.controls),
            "years": list(self.frames.years),
            "moves": told.first_moving_year(self.plan, self.controls, self.frames.years[0]),
            "quantiles": list(QUANTILES),
            "ranges": told.ranges(ends),
            "scenarios": told.pinnable(self.study),
            "start": [control.start for control in self.controls],
            "step": 10**-DECIMALS,
            "saves": self.folder is not None,
            "source": told.source(
                self.study,
                (self.base, self.plan),
                self.vintage,
                self.frames.members.size,
                self.frames.seed,
            ),
        }

    def __repr__(self) -> str:
        size = self.frames.members.size
        return f"Deck({self.base.name}, {size} members: {self._standing})"

    @property
    def levers(self) -> dict[str, float]:
        """Intensity of every lever, as the sliders stand."""
        return self._standing.levers

    @property
    def late(self) -> dict[str, float]:
        """Years by which levers come later than in the plan, of those that do. [Year]"""
        return self._standing.delayed

    @property
    def _standing(self) -> Setting:
        return self._setting(self.intensities, self.delays)

    def _setting(self, shares: Any, late: Any = ()) -> Setting:
        return Setting.of([control.lever for control in self.controls], shares, late)

    def set(self, **levers: float) -> None:
        """Move sliders from Python; the rest stay where they are.

        Parameters
        ----------
        **levers : float
            Lever, in English or Chinese, to intensity, from 0 to 1.

        Raises
        ------
        StudyError
            Unknown lever, or an intensity outside 0 to 1.
        """
        levers = {lever_id(self.study, name): value for name, value in levers.items()}
        refuse_intensities(levers, self.levers)
        wanted = self.levers | {name: round(float(v), DECIMALS) for name, v in levers.items()}
        self.intensities = list(wanted.values())

    def scenario(self, name: str = "deck") -> Scenario:
        """Return the sliders as a scenario."""
        return self._standing.scenario(self.base, self.plan, name)

    def run(self, **options: Any) -> Runs:
        """Run the sliders' scenario with the deck's members; options as in `OpenStudy.run`."""
        own: dict[str, Any] = {"members": self.frames.members.size, "seed": self.frames.seed}
        own["vintage"] = self.vintage
        return self._run_by(self.study, [self.scenario()], **(own | options))

    def save(self, path: str | Path, title: str = "") -> Path:
        """Write the sliders as a scenario file, which `qiantang check` accepts.

        Raises
        ------
        StudyError
            If the name does not suit or the file exists.
        """
        place = Path(path)
        return save_text(self._text(place.stem, title, self._standing), place)

    def pin(self, scenario: str | None = None) -> None:
        """Pin a scenario of the study, or the sliders as they stand, to compare with."""
        resolved = self.scenario() if scenario is None else self.study.scenario(scenario)
        self._pin_frame = self.frames.frame(resolved).pack()
        self._pin = {
            "name": scenario or "",
            "title": resolved.title if scenario else "",
            "title_zh": resolved.title_zh if scenario else "",
        }

    def unpin(self) -> None:
        """Compare with nothing."""
        self._pin, self._pin_frame = {}, b""

    @traitlets.validate("intensities", "delays")
    def _within(self, proposal: Any) -> Any:
        """Refuse what no sliders can stand at, before it stands there."""
        value, still = proposal["value"], [0.0] * len(self.controls)
        self._setting(*((still, value) if proposal["trait"].name == "delays" else (value, still)))
        return value

    @traitlets.observe("intensities", "delays")
    def _rest(self, _: object) -> None:
        """Keep the frame of the sliders at rest, for other views and for a saved notebook."""
        if hasattr(self, "_last"):
            self._frame = self._frame_at(self._standing).pack()

    def _hear(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        """Answer a message of the browser; whatever goes wrong is told there in one sentence."""
        answer = {"frame": self._answer_frame, "pin": self._answer_pin, "save": self._answer_save}
        kind = str(content.get("kind"))
        try:
            if kind in answer:
                answer[kind](content)
        except (StudyError, ValueError, OSError) as error:
            self.send({"kind": "fault", "view": content.get("view"), "text": str(error)})

    def _answer_frame(self, content: Mapping[str, Any]) -> None:
        begun = time.perf_counter()
        frame = self._frame_at(self._heard(content))
        spent = round(1000 * (time.perf_counter() - begun), 1)
        reply = {"kind": "frame", "view": content.get("view"), "id": content.get("id")}
        self.send({**reply, "milliseconds": spent}, [frame.pack()])

    def _answer_pin(self, content: Mapping[str, Any]) -> None:
        if content.get("off"):
            self.unpin()
            return
        if "levers" in content:
            standing = self._heard(content)
            with self.hold_trait_notifications():
                self.intensities, self.delays = list(standing.shares), list(standing.late)
        self.pin(content.get("scenario") or None)

    def _answer_save(self, content: Mapping[str, Any]) -> None:
        name, title = str(content.get("name")), str(content.get("title", ""))
        if not NAME.fullmatch(name):
            what = "expected small letters, Chinese characters, digits and _, such as airport_first"
            raise StudyError([Fault(f"{name}.yaml", None, "", what)])
        text = self._text(name, title, self._heard(content))
        place = ""
        if self.folder is not None:
            place = str(save_text(text, self.folder / f"{name}.yaml"))
        reply = {"kind": "saved", "view": content.get("view"), "name": f"{name}.yaml"}
        self.send({**reply, "path": place, "text": text})

    def _heard(self, content: Mapping[str, Any]) -> Setting:
        return self._setting(content["levers"], content.get("late") or ())

    def _text(self, name: str, title: str, setting: Setting) -> str:
        scenario = setting.scenario(self.base, self.plan, name)
        return scenario_text(self.study, self.base, scenario, title, self.vintage)

    def _frame_at(self, setting: Setting) -> Frame:
        """Return the frame of a state of the sliders; the last one is kept."""
        if self._last is None or self._last[0] != setting:
            scenario = setting.scenario(self.base, self.plan)
            self._last = setting, self.frames.frame(scenario, shared=True)
        return self._last[1]
