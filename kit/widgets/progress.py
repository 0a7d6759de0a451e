"""`my_progress`: where a learner stands, in a notebook of their own. It knows what the exchange gives them, no more."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from ipywidgets import HTML, Button, Layout, VBox

from kit.decisions import Standing
from kit.errors import KitError
from kit.exchange import Offer
from kit.exchange.doors import Door, FolderDoor, HubDoor, open_doors
from kit.pages.learning import LearnerPage, learner_page
from kit.pages.reading import read_standing
from kit.records import LearnerRecord
from kit.widgets.drawing import draw, style_sheet
from kit.widgets.heartbeat import Heartbeat
from kit.widgets.learned import learned
from kit.widgets.places import Server, base_folder, link_to, notebook_in, this_server
from kit.widgets.unit_map import unit_map

SECONDS = 10.0
"""Between two looks for news."""
_LIVE: WeakValueDictionary[str, MyProgress] = WeakValueDictionary()


def my_progress(course: str | Path | None = None) -> VBox:
    """Where you stand: your map of units, the one next step, and what you learned from which corrective.

    The course is the one in the folder *course*, or in KIT_COURSE, or in the nearest folder upwards; on a hub it is
    every course whose service KIT_SERVICES names. Who asks is KIT_LEARNER, the account, or whom the hub knows.
    KitError where there is no course at all.
    """
    doors = open_doors(course or os.environ.get("KIT_COURSE") or _upwards() or "")
    shown = [MyProgress(door) for door in doors]
    return shown[0] if len(shown) == 1 else VBox(shown)


def _upwards() -> Path | None:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if os.path.isfile(folder / "course.toml")), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the exchange told."""

    title: str
    learner: str
    standing: Standing | None
    waiting: dict[str, datetime]
    """What was handed in and is not in the standing yet, with the time of handing in."""
    base: Path
    """The folder with the learner's assignments."""


class MyProgress(VBox):
    """One course, as its learner sees it; `close()` takes it off the page and ends its looking for news."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.seen: Seen | None = None
        self._server = this_server()
        self.next, self.said, self.units, self.trouble = HTML(), HTML(), HTML(), HTML()
        self.fetch = Button(button_style="primary", layout=Layout(display="none", width="auto"))
        self.again = Button(description="Look again", layout=Layout(width="auto"))
        self.fetch.on_click(lambda _: self._fetch())
        self.again.on_click(lambda _: self.refresh())
        self.heartbeat = Heartbeat(partial(look, door, self._server), self._take, self._say_trouble, SECONDS)
        step = VBox([self.next, self.fetch, self.said]).add_class("kit-next")
        super().__init__([HTML(style_sheet()), self.trouble, step, self.units, self.again])
        self.add_class("kit-dash").add_class("kit-mine")
        self.refresh()
        if (before := _LIVE.get(door.name)) is not None:
            before.stop()
        _LIVE[door.name] = self
        self.again.layout.display = "none" if self.heartbeat.start() else None

    def __repr__(self) -> str:
        """What a saved notebook keeps of it."""
        return "<my progress>"

    def refresh(self) -> None:
        """Ask again, and show what is new."""
        try:
            self._take(look(self.door, self._server))
        except KitError as error:
            self._say_trouble(error)

    def close(self) -> None:
        """Take the widget off the page; nothing is asked for it any more."""
        self.stop()
        super().close()

    def stop(self) -> None:
        """Ask only when told to."""
        self.heartbeat.stop()
        self.again.layout.display = None

    def _take(self, seen: Seen) -> None:
        self.trouble.value = ""
        if seen != self.seen:
            self.seen, self.said.value = seen, ""
            self._draw()

    def _say_trouble(self, error: Exception) -> None:
        old = " What is shown is from before." if self.seen else ""
        said = str(error) if isinstance(error, KitError) else f"The course could not be asked: {error!r}."
        self.trouble.value = draw("said.html", said="", problem=f"{said}{old}")

    def _draw(self) -> None:
        seen = self.seen
        if seen is None or seen.standing is None:
            self.next.value = draw("nothing_yet.html", seen=seen, on_hub=isinstance(self.door, HubDoor))
            self.units.value, self.fetch.layout.display = "", "none"
            return
        page = learner_page(seen.standing, LearnerRecord(seen.learner), seen.waiting)
        self._draw_step(seen, page)
        road = [(card, list(learned(card.now))) for level in page.levels for card in level]
        self.units.value = draw("units.html", page=page, map=unit_map(page.levels), road=road)

    def _draw_step(self, seen: Seen, page: LearnerPage) -> None:
        name = page.step.assignment
        notebook = notebook_in(seen.base / name) if name else None
        link = link_to(notebook, f"{page.step.label} {name}", self._server) if notebook else ""
        self.next.value = draw("next.html", page=page, title=seen.title, link=link)
        self.fetch.description = f"Fetch {name}" if name else ""
        self.fetch.layout.display = None if name and not notebook else "none"

    def _fetch(self) -> None:
        if self.seen is None or self.seen.standing is None:
            return
        page = learner_page(self.seen.standing, LearnerRecord(self.seen.learner), self.seen.waiting)
        name = page.step.assignment
        if name is None:
            return
        try:
            self.door.counter.fetch(self.seen.learner, name, self.seen.base)
        except KitError as error:
            self.said.value = draw("said.html", said="", problem=str(error))
            return
        self._draw()
        self.said.value = draw("said.html", said=f"{name} is among your files now. Open it above.", problem="")


def look(door: Door, server: Server | None) -> Seen:
    """What the exchange behind *door* tells its learner now; KitError where it cannot be asked."""
    learner = door.learner()
    progress = door.counter.progress(learner)
    where = read_standing(progress) if progress is not None else None
    offers = door.counter.offers(learner) if where else []
    waiting = _waiting(where, offers) if where else {}
    return Seen(_title(door), learner, where, waiting, base_folder(door, server))


def _waiting(where: Standing, offers: list[Offer]) -> dict[str, datetime]:
    todo = {name for now in where.units for name in now.todo}
    known = {work.submission for now in where.units for work in now.work}
    last = {offer.assignment: offer.submissions[-1] for offer in offers if offer.submissions}
    return {name: one.at for name, one in last.items() if name in todo and one.submission not in known}


def _title(door: Door) -> str:
    if isinstance(door, HubDoor):
        return door.counter.course()["title"]
    return door.opened.title if isinstance(door, FolderDoor) else door.course()
